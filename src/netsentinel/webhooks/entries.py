"""What webhooks announce in the journal. URLs stay out of it: their paths may be secrets of the other side."""

from netsentinel.kernel.entries import EntryKind, Payload
from netsentinel.kernel.types import Micros
from netsentinel.webhooks.model import StoppedBy

WEBHOOK_CHANGED = "webhook.changed"
WEBHOOK_DISABLED = "webhook.disabled"
DELIVERY_FAILED = "webhook.delivery_failed"

TEST_KIND = "webhook.test"
"""Not an entry: what a test delivery says it is."""


class WebhookChanged(Payload, frozen=True, kw_only=True):
    """Somebody registered, changed, tested or deleted an endpoint. The entry's subject is its id."""

    id: str
    """Of the endpoint."""
    origin: str
    """Scheme, host and port of its URL."""
    change: str
    """`created`, `updated`, `rotated` or `deleted`."""
    events: tuple[str, ...]
    enabled: bool


class WebhookDisabled(Payload, frozen=True, kw_only=True):
    """An endpoint is told of nothing any more. The entry's subject is its id."""

    id: str
    """Of the endpoint."""
    origin: str
    reason: StoppedBy
    failing_since: Micros
    failure: str
    event: str
    """What kind of message failed last."""


class DeliveryGivenUp(Payload, frozen=True, kw_only=True):
    """A message could not be delivered. The entry's subject is the endpoint's id."""

    id: str
    """Of the endpoint."""
    delivery: str
    event: str
    """What kind of message it was."""
    seq: int
    attempts: int
    status: int
    error: str


ENTRY_KINDS = (
    EntryKind(
        WEBHOOK_CHANGED,
        "audit",
        "webhook:changed",
        WebhookChanged,
        "Somebody registered, changed or deleted an endpoint, or rotated its secret.",
        audited=True,
    ),
    EntryKind(
        WEBHOOK_DISABLED,
        "webhooks",
        "webhook:disabled",
        WebhookDisabled,
        "An endpoint was disabled: it answered 410, or failed for too long.",
    ),
    EntryKind(
        DELIVERY_FAILED,
        "webhooks",
        "webhook:delivery-failed",
        DeliveryGivenUp,
        "A message to an endpoint was given up after its last attempt.",
    ),
)
