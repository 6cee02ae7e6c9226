"""A month of practice, judged and kept by the real thing: adherence, trends and words are those put into it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import synth
from formcheck.form.judge import judge_track
from formcheck.protocols.loader import load_protocol, with_hold, with_reps
from formcheck.protocols.model import Hold
from formcheck.record.daily import daily
from formcheck.record.prescriptions import days, prescriptions, share
from formcheck.record.profiles import profile_key
from formcheck.record.progress import day_title, render_progress
from formcheck.record.queries import judging_fingerprints, sessions
from formcheck.record.save import save_set
from formcheck.record.store import open_store
from formcheck.record.values import Origin, Practice
from formcheck.text.catalogue import Texts
from practice import DAYS, FIRST, PROFILE, keep_set, month, named, sets_on

LAST = FIRST + timedelta(days=DAYS - 1)
MADE = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)

EN = Texts("en")


@pytest.fixture(scope="module")
def kept(month_record):
    with open_store(month_record, write=False) as store, store.reading() as connection:
        key = profile_key(connection, PROFILE)
        yield sessions(connection, profile_id=key), prescriptions(connection, key)


@pytest.fixture(scope="module")
def page(kept) -> str:
    return render_progress(PROFILE, *kept, EN, today=LAST, made_at=MADE)


def test_every_set_of_the_month_is_kept_in_order(kept):
    lines, _ = kept
    assert [(line.practised_at, line.side) for line in lines] == sorted((one.at, one.side) for one in month())
    assert len(lines) == sum(sets_on(n) for n in range(DAYS)) + 21


def test_adherence_is_what_was_done(kept):
    lines, known = kept
    calendar = days(lines, known, first=FIRST, last=LAST)
    assert [day.wanted for day in calendar] == [3] * 21 + [2] * 7
    assert [day.done for day in calendar] == [sets_on(n) + (n < 21) for n in range(DAYS)]
    assert share(calendar).wanted == 2 * 28 + 21


def test_the_knee_is_where_the_synthetic_knee_went(kept):
    lines, _ = kept
    made = {(one.at, one.side): one.peak_deg for one in month()}
    for line in lines:
        assert line.knee_end_deg == pytest.approx(made[line.practised_at, line.side], abs=2.0)


def test_the_page_says_what_changed_and_what_did_not(page):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "64 sets on 27 days" in text
    assert "64 of 77 prescribed sets (83 %)." in text
    assert re.search(r"Left leg\. Knee at the end of repetitions: 2\d° straighter, from 4\d° to 2\d°", text)
    assert re.search(r"Right leg\. Knee at the end of repetitions: no change yet, from 30° to 30°", text)
    assert re.search(r"Left leg\. Knee where symptoms begin \(P1\): 2\d° straighter", text)
    assert "not a goal" in text


def test_the_calendar_shows_each_day(page):
    cells = re.findall(r'<li class="day (\w+)" title="([^"]+)">', page)
    assert len(cells) == DAYS
    assert cells[0] == ("all", "2 March 2026: 2 of 2 left, 1 of 1 right")
    assert cells[4] == ("some", "6 March 2026: 1 of 2 left, 1 of 1 right")
    assert cells[27] == ("none", "29 March 2026: 0 of 2 left")


def charts(page: str) -> dict[str, dict]:
    block = re.search(r'<script type="application/json" id="chart-data">(.*?)</script>', page, re.DOTALL)
    return {chart["id"]: chart for chart in json.loads(block.group(1))["charts"]}


def test_left_and_right_have_the_same_scale_and_their_own_zone(page, kept):
    drawn = charts(page)
    assert set(drawn) == {
        f"{side}-{kind}" for side in ("left", "right") for kind in ("end", "p1", "pain", "hip", "tempo")
    }
    left, right = drawn["left-end"], drawn["right-end"]
    assert left["range"] == right["range"]
    first = daily([line for line in kept[0] if line.side == "left"], "knee_end_deg")[:3]
    low, high = left["zone"]
    assert (low + high) / 2 == pytest.approx(sorted(point.value for point in first)[1], abs=0.1)
    assert high - low >= 2 * 8.0


def test_the_static_charts_have_a_dot_for_each_day_with_its_sets_and_their_scatter(page, kept):
    figure = re.search(r'data-chart="left-end">(.*?)</figure>', page, re.DOTALL).group(1)
    assert figure.count("<circle") == sum(sets_on(n) > 0 for n in range(DAYS))
    first = [line for line in kept[0] if line.side == "left" and line.day == FIRST]
    (title,) = re.findall(r"<title>(2 March 2026: 4\d° ± [^<]*)</title>", figure)
    for line in first:
        assert (
            f"{line.practised_at:%H:%M} clip {line.uid}" in title
            or f"{line.practised_at:%H:%M} live {line.uid}" in title
        )
    apart = [replace(line, knee_end_deg=line.knee_end_deg + 4 * n) for n, line in enumerate(first)]
    more = [line for line in kept[0] if line.side == "left" and line.day != FIRST]
    page = render_progress(PROFILE, [*apart, *more], kept[1], EN, today=LAST, made_at=MADE)
    drawn = charts(page)["left-end"]["lines"][0]
    low, high = (line.knee_end_deg for line in apart)
    assert drawn["scatter"][0] == [low, high]
    assert drawn["values"][0] == pytest.approx((low + high) / 2, abs=0.01)
    assert "(sets from 4" in page
    assert 'class="scatter knee"' in page


def test_one_day_is_no_trend_and_is_not_drawn(kept):
    lines = kept[0]
    left = [line for line in lines if line.side == "left"]
    right = [line for line in lines if line.side == "right"][:1]
    one_day = [replace(line, practised_at=left[0].practised_at, day=FIRST) for line in left[:12]]
    page = render_progress(PROFILE, [*one_day, *right], [], EN, today=LAST, made_at=MADE)
    assert charts(page) == {}
    assert page.count("too early to say. Measured on 1 day; 6 are needed") >= 2
    assert "° straighter" not in page
    assert page.count(": knee at the end ") == len(one_day) + 1


def test_the_calendar_and_the_words_say_the_same_of_a_day(kept):
    line, known = next(line for line in kept[0] if line.side == "left"), kept[1]
    third = [replace(line, uid=f"{n:08x}") for n in range(3)]
    short = [replace(line, rep_count=1)]
    for lines, done, besides in ((third, 2, 1), (short, 0, 1)):
        (day,) = days(lines, known, first=FIRST, last=FIRST)
        assert (day.goals[0].kept, day.besides) == (done, besides)
        assert f"{done} of 2 left" in day_title(EN, day)
        assert "1 more, shorter or other" in day_title(EN, day)
    page = render_progress(PROFILE, third, known, EN, today=FIRST, made_at=MADE)
    assert "3 sets on 1 day" in re.sub(r"\s+", " ", page)


def test_a_running_day_is_not_held_against_anyone(kept):
    page = render_progress(PROFILE, *kept, EN, today=MADE.date(), made_at=MADE)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "64 of 77 prescribed sets (83 %) before today. Today: 0 of 2 with the left leg." in text


def test_equal_arguments_give_an_equal_page_that_asks_for_nothing(kept, page):
    assert render_progress(PROFILE, *kept, EN, today=LAST, made_at=MADE) == page
    assert "default-src &#39;none&#39;" in page
    assert not re.search(r"(src|href)=[\"'](?!data:|#)", page)


def test_an_empty_record_and_a_hostile_note_make_a_page(kept):
    page = render_progress("P<b>", [], [], EN, today=LAST, made_at=MADE)
    assert "No set is saved yet" in page
    assert "P&lt;b&gt;" in page
    assert "Nothing was prescribed" in page


def test_sessions_that_are_hard_to_compare_are_said(store):
    keep_set(store)
    with store.reading() as connection:
        (line,) = sessions(connection)
    later = replace(line, day=line.day + timedelta(days=1), model_sha256="f" * 64)
    other = replace(line, protocol_id="active-knee-extension")
    page = render_progress(PROFILE, [line, other, later], [], EN, today=LAST, made_at=MADE)
    assert "The landmark model changed on 3 March 2026" in page
    assert "Sets of other exercises (active-knee-extension) are in the calendar" in page


def test_another_prescribed_count_makes_no_sessions_hard_to_compare(store):
    prescribed = with_reps(load_protocol(), 10)
    keep_set(store)
    for number, protocol in enumerate((prescribed, with_hold(prescribed, Hold.STRAP)), start=1):
        track = synth.glide([synth.Move()] * 2, fps=15.0)
        track, session = named(track, judge_track(track, protocol), str(number))
        practice = Practice(PROFILE, Origin.LIVE, MADE - timedelta(days=20 - number))
        save_set(store, session, track, protocol=protocol, practice=practice)
    with store.reading() as connection:
        lines, judged_by = sessions(connection), judging_fingerprints(connection)
    assert len({line.protocol_sha256 for line in lines}) == 3
    page = render_progress(PROFILE, lines[:2], [], EN, today=LAST, made_at=MADE, judged_by=judged_by)
    told = EN.get("progress.protocol_changed", when="DAY").split("DAY")
    assert told[0] not in page
    page = render_progress(PROFILE, lines, [], EN, today=LAST, made_at=MADE, judged_by=judged_by)
    assert told[0] in page
