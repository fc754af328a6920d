import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import stix2

from netsentinel.alerts.model import Alert, RuleText
from netsentinel.alerts.stix import stix_pieces
from tests.unit.alerts.factories import NOON, alert

pytestmark = pytest.mark.anyio

SIGMA = "title: Scanner\nlogsource: {product: zeek}\n"


async def rules(rule_id: str) -> RuleText | None:
    return RuleText(rule_id, "Scanner", "", (), (), SIGMA) if rule_id == "rule-1" else None


async def pages(*alerts: Sequence[Alert]) -> AsyncIterator[Sequence[Alert]]:
    for page in alerts:
        yield page


async def bundle(*alerts: Sequence[Alert]) -> str:
    return b"".join([piece async for piece in stix_pieces(pages(*alerts), rules, NOON)]).decode()


def of(kind: str, text: str) -> list[dict[str, Any]]:
    return [one for one in json.loads(text)["objects"] if one["type"] == kind]


async def test_a_bundle_is_what_the_standard_says() -> None:
    text = await bundle(
        [alert(1), alert(2, src_ip="2001:db8::1", user="eva", tags=("attack.t1110.001", "attack.initial_access"))],
        [],
        [alert(3, rule_id="port-scan", entity="host-7.example", entity_kind="host", device="host-7.example")],
    )
    made = stix2.parse(text, allow_custom=False)  # pyright: ignore[reportUnknownMemberType] - it ships no types
    assert made.type == "bundle"
    assert len(of("sighting", text)) == len(of("observed-data", text)) == 3
    assert [one["value"] for one in of("ipv4-addr", text)] == ["203.0.113.66", "192.0.2.10"]
    assert [one["value"] for one in of("ipv6-addr", text)] == ["2001:db8::1"]
    assert [one["value"] for one in of("domain-name", text)] == ["host-7.example"]
    assert [one["account_login"] for one in of("user-account", text)] == ["eva"]
    known = {one["id"] for one in json.loads(text)["objects"]}
    refs = set(re.findall(r'"([a-z0-9-]+--[0-9a-f-]{36})"', text))
    assert refs - known == {json.loads(text)["id"]}


async def test_a_rule_is_there_once_with_its_text() -> None:
    text = await bundle([alert(1, tags=("attack.t1110.001",)), alert(2)], [alert(3, rule_id="port-scan")])
    sigma, scan = of("indicator", text)
    assert (sigma["pattern_type"], sigma["pattern"]) == ("sigma", SIGMA)
    assert sigma["external_references"] == [{"source_name": "mitre-attack", "external_id": "T1110.001"}]
    assert (scan["pattern_type"], scan["pattern"]) == ("netsentinel-detector", "port-scan")
    assert [one["sighting_of_ref"] for one in of("sighting", text)] == [sigma["id"], sigma["id"], scan["id"]]


async def test_the_same_alerts_give_the_same_objects() -> None:
    assert await bundle([alert(1)]) == await bundle([alert(1)])


async def test_no_alerts_are_a_bundle_too() -> None:
    assert len(stix2.parse(await bundle([])).objects) == 1  # pyright: ignore[reportUnknownMemberType]


async def test_users_and_hosts_are_told_once_as_their_source_spells_them() -> None:
    whom = {"user": "SHIRE\\ann", "device": "PC04.shire.local", "src_ip": "", "dst_ip": ""}
    text = await bundle(
        [
            alert(1, entity="shire\\ann", entity_kind="user", **whom),
            alert(2, entity="pc04", entity_kind="host", **whom),
            alert(3, entity="pc05", entity_kind="host"),
        ]
    )
    assert [one["account_login"] for one in of("user-account", text)] == ["SHIRE\\ann"]
    assert [one["value"] for one in of("domain-name", text)] == ["PC04.shire.local", "pc05"]


async def test_a_host_that_another_device_tells_of_is_told_by_its_own_name() -> None:
    whom = {"entity": "pc04", "entity_kind": "host", "src_ip": "", "dst_ip": ""}
    text = await bundle([alert(1, user="PC04$", device="DC01.shire.local", **whom)])
    assert [one["value"] for one in of("domain-name", text)] == ["pc04", "DC01.shire.local"]
