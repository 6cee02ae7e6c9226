"""What a clip is made of. Everything random is drawn beforehand (draw.py): rendering a spec draws nothing but noise.

A spec is written into the truth beside each clip, and can be read back from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, Literal, get_args, get_type_hints

Side = Literal["left", "right"]
Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A person: morph targets with their weights, limb proportions, and what they wear.

    The stretches multiply the length of a segment of the MakeHuman body. ``shorts`` is the share of the thigh that
    they cover (0 = long trousers), ``shoes`` is empty for bare feet. ``seat_sink_m`` is how far the buttocks sink
    into the mat: it lowers the hip. A grey of 1 replaces the texture's colour by the tint.
    """

    body_id: str
    sex: Literal["female", "male"]
    targets: Mapping[str, float]
    height_scale: float = 1.0
    thigh_stretch: float = 1.0
    shank_stretch: float = 1.0
    arm_stretch: float = 1.0
    seat_sink_m: float = 0.01
    skin: str
    skin_tint: Colour = (1.0, 1.0, 1.0)
    eyes: str = "brown_eye"
    brows: str = "eyebrow001"
    hair: str = "short02"
    hair_tint: Colour = (1.0, 1.0, 1.0)
    outfit: str
    top_tint: Colour = (1.0, 1.0, 1.0)
    top_grey: float = 0.0
    bottom_tint: Colour = (1.0, 1.0, 1.0)
    bottom_grey: float = 0.0
    looseness_m: float = 0.0
    shorts: float = 0.0
    shoes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Where the camera stands.

    ``azimuth_deg``: 0 = square to the side of the working leg, positive = towards the feet, 180 = from the other side.
    ``height_m`` is above the surface on which the person lies, ``distance_m`` horizontal from the aim point,
    ``fov_deg`` along the longer side of the picture. A positive roll turns the picture clockwise. ``shake_mm`` is
    hand-held wobble.
    ``margin`` is the share of width and height that is kept free around the joints: the camera moves back for it.
    """

    camera_id: str
    azimuth_deg: float = 0.0
    height_m: float = 0.8
    distance_m: float = 2.6
    fov_deg: float = 60.0
    roll_deg: float = 0.0
    aim_m: tuple[float, float, float] = (0.03, 0.0, 0.4)
    shake_mm: float = 0.0
    shake_seed: int = 0
    margin: float = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """``level``: 1 = a bright room, below 0.5 dim. ``warmth``: 0 daylight to 1 tungsten. Directions in world axes."""

    kind: Literal["even", "dim", "warm", "backlit"] = "even"
    level: float = 1.0
    warmth: float = 0.3
    key_from_deg: float = 120.0
    key_height_deg: float = 52.0
    fill: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Size, rate, and what sensor and compression do. ``noise`` is a share of full scale, 0 for none."""

    width: int = 640
    height: int = 360
    fps: float = 15.0
    noise: float = 0.008
    blur_px: float = 0.0
    motion_blur: int = 1
    jpeg_quality: int = 0
    crf: int = 23
    supersample: float = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room by its seed, and what the person lies on."""

    room_id: str
    seed: int
    surface: Literal["mat", "floor", "bed", "bench"] = "mat"
    pillow_m: float = 0.0
    window: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """How the person lies and holds the leg, apart from the motion.

    ``rest_bend`` of the resting leg: 0 straight, 1 foot on the floor with the knee well bent; its knee leans outwards
    by ``rest_lean_deg``. ``hands`` name the hand on the working leg's side, then the other. ``grip`` is along the thigh
    (hip 0, knee 1), ``wrap`` how far the hands reach round behind it.
    """

    rest: Literal["straight", "bent", "moving"] = "straight"
    rest_bend: float = 0.0
    rest_lean_deg: float = 0.0
    rest_apart_deg: float = 3.0
    rest_rotation_deg: float = 14.0
    hands: tuple[str, str] = ("thigh", "thigh")
    grip: float = 0.78
    wrap: float = 0.3
    arm_spread_deg: float = 18.0
    abduction_deg: float = 2.0
    ankle_deg: float = 5.0
    ankle_with_knee_deg: float = 0.0
    pelvic_tilt_deg: float = 0.0
    tilt_with_knee_deg: float = 0.0
    shoulder_lift_deg: float = 0.0
    head_turn_deg: float = 0.0
    head_lift_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rep:
    """A repetition: interior knee angles and durations; ``partial`` marks one that turns back early."""

    start_deg: float
    peak_deg: float
    end_deg: float
    up_s: float
    hold_s: float
    down_s: float
    rest_s: float
    skew: float = 1.0
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """A session. A stage of 0 s is left out: then the clip begins or ends in the position of the exercise.

    ``slide`` is how far the leg slides up on its heel before it is lifted (0 to 1, by its bend).
    ``hip_deg`` is the hip's flexion during the set, ``hip_drift_deg`` is added in proportion to the knee's extension,
    ``bounce_deg`` is the swing at the end of range. ``rest_moves`` are (time, bend) of a moving resting leg.
    """

    seed: int = 1
    lie_s: float = 0.0
    raise_s: float = 0.0
    slide: float = 0.0
    clasp_s: float = 0.0
    ready_s: float = 1.5
    reps: tuple[Rep, ...] = ()
    finish_s: float = 1.0
    release_s: float = 0.0
    lower_s: float = 0.0
    end_s: float = 0.0
    hip_deg: float = 90.0
    hip_drift_deg: float = 0.0
    sway_deg: float = 0.8
    bounce_deg: float = 0.0
    bounce_hz: float = 2.0
    rest_moves: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """A second person who kneels: behind the head, beside the far leg, or at the feet. ``holds`` the working heel."""

    body: Body
    place: Literal["head", "beside", "feet"] = "head"
    holds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What else happens than one glide after the other.

    ``working_path`` and ``other_path`` are (time, raised, hip, interior knee) of a leg that does something else than
    its set or its rest: between those times it eases. ``pelvis_path`` are (time, degrees) by which the pelvis is rolled
    up. ``down_s`` is how long the person takes to lie down from sitting, before everything else, and ``up_s`` how long
    to sit up again. ``blanket``: one lies over the resting leg.
    """

    working_path: tuple[tuple[float, float, float, float], ...] = ()
    other_path: tuple[tuple[float, float, float, float], ...] = ()
    pelvis_path: tuple[tuple[float, float], ...] = ()
    down_s: float = 0.0
    up_s: float = 0.0
    blanket: bool = False
    helper: Helper | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A clip: who, where, seen how, doing what. ``tags`` group clips in tables."""

    name: str
    side: Side = "left"
    body: Body
    room: Room
    camera: Camera
    light: Light = field(default_factory=Light)
    picture: Picture = field(default_factory=Picture)
    posture: Posture = field(default_factory=Posture)
    motion: Motion = field(default_factory=Motion)
    noise_seed: int = 1
    tags: tuple[str, ...] = ()
    situation: Situation | None = None


def to_json(clip: Clip) -> dict[str, Any]:
    """A spec as plain values; without a situation, where there is none, so that its fingerprint stays as it was."""
    return {name: value for name, value in asdict(clip).items() if name != "situation" or value is not None}


def from_json(stored: Mapping[str, Any]) -> Clip:
    """A spec from plain values.

    Raises
    ------
    TypeError
        A field that does not exist, or one without a default that is missing.
    """
    clip: Clip = _fill(Clip, stored)
    return clip


def _fill(kind: Any, stored: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    known = {one.name for one in fields(kind)}
    values = {name: _value(hints.get(name), value) if name in known else value for name, value in stored.items()}
    return kind(**values)


def _value(kind: Any, value: Any) -> Any:
    if isinstance(value, dict):
        kind = next((one for one in (kind, *get_args(kind)) if is_dataclass(one)), None)
        return value if kind is None else _fill(kind, value)
    if isinstance(value, list | tuple):
        return tuple(_fill(Rep, item) if isinstance(item, dict) else _value(None, item) for item in value)
    return value
