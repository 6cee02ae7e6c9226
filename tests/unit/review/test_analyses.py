"""What an analysis that the page asks for is told."""

from dataclasses import replace

from formcheck.pose.models import DEFAULT_QUALITY
from formcheck.review.analyses import Analyses
from formcheck.review.analysis import Analysis, AvailableProtocols
from formcheck.review.file_library import FileLibrary
from formcheck.review.opening import open_service
from formcheck.text.catalogue import Texts
from formcheck.types import CalibrationUse, KeptCalibration, Side
from reviewed import make_analysed
from synth import Move


class Asked:
    """In place of the queue of jobs."""

    def add(self, job, *, one_per_item):
        self.request = job.work.keywords["request"]
        return job


def kept(made_at, azimuth_deg):
    view = {"azimuth_deg": azimuth_deg, "elevation_deg": 10.0, "leg_near": True}
    return KeptCalibration(
        made_at=made_at, raters="AB", side=Side.LEFT, network="full", rater_sd_deg=2.0, marks=(), **view
    )


def test_a_clip_is_analysed_again_with_all_calibrations_that_were_used(tmp_path, monkeypatch):
    make_analysed(tmp_path, "clip.mp4", moves=(Move(),))
    used = CalibrationUse(kept("2026-11-28", 3.0), others=(kept("2026-11-27", 5.0),))
    asked = Asked()
    with open_service(FileLibrary(tmp_path, AvailableProtocols()), AvailableProtocols(), texts=Texts("en")) as (
        service,
        _,
    ):
        item = service.library.items()[0]
        analysis = service.analysis(service.item(item.id))
        calibrated = replace(analysis.session, kept_calibration=used)
        changed = Analysis(analysis.document, calibrated, analysis.track, AvailableProtocols())
        monkeypatch.setattr(service, "analysis", lambda _item: changed)
        Analyses(service, asked).start_again(item.id, speed=0.5)
    assert asked.request.options.kept == used.together


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
