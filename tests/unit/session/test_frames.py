import os

import pytest

from formcheck.errors import InputError
from formcheck.session.frames import read_angles_csv


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs")
def test_a_pipe_in_the_place_of_the_table_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "angles.csv")
    with pytest.raises(InputError, match="damaged"):
        read_angles_csv(tmp_path / "angles.csv")
