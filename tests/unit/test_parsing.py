import math

import pytest

from formcheck.parsing import MAX_DEPTH, checked_uid, parse_day, parse_json, parse_json_object, parse_moment, parse_toml


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[" * 100_000 + "]" * 100_000,
        "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2),
        '{"a": NaN}',
        '{"a": [1, -Infinity]}',
        '{"a": 1e999}',
        '{"a": 10000000000000000000000000}',
        "9" * 5000,
        "9" * 400,
        b"\xff\xfe\xfa",
    ],
)
def test_json_beyond_the_limits_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


def test_a_number_that_was_not_known_is_read_where_it_may_stand():
    assert math.isnan(parse_json_object('{"a": NaN}', nan=True)["a"])
    for text in ('{"a": Infinity}', '{"a": -Infinity}', '{"a": 1e999}', "9" * 400):
        with pytest.raises(ValueError, match="finite"):
            parse_json(text, nan=True)


def test_json_within_the_limits_is_read():
    assert parse_json('{"a": [1, 2.5, null, true, {"b": "c"}]}') == {"a": [1, 2.5, None, True, {"b": "c"}]}
    with pytest.raises(ValueError, match="object"):
        parse_json_object("[1]")


@pytest.mark.parametrize("text", ["a = " + "[" * 5000 + "]" * 5000, "a = nan", "a = inf", "a = " + "9" * 400, "a ="])
def test_toml_beyond_the_limits_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_toml(text)


@pytest.mark.parametrize("text", ["yesterday", "2026-03-02T10:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59Z", 3])
def test_a_time_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_moment(text)


def test_times_and_days():
    assert parse_moment("2026-03-02T10:00:00+02:00").utcoffset().total_seconds() == 7200
    assert parse_day("2026-03-02").isoformat() == "2026-03-02"
    with pytest.raises(ValueError, match="year"):
        parse_day("0001-01-01")


@pytest.mark.parametrize("text", ["", "/etc/passwd", "../x", "abcdef0", "ABCDEF01", "abcdef01\n", "abcdef0g", "a" * 33])
def test_an_id_is_hexadecimal(text):
    with pytest.raises(ValueError, match="id"):
        checked_uid(text)
