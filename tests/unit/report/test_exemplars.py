from __future__ import annotations

from formcheck.report.exemplars import choose_exemplars
from formcheck.types import Verdict
from report_sessions import make_finding, make_rep, make_session


def judged(rep: int, *verdicts: Verdict, advisory: bool = False):
    return [make_finding(f"rule_{n}", rep, v, advisory=advisory) for n, v in enumerate(verdicts)]


def chosen(reps, findings):
    session = make_session(rep_count=len(reps), reps=reps, findings=findings)
    return [(exemplar.rep, exemplar.label) for exemplar in choose_exemplars(session)]


def test_best_and_worst_follow_the_verdicts():
    findings = [
        *judged(1, Verdict.MET, Verdict.BORDERLINE),
        *judged(2, Verdict.MET, Verdict.NOT_MET),
        *judged(3, Verdict.MET, Verdict.MET),
    ]
    assert chosen([make_rep(1), make_rep(2), make_rep(3)], findings) == [
        (3, "Nearest to the exercise"),
        (2, "Furthest from the exercise"),
    ]


def test_more_range_never_makes_a_repetition_the_best():
    findings = [f for rep in (1, 2, 3) for f in judged(rep, Verdict.MET)]
    reps = [make_rep(i, knee_flexion_peak_deg=peak) for i, peak in ((1, 40.0), (2, 22.0), (3, 0.0))]
    assert chosen(reps, findings) == [(2, "A typical repetition")]


def test_a_smaller_repetition_that_meets_more_is_the_better_one():
    findings = [*judged(1, Verdict.NOT_MET), *judged(2, Verdict.MET)]
    reps = [make_rep(1, knee_flexion_peak_deg=0.0), make_rep(2, knee_flexion_peak_deg=60.0, partial=True)]
    assert chosen(reps, findings)[0] == (2, "Nearest to the exercise")


def test_advice_does_not_choose():
    findings = [
        *judged(1, Verdict.NOT_MET, advisory=True),
        *judged(1, Verdict.MET),
        *judged(2, Verdict.MET),
    ]
    assert len(chosen([make_rep(1), make_rep(2)], findings)) == 1


def test_incomplete_repetitions_are_not_shown():
    findings = [*judged(1, Verdict.NOT_MET), *judged(2, Verdict.MET)]
    assert chosen([make_rep(1, complete=False), make_rep(2)], findings) == [(2, "A typical repetition")]
    assert chosen([make_rep(1, complete=False)], []) == []


def test_captions_say_why():
    best, worst = choose_exemplars(make_session())
    assert best.caption == "2 of 2 checks met."
    assert worst.caption == "1 of 2 checks met. Not met: thigh held still (18°, limit at most 10°)."
    assert (worst.rep, worst.at_s) == (2, 7.0)


def test_the_only_repetition_is_called_that():
    (only,) = choose_exemplars(make_session(rep_count=1))
    assert only.caption.startswith("The only complete repetition.")
