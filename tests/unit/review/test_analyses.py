"""What an analysis that the page asks for is told."""

from formcheck.pose.models import DEFAULT_QUALITY
from formcheck.review.analyses import Analyses
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileLibrary
from formcheck.review.opening import open_service
from formcheck.text.catalogue import Texts
from reviewed import make_analysed
from synth import Move


class Asked:
    """In place of the queue of jobs."""

    def add(self, job, *, one_per_item):
        self.request = job.work.keywords["request"]
        return job


def test_a_clip_is_analysed_again_at_another_speed_and_else_as_before(tmp_path):
    clip = make_analysed(tmp_path, "clip.mp4", moves=(Move(),))
    asked = Asked()
    with open_service(FileLibrary(tmp_path, AvailableProtocols()), AvailableProtocols(), texts=Texts("de")) as (
        service,
        _,
    ):
        key = service.library.items()[0].id
        session = service.analysis(service.item(key)).session
        Analyses(service, asked).start_again(key, speed=0.25)
    request, options = asked.request, asked.request.options
    assert (request.clip, request.out, request.own) == (clip, tmp_path / "clip.formcheck", False)
    assert request.protocol == session.protocol_id
    assert (options.speed, options.quality, options.language, options.video) == (0.25, DEFAULT_QUALITY, "de", False)
    assert options.side == (session.side if session.side_given else None)
    assert (options.start_s, options.end_s) == (None, None)
