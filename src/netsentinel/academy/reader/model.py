"""What is read of a file."""

from dataclasses import dataclass
from typing import Final

from netsentinel.academy.extraction import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a medium beside its text. What does not apply is 0 or empty."""

    pages: int = 0
    slides: int = 0
    width: int = 0
    """Pixels."""
    height: int = 0
    duration_ms: int = 0
    codec: str = ""
    """Of sound and picture as their container names them, with `, ` between them."""


NO_FACTS: Final = Facts()


@dataclass(frozen=True, slots=True)
class ReadMedium:
    """What a reader found in a medium's bytes."""

    document: Document
    facts: Facts = NO_FACTS
