import numpy as np
import pytest

from formcheck.draw.canvas import Canvas, Rect
from formcheck.draw.instructions import Instruction, draw_instruction


@pytest.mark.parametrize("size_px", [(640, 200), (300, 300)])
def test_every_instruction_is_another_drawing_inside_its_rectangle(size_px):
    w, h = size_px
    drawn = set()
    for shown in Instruction:
        canvas = Canvas(np.zeros((h + 40, w + 40, 3), np.uint8))
        draw_instruction(canvas, Rect(20, 20, w, h), shown)
        outside = canvas.image.copy()
        outside[20:-20, 20:-20] = 0
        assert outside.max() == 0
        drawn.add(canvas.image.tobytes())
    assert len(drawn) == len(Instruction)
