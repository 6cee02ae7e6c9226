"""Any judged set survives being written and read again."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.form.judge import judge_track
from formcheck.form.rules import RULES
from formcheck.message import Message
from formcheck.protocols.loader import builtin_ids, load_protocol
from formcheck.resolution import rounded
from formcheck.session.document import from_document, to_document
from formcheck.session.frames import read_angles_csv, write_angles_csv
from formcheck.text.catalogue import Texts, languages
from formcheck.types import Finding, Phase, Quality, Rep, Session, Side, Verdict, View
from judged import assert_same_session
from report_sessions import CLIP, MODEL, make_angles, make_finding, make_session
from synth import Move, glide

angle = st.one_of(st.just(float("nan")), st.floats(-180, 180))
known = st.floats(0, 600)
times, flags, angles_11 = st.tuples(*[known] * 3), st.tuples(*[st.booleans()] * 2), st.tuples(*[angle] * 11)
maybe = st.one_of(st.none(), st.floats(-500, 500).map(lambda value: round(value, 3) + 0.0))
count = st.integers(0, 30)
messages = st.sampled_from(
    [
        Message.of("quality.dark"),
        Message.of("quality.rolled", roll=90),
        Message.of("verbatim", text="Als Bild gelesen."),
    ]
)


@st.composite
def reps(draw):
    return [
        rounded(
            Rep(
                index,
                *(draw(known) for _ in range(3)),
                draw(st.booleans()),
                draw(st.booleans()),
                *(draw(angle) for _ in range(11)),
            )
        )
        for index in range(1, draw(st.integers(0, 4)) + 1)
    ]


def findings(of):
    return st.lists(
        st.builds(
            Finding,
            rule=st.sampled_from([rule.id for rule in RULES]),
            rep=st.sampled_from(of),
            verdict=st.sampled_from(Verdict),
            observed=maybe,
            limit=st.tuples(maybe, maybe),
            unit=st.sampled_from(["deg", "deg/s", "reps", "thigh lengths"]),
            at_s=maybe,
            advisory=st.booleans(),
            se=maybe,
            variant=st.sampled_from(["", "low", "high", "ceiling"]),
            reason=st.sampled_from([None, "leg_not_measured", "no_complete_rep"]),
            met_in=st.one_of(st.none(), st.tuples(count, count)),
            text=st.one_of(st.none(), st.just("As it was stored.")),
        ),
        max_size=6,
    )


@st.composite
def sessions(draw):
    found = draw(reps())
    measured = draw(st.booleans())
    view = rounded(View(draw(st.sampled_from([True, False, None])), *(draw(angle) for _ in range(5))))
    t_s = np.arange(40) / 30
    angles = replace(rounded(make_angles(t_s, rep_count=1, gap_s=(0.2, 0.4))), view=view, side=Side.LEFT)
    everything = draw(findings([None, *(rep.index for rep in found)]))
    return Session(
        clip=rounded(CLIP),
        model=MODEL,
        protocol_id="sciatic-glide",
        protocol_version="1.0.0",
        protocol_name="Glide",
        protocol_sha256="ef" * 32,
        protocol_kind=draw(st.sampled_from(["practice", "assessment"])),
        side=Side.LEFT if measured else None,
        side_given=draw(st.booleans()),
        angles=angles if measured else None,
        view=view,
        phases=tuple(draw(st.lists(st.sampled_from(Phase), min_size=40, max_size=40))),
        rep_of_frame=np.array(draw(st.lists(st.integers(0, 4), min_size=40, max_size=40)), np.int64),
        reps=tuple(found),
        findings=tuple(everything),
        quality=rounded(Quality(draw(st.floats(0.01, 1)), tuple(draw(st.lists(messages, max_size=3))))),
    )


def round_trip(session: Session, folder, language: str) -> Session:
    times = session.angles.t_s if session.angles is not None else np.arange(len(session.phases)) / 30
    write_angles_csv(session, folder / "angles.csv", t_s=times)
    return from_document(to_document(session, Texts(language)), read_angles_csv(folder / "angles.csv"))


@settings(max_examples=40)
@given(session=sessions(), language=st.sampled_from(languages()))
def test_any_session_survives_the_round_trip(tmp_path_factory, session, language):
    assert_same_session(round_trip(session, tmp_path_factory.mktemp("session"), language), session)


@settings(max_examples=15)
@given(
    peaks=st.lists(st.floats(5, 60), min_size=0, max_size=3),
    hip_deg=st.floats(55, 120),
    tilt_deg=st.sampled_from([0.0, 80.0]),
    protocol=st.sampled_from(builtin_ids()),
)
def test_what_was_judged_survives_the_round_trip(tmp_path_factory, peaks, hip_deg, tilt_deg, protocol):
    track = glide([Move(peak_deg=peak) for peak in peaks] or [Move()], hip_deg=hip_deg, trunk_tilt_deg=tilt_deg)
    session = judge_track(track, load_protocol(protocol))
    assert_same_session(round_trip(session, tmp_path_factory.mktemp("session"), "en"), session)


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_a_rule_may_be_judged_on_a_repetition_or_on_the_set(tmp_path, rule):
    """A document from elsewhere may say of a repetition what is only ever said of the set."""
    session = make_session()
    for rep in (1, None):
        odd = replace(session, findings=(*session.findings, make_finding(rule, rep, Verdict.NOT_MET)))
        read = round_trip(odd, tmp_path, "de")
        assert (rule, rep, Verdict.NOT_MET) in {(found.rule, found.rep, found.verdict) for found in read.findings}
