import ipaddress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.alerts.suppression import Condition, Match, Suppression
from netsentinel.alerts.suppression.compiled import CompiledSuppression, CompiledSuppressions, Native
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from tests.unit.alerts.factories import NOON, finding

OTHER = TenantId("other")
ANN: dict[str, Any] = {"entity": "shire\\ann", "user": "SHIRE\\ann", "device": "PC04.shire.local", "src_ip": ""}
"""Whom an event of Windows names, and what a finding calls her."""


def suppression(name: str, *conditions: Condition, **changes: Any) -> Suppression:
    base: dict[str, Any] = {"tenant": DEFAULT_TENANT, "created_at": NOON, "expires_at": 0} | changes
    return Suppression(
        id=name, conditions=conditions, reason="", alert_id="", created_by="", created_by_name="", **base
    )


def equals(field: str, *values: str) -> Condition:
    return Condition(field, Match.EQUALS, values)


def hides(*conditions: Condition, **changes: Any) -> bool:
    found = finding(**changes)
    return CompiledSuppression(suppression("s", *conditions)).covers(found, Native(found.raw))


@pytest.mark.parametrize(
    ("condition", "changes", "expected"),
    [
        (equals("rule_id", "rule-1"), {}, True),
        (equals("rule_id", "RULE-1"), {}, False),
        (equals("entity", "a", "203.0.113.66"), {}, True),
        (equals("user", "root"), {"user": "root"}, True),
        (equals("entity", "shire\\ann"), ANN, True),
        (equals("entity", "SHIRE\\ann"), ANN, True),
        (equals("entity", "PC04.shire.local"), ANN, False),
        (equals("entity", "PC04.shire.local"), {**ANN, "entity": "pc04", "user": ""}, True),
        (equals("entity", "SHIRE\\ann"), {**ANN, "entity": "192.0.2.7", "src_ip": "192.0.2.7"}, False),
        (equals("entity", "eve"), {**ANN, "user": "", "device": ""}, True),
        (equals("entity", "SHIRE\\ann"), {**ANN, "src_ip": "192.0.2.7"}, True),
        (equals("entity", "SHIRE\\ann"), {**ANN, "entity": "192.0.2.7", "dst_ip": "192.0.2.7"}, False),
        (equals("entity", "PC04.shire.local"), {**ANN, "entity": "pc04", "detector": "models"}, True),
        (equals("entity", "PC04.shire.local"), {**ANN, "entity": "pc04"}, False),
        (equals("entity", "PC04.shire.local"), {**ANN, "detector": "models"}, False),
        (Condition("device", Match.STARTSWITH, ("sens", "x")), {}, True),
        (Condition("device", Match.STARTSWITH, ("ens",)), {}, False),
        (Condition("src_ip", Match.CIDR, ("203.0.113.0/24",)), {}, True),
        (Condition("src_ip", Match.CIDR, ("2001:db8::/32",)), {"src_ip": "2001:db8::7"}, True),
        (Condition("src_ip", Match.CIDR, ("10.0.0.0/8",)), {"src_ip": "no address"}, False),
        (Condition("src_ip", Match.CIDR, ("10.0.0.0/8",)), {"src_ip": ""}, False),
        (equals("event.http.status", "404"), {"raw": b'{"http":{"status":404}}'}, True),
        (equals("event.id.orig_h", "192.0.2.1"), {"raw": b'{"id.orig_h":"192.0.2.1"}'}, True),
        (equals("event.tags", "b"), {"raw": b'{"tags":["a","b"]}'}, True),
        (equals("event.blocked", "true"), {"raw": b'{"blocked":true}'}, True),
        (equals("event.none", "x"), {}, False),
        (equals("event.a", "x"), {"raw": b"no json"}, False),
        (equals("event.a", "x"), {"raw": b'["a"]'}, False),
    ],
)
def test_one_condition(condition: Condition, changes: dict[str, Any], expected: bool) -> None:
    assert hides(condition, **changes) is expected


def test_every_condition_must_hold() -> None:
    assert hides(equals("rule_id", "rule-1"), equals("source", "eve"))
    assert not hides(equals("rule_id", "rule-1"), equals("source", "zeek"))


def test_an_event_is_decoded_only_when_everything_else_holds() -> None:
    class Sealed(Native):
        def event(self) -> dict[str, Any]:
            raise AssertionError("it was decoded")

    compiled = CompiledSuppression(suppression("s", equals("event.a", "x"), equals("rule_id", "another")))
    assert not compiled.covers(finding(), Sealed(b""))


def test_those_of_a_rule_come_first_then_the_oldest_and_tenants_are_apart() -> None:
    broad = suppression("broad", equals("entity", "203.0.113.66"))
    first = suppression("first", equals("rule_id", "rule-1"), equals("entity", "203.0.113.66"))
    second = suppression("second", equals("rule_id", "rule-0", "rule-1"))
    foreign = suppression("foreign", equals("rule_id", "rule-1"), tenant=OTHER)
    every = CompiledSuppressions("r", [broad, first, second, foreign])

    def by(tenant: TenantId = DEFAULT_TENANT, **changes: Any) -> str | None:
        hiding = every.hiding(tenant, finding(**changes), NOON)
        return hiding.id if hiding else None

    assert by() == "first"
    assert by(entity="192.0.2.1") == "second"
    assert by(rule_id="rule-0") == "second"
    assert by(rule_id="rule-9") == "broad"
    assert by(rule_id="rule-9", entity="192.0.2.1") is None
    assert by(OTHER) == "foreign"
    assert by(TenantId("third")) is None


def test_it_ends_by_the_clock() -> None:
    every = CompiledSuppressions("r", [suppression("s", equals("rule_id", "rule-1"), expires_at=NOON + 5)])
    assert every.hiding(DEFAULT_TENANT, finding(), NOON + 4) is not None
    assert every.hiding(DEFAULT_TENANT, finding(), NOON + 5) is None


@given(
    address=st.ip_addresses(),
    network=st.one_of(
        st.builds(lambda a, n: f"{a}/{n}", st.ip_addresses(v=4), st.integers(0, 32)),
        st.builds(lambda a, n: f"{a}/{n}", st.ip_addresses(v=6), st.integers(0, 128)),
    ),
)
def test_networks_are_those_of_the_standard_library(address: Any, network: str) -> None:
    expected = address in ipaddress.ip_network(network, strict=False)
    assert hides(Condition("src_ip", Match.CIDR, (network,)), src_ip=str(address)) is expected


@given(value=st.text(min_size=1, max_size=20), key=st.text("abc.", min_size=1, max_size=6))
def test_any_text_of_an_event_can_be_named(value: str, key: str) -> None:
    raw = msgspec.json.encode({key: value})
    assert hides(equals(f"event.{key}", value), raw=raw)
    assert not hides(equals(f"event.{key}", value + "x"), raw=raw)
