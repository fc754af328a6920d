"""A medium: something to learn from, kept as it came, with what was found in it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netsentinel.kernel.types import Micros, TenantId

PREFIX: Final = "med"


class MediumState(StrEnum):
    """How far a medium is."""

    KEPT = "kept"
    """Its bytes are kept; nobody has looked into them."""
    READY = "ready"
    """What it says is in the graph."""
    FAILED = "failed"
    """It could not be read; `detail` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """Something to learn from. Times are microseconds since 1970 UTC."""

    id: str
    tenant: TenantId
    name: str
    """What its file is called: unique within the tenant, and never used as a path."""
    title: str
    size: int
    """Bytes."""
    sha256: str
    """Of its bytes, in hexadecimal: where they are kept."""
    state: MediumState
    detail: str = ""
    words: int = 0
    chunks: int = 0
    concepts: int = 0
    """That it names."""
    prerequisites: int = 0
    """That it suggests."""
    created_by: str
    created_at: Micros
    updated_at: Micros
    version: int = 1


@dataclass(frozen=True, slots=True)
class MediumPage:
    """One page of media by name."""

    items: tuple[Medium, ...]
    next: str | None
    """Cursor of the next page; None on the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What importing a file came to."""

    medium: Medium
    is_new: bool
    """Whether there was no medium of this name before."""
    is_changed: bool
    """Whether anything was done: a file that is there as it is, is left alone."""
