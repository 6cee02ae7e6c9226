import re
import string
from pathlib import Path

import pytest

from formcheck.errors import UsageError
from formcheck.form.cues import _TEXTS
from formcheck.live.texts import Texts, catalogue, languages

SOURCE = Path(__file__).parents[3] / "src" / "formcheck" / "live"


def names(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_are_two_languages():
    assert languages() == ("de", "en")


@pytest.mark.parametrize("language", languages())
def test_a_language_is_complete(language):
    english, other = catalogue("en"), catalogue(language)
    assert other.keys() == english.keys()
    assert {key: names(text) for key, text in other.items()} == {key: names(text) for key, text in english.items()}
    assert all(text.strip() == text != "" for text in other.values())


def test_german_is_not_english():
    english, german = catalogue("en"), catalogue("de")
    same = {key for key in english if english[key] == german[key]}
    assert same == {"practice.count", "screen.recording"}


def test_every_text_is_used_and_every_key_is_there():
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("*.py"))
    code += (SOURCE.parent / "cli" / "live.py").read_text(encoding="utf-8")
    used = set(
        re.findall(r'["\']((?:setup|practice|cue|pain|camera|end|ask|place|flag|advice|screen|sound)\.\w+)["\']', code)
    )
    known = set(catalogue("en"))
    assert used - {"practice.json"} <= known
    built = {key for key in known if key.split(".")[0] in ("cue", "ask", "place", "flag", "sound", "setup", "practice")}
    assert known - used - built == set()


def test_every_cue_of_the_judgement_has_its_text():
    cues = {f"cue.{key}" for key in _TEXTS if key != "toes"}
    toes = {"cue.toes.ceiling", "cue.toes.dorsiflexed", "cue.toes.plantarflexed"}
    assert {key for key in catalogue("en") if key.startswith("cue.")} == cues | toes


def test_no_word_of_praise_for_range():
    for text in catalogue("en").values():
        assert not re.search(r"\b(further straight|more range|great|well done|excellent)\b", text, re.IGNORECASE)


def test_an_unknown_language_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="expected one of de, en"):
        Texts("xx")
