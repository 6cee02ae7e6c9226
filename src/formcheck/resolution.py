"""The resolution of results: what is kept of a number, by its unit.

Judged values are rounded once, where they are made, so that a report, a document and a table of the same set hold the
same numbers, and a session that was written and read again is equal to what it was. Hundredths of a degree and
milliseconds are finer than any error here.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    # Loading it takes longer than all else of a list of sessions, which is rounded by these decimals too.
    import numpy as np
    from numpy.typing import NDArray

# By the ending of a field's name, the longer ending first.
_DECIMALS = (("_deg_s", 1), ("_deg", 2), ("_thighs", 3), ("_fraction", 4), ("_fps", 3), ("_s", 3))
# Of numbers whose unit stands beside them.
FINEST_DECIMALS = 3
_DECIMALS_OF_UNIT = {"deg": 2, "deg/s": 1, "s": 3, "thigh lengths": 3, "reps": 0}
# Tenths of a millisecond tell any two frames apart.
FRAME_TIME_DECIMALS = 4

_Value = TypeVar("_Value")


def decimals_of(name: str) -> int | None:
    """Return how many decimals are kept of a field, by the unit in its name; None for one that is not rounded."""
    return next((decimals for ending, decimals in _DECIMALS if name.endswith(ending)), None)


def decimals_of_unit(unit: str) -> int:
    """Return how many decimals are kept of a number in a unit."""
    return _DECIMALS_OF_UNIT.get(unit, FINEST_DECIMALS)


def rounded_number(value: float, decimals: int) -> float:
    """Round a number; adding zero turns -0.0 into 0.0, so that equal results are equal bytes."""
    return round(float(value), decimals) + 0.0


def rounded_array(values: NDArray[Any], decimals: int) -> NDArray[np.float64]:
    """Round an array as `rounded_number` rounds a number; NaN stays NaN."""
    import numpy as np  # noqa: PLC0415 - see above

    flat = [rounded_number(value, decimals) for value in np.asarray(values, np.float64).ravel().tolist()]
    return np.array(flat, np.float64).reshape(np.shape(values))


def rounded(value: _Value) -> _Value:
    """Return a dataclass value with every number rounded by the unit in its field's name."""
    changed: dict[str, Any] = {}
    for field in fields(value):  # type: ignore[arg-type]
        held = getattr(value, field.name)
        decimals = FRAME_TIME_DECIMALS if field.name == "t_s" else decimals_of(field.name)
        if decimals is None or held is None:
            continue
        # Not by its class, for which numpy would have to be loaded.
        is_array = hasattr(held, "dtype") and held.ndim > 0
        changed[field.name] = rounded_array(held, decimals) if is_array else rounded_number(held, decimals)
    return replace(value, **changed)  # type: ignore[type-var]
