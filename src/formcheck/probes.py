"""What `formcheck doctor` tries, one probe per process: ``python -m formcheck.probes NAME [ARGUMENT...]``.

A probe prints one JSON object, or fails as the real command would.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CAMERA_FORMATS = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}
_DECODERS = ("h264", "hevc", "mpeg4", "mjpeg", "vp9", "av1")


def libraries(*sonames: str) -> dict[str, Any]:
    """Return the shared libraries that the system's loader does not find."""
    missing = []
    for soname in sonames:
        try:
            ctypes.CDLL(soname)
        except OSError:
            missing.append(soname)
    return {"missing": missing}


def landmarks(model: str) -> dict[str, Any]:
    """Load a model and run it on a grey image."""
    import numpy as np

    from formcheck.pose.landmarker import MediaPipeLandmarker
    from formcheck.pose.models import find_model

    with MediaPipeLandmarker(find_model(model)) as landmarker:
        found = landmarker.detect(np.full((256, 256, 3), 128, np.uint8), 0.0)
    return {"people": 0 if found is None else 1}


def decoders() -> dict[str, Any]:
    """Return the codecs of phones and cameras that cannot be decoded."""
    import av.codec

    return {"missing": [name for name in _DECODERS if name not in av.codec.codecs_available]}


def encoder() -> dict[str, Any]:
    """Write a short H.264 video with the encoder of the annotated clip, in memory."""
    from formcheck.video.writer import try_encoder

    return {"bytes": try_encoder()}


def cameras() -> dict[str, Any]:
    """List the cameras without opening one: the identifier that the system opens each by, and its name."""
    import av.device

    found = av.device.enumerate_input_devices(CAMERA_FORMATS.get(sys.platform, "v4l2"))
    cameras = [one for one in found if one.media_types in ([], ["video"])]
    return {"cameras": [{"id": one.name, "name": one.description} for one in cameras]}


def audio() -> dict[str, Any]:
    """Name the sound output."""
    import sounddevice

    return {"name": sounddevice.query_devices(kind="output")["name"]}


PROBES: dict[str, Callable[..., dict[str, Any]]] = {
    probe.__name__: probe for probe in (libraries, landmarks, decoders, encoder, cameras, audio)
}

if __name__ == "__main__":
    # The answer to the doctor; as bytes, whatever the encoding of this process's output.
    sys.stdout.buffer.write(json.dumps(PROBES[sys.argv[1]](*sys.argv[2:])).encode())
