"""What all clips of a batch are analysed by, found and checked once, before the long work."""

from __future__ import annotations

from importlib.metadata import version

from formcheck.batch.values import Settings
from formcheck.pose.models import find_model, identify
from formcheck.protocols.loader import load_protocol


def software() -> tuple[str, str]:
    """Versions of formcheck and mediapipe here."""
    return version("formcheck"), version("mediapipe")


def make_settings(protocol_name: str, *, model: str, side: str | None, fps: int | None, video: bool) -> Settings:
    """Load the protocol and find the model.

    Raises
    ------
    ProtocolError, InputError
        There is no such protocol or model, or it is damaged.
    """
    protocol = load_protocol(protocol_name)
    bundle = identify(find_model(model))
    return Settings(
        protocol_text=protocol.text,
        protocol_sha256=protocol.sha256,
        protocol_origin=protocol.origin,
        model_path=str(bundle.path.absolute()),
        model_sha256=bundle.sha256,
        side=side,
        fps=fps,
        video=video,
        software=software(),
    )
