"""The survey's pass over a clip: somebody else is found, and few landmarkers are there at a time."""

import threading

import pytest

import synth
from clips import steady, write_clip
from formcheck.pose.survey import STRIDE_S
from formcheck.pose.survey_pass import survey_clip
from formcheck.video.source import FileSource
from landmarkers import TrackLandmarker
from synth import Move

PATIENT = synth.glide([Move()] * 2, hidden=False)


class CountedLandmarker(TrackLandmarker):
    """Untracked, with the patient hidden, it finds a helper in some frames of the clip."""

    alive = most = 0
    lock = threading.Lock()

    def __init__(self, *, tracking, helper_from_s):
        super().__init__(PATIENT)
        self._tracking, self._helper_from_s = tracking, helper_from_s
        self._count(1)

    def _count(self, more):
        with self.lock:
            CountedLandmarker.alive += more
            CountedLandmarker.most = max(self.most, self.alive)

    def detect(self, image_bgr, t_s):
        found = super().detect(image_bgr, t_s)
        if self._tracking or found is None:
            return found
        shift_px = 0.3 * image_bgr.shape[1]
        return found._replace(xy_px=found.xy_px + (shift_px, -0.4 * shift_px)) if t_s >= self._helper_from_s else None

    def close(self):
        super().close()
        self._count(-1)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    times_s = steady(round(10 * PATIENT.t_s[-1]), fps=10.0)
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", times_s=times_s, size_px=(192, 108))


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize(("helper_from_s", "there"), [(0.0, True), (PATIENT.t_s[-1] * 0.6, True), (1e9, False)])
def test_somebody_else_is_found_with_a_landmarker_for_each_job(clip, jobs, helper_from_s, there):
    CountedLandmarker.most = 0

    def make(*, tracking=True):
        return CountedLandmarker(tracking=tracking, helper_from_s=helper_from_s)

    source = FileSource(clip, stride_s=STRIDE_S, threads=1)
    survey = survey_clip(source, make, search_others=True, jobs=jobs, progress=lambda _share: None)
    assert survey.second_person is there
    assert survey.side is PATIENT.working_side
    assert CountedLandmarker.alive == 0
    # one job has two where a segment warms up while the one before it ends
    assert 1 <= CountedLandmarker.most <= max(jobs, 2)
