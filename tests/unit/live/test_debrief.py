from dataclasses import replace

import pytest

import synth
from formcheck.form.headline import headline
from formcheck.form.statistics import set_statistics
from formcheck.form.summary import tally
from formcheck.live.coach import EndReason
from formcheck.live.debrief import summary_lines
from formcheck.live.finish import FinishedSet
from formcheck.live.pain import PainMark
from formcheck.protocols.loader import load_protocol
from formcheck.text.catalogue import Texts, languages
from formcheck.text.numbers import whole
from synth import Move


@pytest.fixture
def finished(tmp_path):
    session = synth.session(synth.glide([Move(peak_deg=22.0), Move(), Move(extend_s=0.4, return_s=0.4)]))
    mark = PainMark(3.0, 31.6, 1, "key")
    return FinishedSet(tmp_path, "2026-03-04T09:00", EndReason.STOP, session, load_protocol(), 3, (mark,))


@pytest.mark.parametrize("language", languages())
def test_the_summary_has_the_numbers_of_the_report(finished, language):
    texts, stats = Texts(language), set_statistics(finished.session)
    lines = summary_lines(finished, texts)
    assert lines[0] == texts.say(headline(finished.session))
    assert texts.get("end.count", n=3, target=20, tally=tally(stats)) in lines
    assert texts.get("end.knee", knee=str(whole(stats.knee_end_deg))) in lines
    assert texts.get("summary.hip", hip=whole(stats.hip_mean_deg)) in lines
    assert texts.get("end.pain_mark", knee="32") in lines


def test_a_set_without_a_repetition_says_so(finished):
    nothing = replace(finished, session=synth.session(synth.glide([])), marks=())
    assert summary_lines(nothing, Texts("en")) == [Texts("en").get("end.count_none")]
