"""Fan-out: one look per entry and filter, whatever the number of clients."""

from typing import Any

from netsentinel.kernel.entries import Entry, EntryRegistry
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.streamer import feed as feed_module
from netsentinel.streamer.fanout import Fanout
from netsentinel.streamer.feed import Feed
from netsentinel.streamer.filters import EVERYTHING, Filter, compile_filter
from netsentinel.streamer.frames import Condition
from netsentinel.streamer.model import Subscription
from netsentinel.streamer.testing import LIVE_KINDS
from netsentinel.streamer.topics import TOPICS
from tests.unit.streamer.pipe import Pipe, outbox_on


def entry(seq: int, kind: str = "alert.raised", tenant: TenantId = DEFAULT_TENANT, **payload: Any) -> Entry:
    return Entry(seq, tenant, kind, 0, "system", "x", {"n": seq, "level": "low", **payload}, (), audited=False)


def feed(tenant: TenantId = DEFAULT_TENANT, topic: str = "alerts", wanted: Filter = EVERYTHING) -> Feed:
    return Feed(Subscription("a", "con", tenant, topic), TOPICS[topic], wanted, outbox_on(Pipe(), 9_999, 2), 0)


def fanout() -> Fanout:
    return Fanout(EntryRegistry(LIVE_KINDS))


def queued(one: Feed) -> int:
    return len(one._outbox)


def test_tenant_topic_and_filter_decide() -> None:
    out = fanout()
    high = compile_filter([Condition("level", "=", "high")], TOPICS["alerts"])
    feeds = [feed(), feed(TenantId("other")), feed(topic="threats"), feed(wanted=high)]
    for one in feeds:
        out.add(one)
    out.dispatch(entry(1))
    assert [queued(one) for one in feeds] == [1, 0, 0, 0]
    out.dispatch(entry(2, level="high"))
    assert [queued(one) for one in feeds] == [2, 0, 0, 1]
    assert (out.tail, out.delivered, out.missed) == (2, 3, 0)
    out.dispatch(entry(3))
    assert out.missed == 1


def test_data_is_encoded_once_for_everybody(monkeypatch: Any) -> None:
    encoded: list[object] = []
    real = feed_module._encode_payload
    monkeypatch.setattr(feed_module, "_encode_payload", lambda payload: encoded.append(payload) or real(payload))
    out = fanout()
    for _ in range(20):
        out.add(feed())
    assert out.dispatch(entry(1)) == len(b'{"n":1,"level":"low"}')
    assert len(encoded) == 1


def test_nothing_is_encoded_when_nobody_listens() -> None:
    out = fanout()
    out.add(feed(topic="threats"))
    assert out.dispatch(entry(1)) == 0
    assert out.dispatch(entry(2, kind="of.another.version")) == 0
    assert out.tail == 2


def test_what_is_removed_leaves_nothing_behind() -> None:
    out = fanout()
    one, other = feed(), feed()
    out.add(one)
    out.add(other)
    out.remove(one)
    out.dispatch(entry(1))
    assert (queued(one), queued(other)) == (0, 1)
    out.remove(other)
    out.remove(other)
    assert out._feeds == {}


def test_a_topic_is_heard_while_somebody_of_the_tenant_listens() -> None:
    out, one = fanout(), feed()
    out.add(one)
    tenant, topic = one.spec.tenant, one.spec.topic
    assert out.is_heard(tenant, topic)
    assert not out.is_heard(TenantId("other"), topic)
    assert not out.is_heard(tenant, "threats")
    out.remove(one)
    assert not out.is_heard(tenant, topic)


def test_joining_begins_at_the_tail() -> None:
    out = fanout()
    out.dispatch(entry(5))
    one = feed()
    out.add(one)
    assert one.complete_to(out.tail) == 5


def test_trimming_is_said_once_and_only_to_whom_it_concerns() -> None:
    out = fanout()
    alerts, audit = feed(), feed(topic="audit")
    out.add(alerts)
    out.add(audit)
    out.say_trimmed(7, frozenset({"audit"}))
    out.say_trimmed(7, frozenset({"audit"}))
    assert (queued(alerts), queued(audit)) == (1, 0)
    assert alerts.complete_to(out.tail) == 7
