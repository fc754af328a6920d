"""Webhooks: other people's programs are told of entries, signed, at least once, and for three days if need be."""

from netsentinel.webhooks.assembly import Hooks, WebhookRules, assemble
from netsentinel.webhooks.delivering import BREAKER, DELIVER, Delivering, WebhookStores
from netsentinel.webhooks.entries import ENTRY_KINDS
from netsentinel.webhooks.events import EventKinds
from netsentinel.webhooks.following import Following
from netsentinel.webhooks.model import (
    Delivery,
    DeliveryAttempt,
    DeliveryDetail,
    DeliveryFilter,
    DeliveryPage,
    DeliveryState,
    Endpoint,
    EndpointDraft,
    NewSecret,
    Replayed,
    StoppedBy,
)
from netsentinel.webhooks.sending import Sender
from netsentinel.webhooks.service import WebhookGround, Webhooks
from netsentinel.webhooks.signing import Secrets

__all__ = [
    "BREAKER",
    "DELIVER",
    "ENTRY_KINDS",
    "Delivering",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryDetail",
    "DeliveryFilter",
    "DeliveryPage",
    "DeliveryState",
    "Endpoint",
    "EndpointDraft",
    "EventKinds",
    "Following",
    "Hooks",
    "NewSecret",
    "Replayed",
    "Secrets",
    "Sender",
    "StoppedBy",
    "WebhookGround",
    "WebhookRules",
    "WebhookStores",
    "Webhooks",
    "assemble",
]
