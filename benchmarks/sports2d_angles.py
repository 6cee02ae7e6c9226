"""Runs Sports2D on landmarks that were found elsewhere. For the environment of Sports2D, not that of formcheck.

    PYTHON benchmarks/sports2d_angles.py CLIP POINTS_px.trc SIDE OUT

leaves Sports2D's own files in OUT; SIDE, left or right, is the one that the camera sees. Its models are not needed: it
reads the points from the .trc file, and its angles, gap filling, outlier rejection and filter are as it sets them by
default.
"""

from __future__ import annotations

import sys
from pathlib import Path

from Sports2D import Sports2D


def main() -> None:
    """Compute the angles of one clip."""
    clip, points, out = (Path(sys.argv[at]).resolve() for at in (1, 2, 4))
    nothing_shown = {"show_realtime_results": False, "save_vid": False, "save_img": False}
    Sports2D.process(
        {
            "base": {
                "video_input": [clip.name],
                "video_dir": str(clip.parent),
                "result_dir": str(out),
                "load_trc_px": str(points),
                "person_ordering_method": "highest_likelihood",
                "nb_persons_to_detect": 1,
                "visible_side": [sys.argv[3]],
                **nothing_shown,
            },
            "pose": {"device": "CPU", "backend": "openvino"},
            # Someone who lies does not walk along a floor line.
            "px_to_meters_conversion": {"to_meters": False, "make_c3d": False, "save_calib": False, "floor_angle": 0},
            "post-processing": {"show_graphs": False, "save_graphs": False},
        }
    )


if __name__ == "__main__":
    main()
