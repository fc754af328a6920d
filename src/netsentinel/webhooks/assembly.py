"""The parts of webhooks put together, from what the server and the tests give them."""

from collections.abc import Mapping
from dataclasses import dataclass

from netsentinel.kernel.clock import HOUR, Clock
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.types import Micros, Permission
from netsentinel.storage import Database, Journal
from netsentinel.storage.rows import entries_at
from netsentinel.tasks import TaskService
from netsentinel.webhooks.delivering import Delivering, WebhookStores
from netsentinel.webhooks.events import EventKinds
from netsentinel.webhooks.following import Following
from netsentinel.webhooks.ports import Caller
from netsentinel.webhooks.sending import Sender
from netsentinel.webhooks.service import WebhookGround, Webhooks
from netsentinel.webhooks.signing import Secrets


@dataclass(frozen=True, slots=True)
class Hooks:
    """Webhooks, who reacts for them, and who sends."""

    service: Webhooks
    following: Following
    sender: Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRules:
    """What an operator says about webhooks."""

    key: bytes
    """What the secrets are derived from."""
    readers: Mapping[str, Permission]
    """The permission that reading a topic takes."""
    timeout_s: float = 15.0
    """Of one request."""
    disable_after: Micros = 120 * HOUR
    """An endpoint of which every attempt failed for so long is disabled."""


def assemble(
    db: Database,
    journal: Journal,
    registry: EntryRegistry,
    tasks: TaskService,
    clock: Clock,
    stores: WebhookStores,
    caller: Caller,
    rules: WebhookRules,
) -> Hooks:
    """Put the parts together, and make the action that delivers known to the tasks."""
    secrets, kinds = Secrets(rules.key), EventKinds(registry, rules.readers)
    sender = Sender(caller, secrets, clock, rules.timeout_s)
    delivering = Delivering(db, stores, kinds, sender, rules.disable_after)
    following = Following(stores, kinds, tasks, entries_at, clock)
    tasks.actions.add(delivering.action())
    ground = WebhookGround(db, journal, stores, kinds, secrets, caller, sender, delivering, following, clock)
    return Hooks(Webhooks(ground), following, sender)
