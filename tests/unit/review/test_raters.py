"""Two raters who measured the same frames: their difference, and the standard error of measurement."""

import math
import statistics

import pytest

from formcheck.angles.hand_calibration import RATER_SD_DEG
from formcheck.review.model import Goniometer, Joint, Note, Review
from formcheck.review.raters import agreements, rater_sd_deg, raters, with_authors
from formcheck.text.catalogue import Texts


def mark(rater, t_s, angle_deg, joint=Joint.KNEE):
    inner = math.radians(180.0 - angle_deg)
    points = ((100.0, 0.0), (0.0, 0.0), (100.0 * math.cos(inner), 100.0 * math.sin(inner)))
    return Goniometer(id=f"{rater}{t_s:.0f}{joint}", t_s=t_s, joint=joint, points=points, rater=rater)


ONE = [mark("AB", t_s, 60.0) for t_s in (1.0, 2.0, 3.0)]
OTHER = [mark("CD", t_s, 60.0 - off) for t_s, off in ((1.0, 1.0), (2.0, 3.0), (3.0, 8.0))]


def test_the_mean_difference_and_the_standard_error_of_measurement():
    (found,) = agreements([*ONE, *OTHER])
    assert (found.joint, found.raters, found.frames) == (Joint.KNEE, ("AB", "CD"), 3)
    assert found.mean_deg == pytest.approx(4.0)
    assert found.sem_deg == pytest.approx(statistics.stdev([1.0, 3.0, 8.0]) / math.sqrt(2))
    for texts in (Texts("en"), Texts("de")):
        said = texts.say(found.message)
        assert all(word in said for word in ("AB", "CD", "3", "4"))


def test_only_frames_that_both_measured_count():
    (found,) = agreements([*ONE, OTHER[0], mark("CD", 1.5, 20.0)])
    assert (found.frames, found.mean_deg) == (1, pytest.approx(1.0))
    assert math.isnan(found.sem_deg)
    assert "AB" in Texts("de").say(found.message)


def test_one_rater_agrees_with_nobody():
    assert agreements(ONE) == []
    assert agreements([*ONE, mark("CD", 1.0, 60.0, Joint.HIP)]) == []


def test_raters_who_differ_by_more_than_usual_are_believed_less():
    assert rater_sd_deg(ONE) == RATER_SD_DEG
    assert rater_sd_deg([*ONE, *OTHER[:2]]) == RATER_SD_DEG
    assert rater_sd_deg([*ONE, *OTHER]) == pytest.approx(agreements([*ONE, *OTHER])[0].sem_deg)


def test_raters_are_named_once_and_other_angles_do_not_count():
    assert raters([*ONE, *OTHER, mark("EF", 1.0, 5.0, Joint.OTHER)]) == "AB, CD"


def test_a_note_keeps_the_name_of_who_wrote_it_when_another_signs():
    note = Note(id="a", scope="session", text="A word.", at="")
    named = note.model_copy(update={"id": "b", "by": "PT3"})
    draft = Review(reviewer="P", notes=(note, named))
    assert [one.by for one in with_authors(draft, Review()).notes] == ["", "PT3"]
    # A name that is still being typed is no signature: completing is.
    signed = with_authors(draft.model_copy(update={"reviewer": "PT1", "done": True}), draft)
    assert [one.by for one in signed.notes] == ["PT1", "PT3"]
    other = Note(id="c", scope="session", text="Another.", at="")
    both = signed.model_copy(update={"reviewer": "PT2", "notes": (*signed.notes, other)})
    assert [one.by for one in with_authors(both, signed).notes] == ["PT1", "PT3", "PT2"]
    # Signed before notes had names.
    earlier = Review(reviewer="PT1", done=True, notes=(note,))
    again = earlier.model_copy(update={"reviewer": "PT2", "done": False})
    assert [one.by for one in with_authors(again, earlier).notes] == ["PT1"]
