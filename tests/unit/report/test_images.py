from __future__ import annotations

from formcheck.report.images import image_times, rep_images
from formcheck.text.catalogue import Texts
from formcheck.types import Verdict
from report_sessions import make_finding, make_rep, make_session

TEXTS = Texts("en")


def judged(rep: int, *verdicts: Verdict, advisory: bool = False):
    return [make_finding(f"rule_{n}", rep, v, advisory=advisory) for n, v in enumerate(verdicts)]


def shown(reps, findings):
    session = make_session(rep_count=len(reps), reps=reps, findings=findings)
    images = rep_images(session, dict.fromkeys(range(1, 9), b"jpeg"), TEXTS)
    assert {image.rep: image.at_s for image in images} == image_times(session)
    return [(image.rep, image.heading) for image in images]


def heading(key: str, rep: int) -> tuple[int, str]:
    return rep, TEXTS.get(f"report.images.{key}", rep=rep)


def test_the_best_and_the_worst_are_those_of_the_statistics():
    findings = [
        *judged(1, Verdict.MET, Verdict.BORDERLINE),
        *judged(2, Verdict.MET, Verdict.NOT_MET),
        *judged(3, Verdict.MET, Verdict.MET),
    ]
    reps = [make_rep(1), make_rep(2), make_rep(3)]
    assert shown(reps, findings) == [heading("best", 3), heading("worst", 2)]


def test_one_is_typical_when_all_were_judged_alike():
    findings = [f for rep in (1, 2, 3) for f in judged(rep, Verdict.MET)]
    reps = [make_rep(i, knee_flexion_peak_deg=peak) for i, peak in ((1, 40.0), (2, 22.0), (3, 0.0))]
    assert shown(reps, findings) == [heading("typical", 2)]


def test_repetitions_that_were_cut_off_are_not_shown():
    findings = [*judged(1, Verdict.NOT_MET), *judged(2, Verdict.MET)]
    assert shown([make_rep(1, complete=False), make_rep(2)], findings) == [heading("typical", 2)]
    assert shown([make_rep(1, complete=False)], []) == []


def test_captions_say_why():
    session = make_session()
    best, worst = rep_images(session, {1: b"", 2: b""}, TEXTS)
    assert best.caption == TEXTS.get("report.images.met", met=2, total=2)
    assert worst.caption.startswith(TEXTS.get("report.images.met", met=1, total=2))
    for part in (TEXTS.get("verdict.NOT_MET"), TEXTS.get("rule.hip_steady.title"), "18°", "at most 10°"):
        assert part in worst.caption
    assert (worst.rep, worst.at_s) == (2, 7.0)


def test_the_only_repetition_is_called_that():
    (only,) = rep_images(make_session(rep_count=1), {1: b""}, TEXTS)
    assert only.caption.startswith(TEXTS.get("report.images.only"))


def test_an_image_that_could_not_be_taken_is_left_out():
    assert [image.rep for image in rep_images(make_session(), {2: b""}, TEXTS)] == [2]
