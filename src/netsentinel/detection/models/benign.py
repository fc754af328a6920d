"""Which labels mean benign: texts that somebody states, whole or with `*`, or the words that data sets use."""

from collections.abc import Collection
from typing import Final

KNOWN: Final = frozenset({"0", "normal", "benign", "background", "false", "legitimate", "-"})
"""What a label calls a benign row where nobody says, in lower case."""


def is_benign(label: str, stated: Collection[str]) -> bool:
    """Whether rows with this label are benign.

    Args:
        label: as the table writes it.
        stated: labels in the table's letters, in which `*` stands for any characters, none included; without any,
            those that are `KNOWN`, in any case.
    """
    if not stated:
        return label.strip().lower() in KNOWN
    return any(label == one or _fits(label, one) for one in stated)


def _fits(text: str, pattern: str) -> bool:
    """Whether a text is a pattern's, whose `*` stands for any characters: each part is looked for once, in order."""
    first, *parts = pattern.split("*")
    if not parts or not text.startswith(first):
        return False
    *inner, last = parts
    at, end = len(first), len(text) - len(last)
    for part in inner:
        found = text.find(part, at, max(at, end))
        if found < 0:
            return False
        at = found + len(part)
    return at <= end and text.endswith(last)
