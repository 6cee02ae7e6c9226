import pytest

from formcheck.draw.instructions import Instruction
from formcheck.live.finish import PRACTICE
from formcheck.live.introduction import instruction_page, is_first_time
from formcheck.text.catalogue import Texts, languages


def test_it_is_the_first_time_until_a_set_was_finished(tmp_path):
    assert is_first_time(tmp_path / "sessions")
    cut_off = tmp_path / "2026-03-04-1"
    cut_off.mkdir()
    assert is_first_time(tmp_path)
    (cut_off / PRACTICE).write_text("{}")
    assert not is_first_time(tmp_path)


@pytest.mark.parametrize("language", languages())
def test_its_pages_keep_a_margin(language):
    for shown in Instruction:
        page = instruction_page(Texts(language), shown)
        assert (page[:, -20:] == page[0, 0]).all()
