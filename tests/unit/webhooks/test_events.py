"""Patterns of kinds, and who may be told of the audit log."""

import pytest

from netsentinel.kernel.entries import EntryRegistry
from netsentinel.webhooks.errors import InvalidWebhookError
from netsentinel.webhooks.events import EventKinds, matches
from netsentinel.webhooks.model import Subscription
from tests.unit.webhooks.bench import ADMIN, ANALYST, READERS
from tests.unit.webhooks.test_signing import endpoint


@pytest.mark.parametrize(
    ("pattern", "kind", "expected"),
    [
        ("*", "alert.raised", True),
        ("alert.*", "alert.raised", True),
        ("alert.*", "alerts.raised", False),
        ("alert.raised", "alert.raised", True),
        ("alert", "alert.raised", False),
        ("alert.ra*", "alert.raised", False),
        ("error_recovery.*", "error_recovery.retry_attempt", True),
    ],
)
def test_patterns(pattern: str, kind: str, *, expected: bool) -> None:
    assert matches(pattern, kind) is expected


def test_what_names_nothing_is_refused(entry_registry: EntryRegistry) -> None:
    kinds = EventKinds(entry_registry, READERS)
    assert kinds.checked(ADMIN, ["alert.*", "alert.*", "task.dead"]) == ("alert.*", "task.dead")
    for wrong in ([], ["alert.none"], ["none.*"], [""], ["alert.*"] + [f"task.{n}" for n in range(60)]):
        with pytest.raises(InvalidWebhookError):
            kinds.checked(ADMIN, wrong)


def test_the_audit_log_is_for_those_who_may_read_it(entry_registry: EntryRegistry) -> None:
    kinds = EventKinds(entry_registry, READERS)
    assert kinds.checked(ADMIN, ["login.failed"]) == ("login.failed",)
    with pytest.raises(InvalidWebhookError):
        kinds.checked(ANALYST, ["login.failed"])
    everything = (Subscription(pattern="*", from_seq=0),)
    assert not kinds.wants(endpoint(subscriptions=everything, granted=kinds.granted(ANALYST)), "login.failed", 1)
    assert kinds.wants(endpoint(subscriptions=everything, granted=kinds.granted(ADMIN)), "login.failed", 1)
    assert "login.failed" not in {kind.name for kind in kinds.all(ANALYST.permissions)}


def test_only_what_comes_after_and_before(entry_registry: EntryRegistry) -> None:
    kinds = EventKinds(entry_registry, READERS)
    one = endpoint(subscriptions=(Subscription(pattern="alert.*", from_seq=10, upto_seq=20),), granted={"alerts:read"})
    assert [seq for seq in (10, 11, 20, 21) if kinds.wants(one, "alert.raised", seq)] == [11, 20]


def test_patterns_are_expanded_to_kinds(entry_registry: EntryRegistry) -> None:
    kinds = EventKinds(entry_registry, READERS)
    assert kinds.named(()) == ()
    assert set(kinds.named({"webhook.*", "alert.raised"})) == {
        "webhook.changed",
        "webhook.disabled",
        "webhook.delivery_failed",
        "alert.raised",
    }
