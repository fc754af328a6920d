"""Expressions made coarser for Hyperscan, which compiles counted repeats for minutes; RE2 verifies what it finds.

A coarser expression is found wherever the exact one is, and elsewhere, too.
"""

import re

from netsentinel.detection.rules.regex import compile_pattern
from netsentinel.kernel.errors import InvalidInputError

_MOST_REPEATS = 8
"""What is counted further becomes "or more": each repeat is a state of its own to Hyperscan. Two of 990 took 10 s."""

_LARGEST = 2_500
"""Instructions of RE2's program from which on an expression is not given to Hyperscan. The largest of SigmaHQ's has
2,359; a Unicode class (`\\pL{1,8}`) has more than 5,000."""

_PARTS = re.compile(
    r"\\Q.*?(?:\\E|\Z)"  # quoted text
    r"|\\[pPx]\{[^}]*\}|\\."  # an escape
    r"|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]"  # a class
    r"|\{(?P<low>\d+)(?P<more>,(?P<high>\d*))?\}"  # a counted repeat
    r"|.",
    re.DOTALL,
)


def coarse(pattern: str) -> tuple[str, int]:
    """The expression with larger counts left open, and its size; empty when even that is too large to look for.

    Args:
        pattern: an expression that RE2 supports.
    """
    found = _PARTS.sub(_opened, pattern)
    try:
        size = int(compile_pattern(found).programsize)
    except InvalidInputError:
        return "", 0
    return (found, size) if size <= _LARGEST else ("", 0)


def _opened(part: re.Match[str]) -> str:
    if part["low"] is None or max(int(part["low"]), int(part["high"] or 0)) <= _MOST_REPEATS:
        return part[0]
    return f"{{{min(int(part['low']), _MOST_REPEATS)},}}"
