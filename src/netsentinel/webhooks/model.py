"""Endpoints of other people's programs, what is delivered to them, and every attempt at it."""

from dataclasses import dataclass
from enum import StrEnum

from netsentinel.kernel.types import Micros, TenantId

PREFIX = "whk"
DELIVERY_PREFIX = "msg"


class StoppedBy(StrEnum):
    """Why an endpoint is told of nothing."""

    NOTHING = ""
    """It is told."""
    HAND = "hand"
    """Somebody disabled it."""
    GONE = "gone"
    """It answered 410."""
    FAILING = "failing"
    """Every attempt failed for longer than the setting allows."""


class DeliveryState(StrEnum):
    """How a delivery stands."""

    PENDING = "pending"
    """An attempt is under way or to come."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up; it can be replayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDraft:
    """What a person states about an endpoint."""

    url: str
    events: tuple[str, ...]
    """Kinds of entries, or patterns of them: `alert.raised`, `alert.*`, `*`."""
    description: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What an endpoint is told of, and between which entries."""

    pattern: str
    from_seq: int
    """Only later entries."""
    upto_seq: int = 0
    """None after this one, where the pattern was given up while entries were still on their way; otherwise 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderSecret:
    """A secret that was replaced and still signs."""

    generation: int
    until: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A URL that is told of entries. Times are microseconds since 1970 UTC, 0 for never."""

    id: str
    tenant: TenantId
    url: str
    """Its path may hold a secret of the other side: only those who may change endpoints see it."""
    description: str
    subscriptions: tuple[Subscription, ...]
    granted: frozenset[str]
    """The permissions of whoever stated it last, as far as they decide what can be read: it is told of nothing else."""
    enabled: bool
    stopped_by: StoppedBy = StoppedBy.NOTHING
    generation: int = 1
    """Of the secret: rotating makes the next."""
    older: tuple[OlderSecret, ...] = ()
    failing_since: Micros = 0
    """When the first of the failures came that no success has followed."""
    delivered_at: Micros = 0
    """The newest success, to ten seconds."""
    failed_at: Micros = 0
    failure: str = ""
    """What the newest failure was."""
    created_by: str
    created_at: Micros
    updated_at: Micros
    version: int = 1

    @property
    def events(self) -> tuple[str, ...]:
        """The patterns as stated."""
        return tuple(one.pattern for one in self.subscriptions if not one.upto_seq)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """An endpoint with the secret that is shown this once."""

    endpoint: Endpoint
    secret: str
    """`whsec_...`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one endpoint."""

    id: str
    """The message's `webhook-id`: the same for every attempt and replay."""
    tenant: TenantId
    endpoint_id: str
    kind: str
    """Of the entry; `webhook.test` for a test."""
    seq: int
    """Of the entry; 0 for a test."""
    body: str
    """What is sent, and signed, byte for byte."""
    state: DeliveryState = DeliveryState.PENDING
    task_id: str = ""
    """The newest task that attempts it; empty for a test."""
    attempts: int = 0
    revivals: int = 0
    """How often a new task had to take over, because the server died under the one before."""
    status: int = 0
    """The newest answer's; 0 for none."""
    error: str = ""
    """What went wrong in the newest attempt; empty when it succeeded."""
    created_at: Micros
    ended_at: Micros = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAttempt:
    """One request and its answer."""

    delivery_id: str
    tenant: TenantId
    number: int
    at: Micros
    took: Micros
    status: int
    """0 for no answer."""
    error: str
    """Empty for success."""
    retry_after: Micros = 0
    """How long the endpoint asked to be left alone."""
    request_headers: tuple[tuple[str, str], ...] = ()
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: str = ""
    """The first 4 KiB as text."""

    @property
    def is_success(self) -> bool:
        """Whether the endpoint took the message."""
        return not self.error


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """A delivery with all its attempts, oldest first."""

    delivery: Delivery
    attempts: tuple[DeliveryAttempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    """Which deliveries. What is empty does not narrow."""

    states: tuple[DeliveryState, ...] = ()
    kind: str = ""
    kinds: tuple[str, ...] = ()
    """One of these."""
    since: Micros = 0
    """Made at this time or later."""
    until: Micros = 0
    """Made before this time; 0 for no end."""


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """One page of deliveries, newest first."""

    items: tuple[Delivery, ...]
    next: str | None
    """Cursor of the next page; None on the last."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What replaying a range came to."""

    replayed: int
    """Deliveries that are attempted anew."""
    added: int
    """Entries that had not been delivered at all, such as those of while the endpoint was disabled."""
    is_complete: bool
    """False when the range held more than one call replays: call again with `next` as `since`."""
    next: Micros
    """Where to go on; 0 when it is complete."""
