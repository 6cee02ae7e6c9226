"""The set of people who are seen again: on another day by the same camera, and by cameras that stand elsewhere.

It tells how far a calibration of one clip helps another clip of the same person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from synthetic.draw_motion import draw_motion
from synthetic.draw_person import Rest, draw_body, draw_posture
from synthetic.draw_scene import draw_camera, draw_light, draw_picture, draw_room
from synthetic.sets import USUAL_FPS, generator
from synthetic.spec import Body, Camera, Clip, Side

VIEWS = "views"
PEOPLE = 8


@dataclass(frozen=True, slots=True)
class Again:
    """How a later clip of a person differs from the first one. Posture, motion and room are always drawn anew."""

    name: str
    turned_deg: float = 0.0
    raised_m: float = 0.0
    other_clothes: bool = False


AGAIN = (
    Again("first"),
    Again("same"),
    Again("clothes", other_clothes=True),
    Again("turned5", turned_deg=5.0),
    Again("turned10", turned_deg=10.0),
    Again("turned20", turned_deg=20.0),
    Again("raised", raised_m=0.5),
)


def views() -> list[Clip]:
    """Every clip of the set, person by person."""
    return [_clip(person, again) for person in range(PEOPLE) for again in AGAIN]


def _clip(person: int, again: Again) -> Clip:
    body_id = f"{VIEWS}-{person:02d}"
    traits = generator(VIEWS, "traits", person)
    side: Side = "left" if traits.random() < 0.5 else "right"
    rest: Rest = "straight" if person % 2 == 0 else "bent"
    scene = generator(VIEWS, "scene", person, again.name)
    camera = _camera(person, again, turned_to=float(traits.choice((-1.0, 1.0))))
    body = draw_body(generator(VIEWS, "body", body_id), body_id)
    return Clip(
        name=f"p{person:02d}_{again.name}",
        side=side,
        body=_dressed_otherwise(body, person) if again.other_clothes else body,
        room=draw_room(scene, f"{VIEWS}-room-{person:02d}-{again.name}", "mat", "even"),
        camera=camera,
        light=draw_light(scene, "even", camera, side),
        picture=draw_picture(scene, "landscape", "even", USUAL_FPS),
        posture=draw_posture(generator(VIEWS, "posture", person, again.name), rest, "both"),
        motion=draw_motion(generator(VIEWS, "motion", person, again.name), "none", whole=False, holds=True),
        noise_seed=int(scene.integers(1 << 31)),
        tags=(f"again:{again.name}", f"rest:{rest}"),
    )


def _camera(person: int, again: Again, *, turned_to: float) -> Camera:
    """The person's camera, moved."""
    first = draw_camera(
        generator(VIEWS, "camera", person),
        f"{VIEWS}-camera-{person:02d}-{again.name}",
        turn="side",
        height="middle",
        far=False,
        shape="landscape",
        hand_held=False,
    )
    return replace(
        first,
        azimuth_deg=first.azimuth_deg + turned_to * again.turned_deg,
        height_m=first.height_m + again.raised_m,
    )


def _dressed_otherwise(body: Body, person: int) -> Body:
    """The same body in the clothes of somebody else of that sex."""
    number = 0
    while True:
        other = draw_body(generator(VIEWS, "clothes", person, number), body.body_id)
        if other.sex == body.sex and other.outfit != body.outfit:
            break
        number += 1
    return replace(
        body,
        outfit=other.outfit,
        top_tint=other.top_tint,
        top_grey=other.top_grey,
        bottom_tint=other.bottom_tint,
        bottom_grey=other.bottom_grey,
        looseness_m=other.looseness_m,
        shorts=other.shorts,
        shoes=other.shoes,
    )
