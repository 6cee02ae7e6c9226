import pytest

from formcheck.errors import ProtocolError
from formcheck.protocols.loader import DEFAULT_PROTOCOL_ID, builtin_ids, load_protocol

GOOD = load_protocol().text


def test_built_in_protocols():
    loaded = {name: load_protocol(name).protocol for name in builtin_ids()}
    assert builtin_ids()[0] == DEFAULT_PROTOCOL_ID
    assert {name: protocol.id for name, protocol in loaded.items()} == {name: name for name in loaded}
    assert {protocol.toes.reading for protocol in loaded.values()} == {
        "ceiling",
        "dorsiflexed",
        "plantarflexed",
    }
    assert loaded["active-knee-extension"].kind == "assessment"
    assert loaded["active-knee-extension"].set.reps.value == 3
    assert loaded["sciatic-glide"].set.reps.value == 20


def test_fingerprint_changes_with_the_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    same = load_protocol(path).sha256
    path.write_text(GOOD + "\n# changed\n")
    assert same == load_protocol().sha256
    assert load_protocol(path).sha256 != same


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("value = 15.0", 'value = "wide"', ["repetition.min_excursion_deg.value", "valid number", "'wide'"]),
        ("value = 15.0, ", "", ["repetition.min_excursion_deg.value", "required", "nothing"]),
        (
            "low = 75.0, high = 105.0",
            "low = 105.0, high = 75.0",
            ["hip.flexion_deg", "low must be below high"],
        ),
        ('reading = "ceiling"', 'reading = "floor"', ["toes.reading", "'ceiling'", "'floor'"]),
        ("[hands]", "[hand]", ["hands", "nothing", "hand"]),
        ('version = "1.0.0"', 'version = "one"', ["version", "'one'"]),
        ("reps = { value = 20", "reps = { value = 0", ["set.reps.value", "greater than or equal to 1"]),
        ('id = "sciatic-glide"', "id = ", ["TOML"]),
    ],
)
def test_a_wrong_file_is_explained(tmp_path, old, new, words):
    path = tmp_path / "mine.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ProtocolError) as error:
        load_protocol(path)
    for word in [str(path), *words]:
        assert word in str(error.value)


def test_not_text(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProtocolError, match="UTF-8"):
        load_protocol(path)


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ProtocolError, match="sciatic-glide, active-knee-extension"):
        load_protocol("glide")
