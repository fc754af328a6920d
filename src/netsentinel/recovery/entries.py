"""What breakers announce in the journal. What a person does to a breaker is audited besides."""

from netsentinel.kernel.entries import EntryKind, Payload
from netsentinel.recovery.breaker import Mode
from netsentinel.recovery.model import BreakerChange

BREAKER_OPENED = "error_recovery.circuit_breaker_opened"
BREAKER_HALF_OPENED = "error_recovery.circuit_breaker_half_opened"
BREAKER_CLOSED = "error_recovery.circuit_breaker_closed"
BREAKER_FORCED = "error_recovery.circuit_breaker_forced"

BREAKER_CHANGES = (BREAKER_OPENED, BREAKER_HALF_OPENED, BREAKER_CLOSED)

CHANGE_KINDS = {
    Mode.OPEN: BREAKER_OPENED,
    Mode.FORCED_OPEN: BREAKER_OPENED,
    Mode.HALF_OPEN: BREAKER_HALF_OPENED,
    Mode.CLOSED: BREAKER_CLOSED,
    Mode.FORCED_CLOSED: BREAKER_CLOSED,
}
"""Which entry announces that a breaker came into a mode."""


class BreakerForced(Payload, frozen=True, kw_only=True):
    """Somebody opened, closed or reset a breaker by hand. The entry's subject is the dependency."""

    dependency: str
    command: str
    """`open`, `close` or `reset`."""
    before: Mode
    after: Mode


def _change(name: str, summary: str) -> EntryKind:
    return EntryKind(name, "recovery", "circuit-breaker:state-change", BreakerChange, summary)


ENTRY_KINDS = (
    _change(BREAKER_OPENED, "A breaker opened, or was forced open: calls of its dependency wait."),
    _change(BREAKER_HALF_OPENED, "An open breaker lets probes through."),
    _change(BREAKER_CLOSED, "A breaker closed, or was forced closed: calls go again."),
    EntryKind(
        BREAKER_FORCED,
        "audit",
        "circuit-breaker:forced",
        BreakerForced,
        "Somebody opened, closed or reset a breaker by hand.",
        audited=True,
    ),
)
