"""The first line: what to change first, or what is known and what would make it surer."""

from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.form.headline import headline
from formcheck.form.summary import summarize
from formcheck.message import Message
from formcheck.text.catalogue import Texts, languages
from formcheck.types import Verdict
from synth import Move

T_S = synth.times(16.0)
SWING = 0.5 - 0.5 * np.cos(2 * np.pi * T_S / 5.3)
KNEE = 90 - 70 * SWING


def keys(message):
    """The keys of a message and of all in it, outermost first."""
    found = [message.key]
    for _, value in message.values:
        for one in value if isinstance(value, tuple) else (value,):
            found += keys(one) if isinstance(one, Message) else []
    return found


def first_fault(said):
    return next(key for key in said if key.startswith("headline.fault."))


def told(track, protocol="sciatic-glide"):
    return headline(synth.session(track, protocol))


def changed(session, rule, rep, **values):
    found = [replace(f, **values) if (f.rule, f.rep) == (rule, rep) else f for f in session.findings]
    return replace(session, findings=tuple(found))


def test_a_good_set_has_nothing_to_change():
    message = told(synth.glide([Move()] * 3))
    assert keys(message) == ["headline.then", "headline.met", "headline.count.practice", "headline.next_nothing"]
    assert "3" in Texts("en").say(message)


def test_an_assessment_is_not_told_what_to_do_next_time():
    message = told(synth.glide([Move()] * 3), "active-knee-extension")
    assert "headline.next_nothing" not in keys(message)


@pytest.mark.parametrize(
    ("hip_deg", "fault"),
    [(100 - 25 * SWING, "hip_steady_sank"), (80 + 25 * SWING, "hip_steady_rose"), (60.0, "hip_in_band_low")],
)
def test_a_fault_is_named_with_its_remedy(hip_deg, fault):
    said = keys(told(synth.track(T_S, KNEE, hip_deg)))
    assert said[0] == "headline.fault_with_remedy"
    assert said[1] == f"headline.fault.{fault}"
    assert said[2].startswith("headline.remedy.")


def test_a_thigh_that_goes_there_and_back_has_moved():
    assert "headline.fault.hip_steady_moved" in keys(
        told(synth.track(T_S, KNEE, 90 + 12 * np.sin(4 * np.pi * T_S / 5.3)))
    )


def test_the_most_useful_fault_comes_first_and_the_others_after_it():
    said = keys(told(synth.glide([Move(extend_s=0.4, return_s=0.4)] * 3, hip_deg=55.0)))
    assert said.index("headline.fault.hip_in_band_low") < said.index("headline.also") < said.index("rule.slow.fault")


def test_holding_the_thigh_comes_before_where_it_is():
    said = keys(told(synth.track(T_S, KNEE, 75 - 30 * SWING)))
    assert first_fault(said) == "headline.fault.hip_steady_sank"
    assert "rule.hip_in_band.fault_low" in said


def test_a_fault_of_some_says_of_how_many():
    message = told(synth.glide([Move(), Move(), Move(extend_s=0.4, return_s=0.4)]))
    assert message.key == "headline.partly_with_remedy"
    assert dict(message.values)["failed"] == 1


def test_what_is_undecided_follows_what_is_known():
    message = told(synth.glide([Move()] * 3, hip_deg=76.0))
    said = keys(message)
    assert said[1] == "headline.undecided_but"
    known = [key for key in said if key.startswith("headline.known.")]
    assert {"headline.known.slow", "headline.known.smooth", "headline.known.hip_steady"} <= set(known)
    assert "headline.known.hip_in_band" not in known
    assert "headline.unknown.hip_within" in said
    assert "headline.tip.hip_in_band_low" in said


def test_the_camera_is_the_first_to_make_it_surer():
    said = keys(told(synth.glide([Move()] * 3, hip_deg=76.0, azimuth_deg=25.0)))
    assert "headline.tip.from_feet" in said
    assert "headline.tip.hip_in_band_low" not in said


def test_the_pain_limit_comes_before_everything_else():
    session = synth.session(synth.track(T_S, KNEE, 60.0))
    over = replace(session.findings_of(1)[0], rule="personal_limit", verdict=Verdict.NOT_MET, variant="")
    said = keys(headline(replace(session, findings=(*session.findings, over))))
    assert first_fault(said) == "headline.fault.personal_limit"


def test_an_advisory_miss_is_advice_and_no_fault():
    session = synth.session(synth.glide([Move()] * 3))
    said = keys(headline(changed(session, "hands_on_thigh", None, verdict=Verdict.NOT_MET)))
    assert said[1] == "headline.met"
    assert said[-1] == "cue.hands_on_thigh"


@pytest.mark.parametrize(("reps", "last"), [(3, "headline.next_rest"), (20, "headline.next_nothing")])
def test_a_whole_set_says_how_many_of_how_many(reps, last):
    message = headline(synth.session(synth.glide([Move()] * reps), whole_set=True))
    said = keys(message)
    assert said[1:] == ["headline.met", "headline.count_of.practice", last]
    assert f"{reps} of 20" in Texts("en").say(message)


def test_a_clip_too_short_to_judge_has_one_sentence():
    track = synth.track(synth.times(1.5), np.full(45, 90.0))
    summary = summarize(synth.session(replace(track, clip=replace(track.clip, duration_s=1.5))))
    assert summary.headline.key == "headline.too_short"
    assert summary.sentences == ()


def test_nobody_and_no_repetition():
    nobody = np.full((len(T_S), 33, 2), np.nan)
    assert told(synth.make_track(T_S, nobody, side=None)).key == "headline.nobody"
    assert told(synth.glide([Move()] * 3, trunk_tilt_deg=80.0)).key == "headline.not_lying"
    assert told(synth.track(T_S, np.full(len(T_S), 90.0))).key == "headline.no_rep"


def test_what_kept_the_leg_from_being_measured_comes_first():
    session = synth.session(synth.glide([Move()] * 3, azimuth_deg=-25.0))
    reasons = tuple(map(Message, ("quality.leg_lost", "quality.from_head", "quality.too_high")))
    unmeasured = changed(session, "set_complete", None, verdict=Verdict.NOT_ASSESSABLE)
    lost = replace(unmeasured, reps=(), quality=replace(session.quality, reasons=reasons))
    assert keys(headline(lost)) == ["headline.leg_lost_but", "headline.tip.too_high"]


@pytest.mark.parametrize(("reasons", "key"), [((), "cut"), ((Message("quality.leg_lost"),), "cut_but")])
def test_a_repetition_that_is_cut_off(reasons, key):
    session = synth.session(synth.glide([Move()] * 1))
    cut = replace(
        session,
        reps=(replace(session.reps[0], complete=False),),
        quality=replace(session.quality, reasons=reasons),
    )
    assert headline(cut).key == f"headline.{key}"


def test_repetitions_counted_by_eye():
    session = synth.session(synth.glide([Move()] * 2))
    bare = replace(
        session, findings=tuple(f for f in session.findings if f.rep is None and f.verdict is not Verdict.MET)
    )
    assert headline(bare).key == "headline.counted_by_eye"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    "track",
    [
        synth.glide([Move()] * 3),
        synth.glide([Move(), Move(extend_s=0.4, return_s=0.4)], hip_deg=55.0),
        synth.glide([Move()] * 3, hip_deg=76.0, azimuth_deg=25.0),
        synth.track(T_S, KNEE, 100 - 25 * SWING),
    ],
)
def test_it_can_be_said_in_every_language(language, track):
    said = Texts(language).say(told(track))
    assert said.endswith(".")
    assert "nan" not in said
    assert "{" not in said


def test_where_the_thigh_moved_the_text_says_from_where_to_where():
    sentences = {
        one.key: dict(one.values)
        for one in summarize(synth.session(synth.track(T_S, KNEE, 100 - 25 * SWING))).sentences
    }
    assert "summary.hip" not in sentences
    went = sentences["summary.hip_from_to"]
    assert went["start"] == pytest.approx(100, abs=3)
    assert went["peak"] == pytest.approx(75, abs=3)


def test_a_thigh_that_only_a_reviewer_saw_move_is_not_said_to_have_sunk():
    sinking_a_little = synth.session(synth.track(T_S, KNEE, 93 - 6 * SWING))
    assert not any(finding.verdict is Verdict.NOT_MET for finding in sinking_a_little.findings)
    seen = changed(sinking_a_little, "hip_steady", 2, verdict=Verdict.NOT_MET)
    assert first_fault(keys(headline(seen))) == "headline.fault.hip_steady_moved"


@pytest.mark.parametrize("ends", [(60.0, 96.0), (94.0, 98.0)])
def test_where_the_thigh_went_lies_within_the_range_that_stands_beside_it(ends):
    session = synth.session(synth.track(T_S, KNEE, 100 - 25 * SWING))
    low, high = ends
    reps = tuple(replace(rep, hip_flexion_min_deg=low, hip_flexion_max_deg=high) for rep in session.reps)
    jittering = tuple(replace(rep, hip_flexion_start_deg=high + 1.5, hip_flexion_peak_deg=low - 1.5) for rep in reps)
    went = {one.key: dict(one.values) for one in summarize(replace(session, reps=jittering)).sentences}
    assert went["summary.hip_from_to"] == {"start": high, "peak": low}


def test_a_thigh_that_only_a_reviewer_saw_move_has_no_numbers():
    session = synth.session(synth.glide([Move()] * 2))
    unmeasured = replace(session.reps[1], hip_flexion_min_deg=np.nan, hip_flexion_max_deg=np.nan)
    seen = changed(replace(session, reps=(session.reps[0], unmeasured)), "hip_steady", 2, verdict=Verdict.NOT_MET)
    assert "summary.hip" in [one.key for one in summarize(seen).sentences]
    assert first_fault(keys(headline(seen))) == "headline.fault.hip_steady_moved"


@pytest.mark.parametrize("missing", ["min", "max", "start", "peak"])
def test_a_document_may_say_that_the_thigh_moved_with_some_of_the_numbers_missing(missing):
    session = synth.session(synth.track(T_S, KNEE, 100 - 25 * SWING))
    rep = replace(session.reps[0], **{f"hip_flexion_{missing}_deg": np.nan})
    partly = changed(replace(session, reps=(rep,)), "hip_steady", 1, verdict=Verdict.NOT_MET, observed=None, se=None)
    said = [one.key for one in summarize(partly).sentences]
    assert "summary.hip_from_to" not in said
    assert "summary.hip" in said or "summary.hip_between" in said
    for language in languages():
        texts = Texts(language)
        assert all(texts.say(one) for one in summarize(partly).sentences)
