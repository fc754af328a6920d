"""A request under a key, who is carrying it out, and its answer."""

from dataclasses import dataclass
from typing import Final

from netsentinel.kernel.clock import HOUR, SECOND
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import Micros, TenantId

KEY_HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"
LONGEST_KEY: Final = 255
LEASE: Final[Micros] = 30 * SECOND
"""So long a request whose server died blocks its key; a living server renews it."""
_QUOTED: Final = 2


@dataclass(frozen=True, slots=True)
class IdempotencyLimits:
    """Every figure of this feature that an operator can set."""

    keep: Micros = 24 * HOUR
    """So long after the first request its key is known."""
    max_answer: int = 64 * 1024
    """Bytes of the longest answer that is kept."""

    @classmethod
    def of(cls, settings: Settings) -> "IdempotencyLimits":
        """The limits that the settings ask for."""
        return cls(settings.idempotency_keep_hours * HOUR, settings.idempotency_max_answer_kib * 1024)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry a request out, as long as it is renewed."""

    tenant: TenantId
    principal: str
    key: str
    id: str
    """Another one for everybody who tries: who lost the right finishes nothing."""


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """One row."""

    claim: Claim
    fingerprint: str
    locked_until: Micros
    expires_at: Micros
    status: int = 0
    """Of the answer; 0 while there is none."""
    answer: Answer | None = None
    """None while there is none, and when it was not kept."""


def checked_key(text: str) -> str:
    """The key in an `Idempotency-Key` header, which may be quoted (a Structured Fields string) or not.

    Raises:
        InvalidInputError: it is empty, too long, or has characters that are not printable ASCII.
    """
    text = text.strip()
    if len(text) >= _QUOTED and text[0] == text[-1] == '"':
        text = text[1:-1]
    if not text or len(text) > LONGEST_KEY or not text.isascii() or not text.isprintable():
        raise InvalidInputError(
            f"Idempotency-Key takes 1 to {LONGEST_KEY} printable ASCII characters, best a random UUID.",
            field="Idempotency-Key",
        )
    return text
