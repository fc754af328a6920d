"""Webhooks as programs see and state them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from netsentinel.kernel.types import Micros, Permission, Principal
from netsentinel.outbound import Target
from netsentinel.webhooks import (
    Delivery,
    DeliveryAttempt,
    DeliveryDetail,
    DeliveryState,
    Endpoint,
    EndpointDraft,
    NewSecret,
)

_MAX_TIME = 2**63 - 1


class WebhookText(BaseModel):
    """Where to send what."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        min_length=1,
        max_length=2_048,
        description="`https://...`; the other side's address.",
        examples=["https://example.org/hooks/netsentinel"],
    )
    events: list[str] = Field(
        min_length=1,
        max_length=50,
        description="Kinds or patterns: `alert.raised`, `alert.*`, or `*` for all.",
        examples=[["alert.*", "error_recovery.dlq_entry_added"]],
    )
    description: str = Field("", max_length=500, description="For people.")
    enabled: bool = Field(default=True, description="False for an endpoint that is told of nothing.")

    def as_draft(self) -> EndpointDraft:
        """The domain's draft."""
        return EndpointDraft(
            url=self.url, events=tuple(self.events), description=self.description, enabled=self.enabled
        )


class WebhookChange(WebhookText):
    """The endpoint anew, and which version it is to replace."""

    version: int | None = Field(None, ge=1, le=2**53, description="Refused with 409 when it has another by now.")


class RangeText(BaseModel):
    """What to replay."""

    model_config = ConfigDict(extra="forbid")

    since: int = Field(ge=0, le=_MAX_TIME, description="The first time, microseconds since 1970 UTC.")
    until: int = Field(ge=0, le=_MAX_TIME, description="The time after the last.")
    all: bool = Field(default=False, description="True to send again what the endpoint took, too.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookItem:
    """An endpoint. Times are microseconds since 1970 UTC, 0 for never."""

    id: str
    url: str
    """For who may not change endpoints without its path, which may be a secret of the other side."""
    description: str
    events: tuple[str, ...]
    enabled: bool
    stopped_by: str
    """Why it is not enabled: `hand`, `gone` (it answered 410) or `failing`; empty while it is."""
    failing_since: Micros
    delivered_at: Micros
    """The newest success, to ten seconds."""
    failed_at: Micros
    failure: str
    """What the newest failure was."""
    pending: int
    """Messages of the last day that wait for an attempt."""
    delivered: int
    """Messages of the last day that were taken."""
    failed: int
    """Messages of the last day that were given up."""
    old_secret_until: Micros
    """Until when the secret of before the rotation signs, too; 0 when there is none."""
    created_by: str
    created_at: Micros
    updated_at: Micros
    version: int


@dataclass(frozen=True, slots=True)
class WebhookItems:
    """Every endpoint of the tenant, oldest first."""

    items: tuple[WebhookItem, ...]


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """An endpoint with its secret, which is shown this once."""

    webhook: WebhookItem
    secret: str
    """`whsec_...`: what the other side verifies signatures with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryItem:
    """One message to an endpoint. Times are microseconds since 1970 UTC."""

    id: str
    """Its `webhook-id`."""
    webhook_id: str
    event: str
    seq: int
    """Of the journal entry; 0 for a test."""
    state: str
    """`pending`, `delivered` or `failed`."""
    attempts: int
    status: int
    """Of the newest answer; 0 for none."""
    error: str
    """What went wrong in the newest attempt; empty when it succeeded."""
    task_id: str
    """The task that attempts it; empty for a test."""
    created_at: Micros
    ended_at: Micros
    """0 while it is pending."""


@dataclass(frozen=True, slots=True)
class DeliveryItems:
    """One page of deliveries, newest first."""

    items: tuple[DeliveryItem, ...]
    next: str | None
    """Cursor of the next page; null on the last."""


@dataclass(frozen=True, slots=True)
class HeaderItem:
    """A header of a request or an answer."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTry:
    """One request and its answer."""

    number: int
    at: Micros
    took: Micros
    status: int
    """0 for no answer."""
    error: str
    """Empty for success."""
    retry_after: Micros
    """How long the endpoint asked to be left alone."""
    request_headers: tuple[HeaderItem, ...]
    response_headers: tuple[HeaderItem, ...]
    response_body: str
    """The first 4 KiB."""


@dataclass(frozen=True, slots=True)
class DeliveryWhole:
    """A delivery with its message and every attempt."""

    delivery: DeliveryItem
    body: str
    """What is sent, byte for byte."""
    attempts: tuple[DeliveryTry, ...]
    """Oldest first."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A kind of event that endpoints can be told of."""

    name: str
    topic: str
    summary: str


@dataclass(frozen=True, slots=True)
class WebhookEvents:
    """All of them, by name."""

    items: tuple[WebhookEvent, ...]


def webhook_of(endpoint: Endpoint, counts: Mapping[DeliveryState, int], reader: Principal) -> WebhookItem:
    """The endpoint for a list."""
    may_see = reader.may(Permission.WEBHOOKS_WRITE)
    return WebhookItem(
        id=endpoint.id,
        url=endpoint.url if may_see else f"{Target.origin_of(endpoint.url)}/…",
        description=endpoint.description,
        events=endpoint.events,
        enabled=endpoint.enabled,
        stopped_by=endpoint.stopped_by.value,
        failing_since=endpoint.failing_since,
        delivered_at=endpoint.delivered_at,
        failed_at=endpoint.failed_at,
        failure=endpoint.failure,
        pending=counts.get(DeliveryState.PENDING, 0),
        delivered=counts.get(DeliveryState.DELIVERED, 0),
        failed=counts.get(DeliveryState.FAILED, 0),
        old_secret_until=max((one.until for one in endpoint.older), default=0),
        created_by=endpoint.created_by,
        created_at=endpoint.created_at,
        updated_at=endpoint.updated_at,
        version=endpoint.version,
    )


def secret_of(made: NewSecret, counts: Mapping[DeliveryState, int], reader: Principal) -> WebhookSecret:
    """The endpoint with its secret."""
    return WebhookSecret(webhook_of(made.endpoint, counts, reader), made.secret)


def delivery_of(delivery: Delivery) -> DeliveryItem:
    """The delivery for a list."""
    return DeliveryItem(
        id=delivery.id,
        webhook_id=delivery.endpoint_id,
        event=delivery.kind,
        seq=delivery.seq,
        state=delivery.state.value,
        attempts=delivery.attempts,
        status=delivery.status,
        error=delivery.error,
        task_id=delivery.task_id,
        created_at=delivery.created_at,
        ended_at=delivery.ended_at,
    )


def whole_of(detail: DeliveryDetail) -> DeliveryWhole:
    """The delivery with everything."""
    return DeliveryWhole(delivery_of(detail.delivery), detail.delivery.body, tuple(map(_attempt_of, detail.attempts)))


def _attempt_of(attempt: DeliveryAttempt) -> DeliveryTry:
    return DeliveryTry(
        number=attempt.number,
        at=attempt.at,
        took=attempt.took,
        status=attempt.status,
        error=attempt.error,
        retry_after=attempt.retry_after,
        request_headers=tuple(HeaderItem(name, value) for name, value in attempt.request_headers),
        response_headers=tuple(HeaderItem(name, value) for name, value in attempt.response_headers),
        response_body=attempt.response_body,
    )
