"""How times and probabilities are said in reasons."""

from typing import Final

from netsentinel.kernel.clock import DAY, HOUR, MINUTE
from netsentinel.kernel.types import Micros

_STEPS: Final = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))


def span(time: Micros) -> str:
    """How long, in the largest unit that fits: `3 days`."""
    for size, name in _STEPS:
        if time >= size:
            count = time // size
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return "moments"


def ago(time: Micros) -> str:
    """How long ago: `3 days ago`."""
    return f"{span(time)} ago"


def percent(share: float) -> str:
    """A share in whole percent."""
    return f"{round(100 * share)} %"
