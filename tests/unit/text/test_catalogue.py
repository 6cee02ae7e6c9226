import re
import string
from pathlib import Path

import pytest

import formcheck
from formcheck.errors import UsageError
from formcheck.form.rules import RULES
from formcheck.message import Message, messages_from
from formcheck.protocols.model import ToesReading
from formcheck.text.catalogue import Texts, catalogue, choose_texts, languages, system_language

SOURCE = Path(formcheck.__file__).parent
# The same word in both languages, or a name.
SAME = re.compile(r"^(verbatim|number\.|practice\.count|screen\.recording|report\.unit\.)")


_SUFFIXES = (".json", ".toml", ".html", ".css", ".js", ".j2", ".db")


def names(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_english_comes_first():
    assert languages() == ("en", "de")


@pytest.mark.parametrize("language", languages())
def test_a_language_is_complete(language):
    english, other = catalogue("en"), catalogue(language)
    assert other.keys() == english.keys()
    assert {key: names(text) for key, text in other.items()} == {key: names(text) for key, text in english.items()}
    assert all(isinstance(text, str) for text in other.values())


def test_literal_keys_in_the_code_are_there():
    sections = sorted({key.split(".")[0] for key in catalogue("en")})
    literal = re.compile(rf"""["']((?:{"|".join(sections)})\.[a-z_.]+)["']""")
    known = set(catalogue("en"))
    plural = {key.rsplit(".", 1)[0] for key in known if key.endswith(".other")}
    groups = {".".join(parts[:n]) for key in known for parts in [key.split(".")] for n in range(1, len(parts))}
    for path in [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.j2")]:
        for key in literal.findall(path.read_text(encoding="utf-8")):
            begun = key.endswith((".", "_")) and any(one.startswith(key) for one in known)
            assert begun or key in known | plural | groups or key.endswith(_SUFFIXES), f"{key} in {path.name}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_its_words(rule):
    known = set(catalogue("en"))
    assert {f"rule.{rule.id}.{part}" for part in ("title", "subject", "fault")} <= known
    assert any(key.startswith(f"rule.{rule.id}.wish") for key in known)
    if rule.priority is not None:
        assert any(key == f"cue.{rule.id}" or key.startswith(f"cue.{rule.id}.") for key in known)


def test_every_reading_of_the_toes_has_its_words():
    for reading in ToesReading:
        assert {f"cue.toes.{reading}", f"rule.toes.wish_{reading}"} <= set(catalogue("en"))


def test_no_word_of_praise_for_range():
    for text in catalogue("en").values():
        assert not re.search(r"\b(further straight|more range|great|well done|excellent)\b", text, re.IGNORECASE)


def test_an_unknown_language_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="expected one of en, de"):
        Texts("xx")


def test_numbers_have_the_decimal_mark_and_a_true_minus():
    assert Texts("en").number(-1.25, 1) == "−1.3"
    assert Texts("de").number(-1.25, 1) == "−1,3"
    assert "1,5" in Texts("de").get("summary.tempo", seconds=1.5)


def test_one_and_many():
    en = Texts("en")
    assert en.say(Message.of("summary.partial", n=1, reps="3")) == en.get("summary.partial.one", reps="3")
    assert en.say(Message.of("summary.partial", n=2, reps="3, 4")) == en.get("summary.partial.other", reps="3, 4")


def test_a_message_within_a_message_is_said_in_the_same_language():
    message = Message.of("summary.fault_over_set", fault=Message.of("rule.slow.set_fault", low=0.0, high=75.0))
    assert Texts("de").get("rule.slow.set_fault") in Texts("de").say(message)


def test_messages_survive_storing():
    nested = Message.of("number.list", parts=(Message.of("quality.dark"), Message.of("quality.rolled", roll=90.0)))
    assert messages_from([nested.to_json()]) == (nested,)


def test_the_language_of_the_system():
    assert system_language({"LANG": "de_AT.UTF-8"}) == "de"
    assert system_language({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}) == "en"
    assert system_language({"LANG": "fr_FR.UTF-8"}) == "en"


def test_a_language_asked_for_is_taken():
    assert choose_texts("de").language == "de"
