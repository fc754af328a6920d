"""Whatever stands in a path, a query or a body: no operation of the API answers that it crashed."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from netsentinel.alerts.model import AlertSample
from netsentinel.alerts.samples import native_event
from netsentinel.kernel.types import DEFAULT_TENANT, Role
from tests.application import document
from tests.unit.alerts.factories import NOON, alert
from tests.unit.api.v2.conftest import Desk, desk

__all__ = ["desk"]

pytestmark = pytest.mark.anyio


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


ODD = (
    "",
    "\x00",
    "index.html\x00.js",
    "../../etc/passwd",
    "%",
    "_",
    "\\",
    "'\"",
    "\u00e9\u0301\U0001f600",
    "-1",
    "1e400",
    "NaN",
    str(2**63 - 1),
    str(2**63),
    str(2**70),
    "9" * 5_000,
    "a" * 5_000,
    "a," * 300,
    cursor(f'[{2**70},"a"]'),
    cursor(f'[{-(2**63) - 1},"a"]'),
    cursor('[1e400,"a"]'),
    cursor('[1,"a\\u0000"]'),
    cursor("[" * 300),
    "%ff%fe",
)
BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"\xff\xfe",
    b"[" * 5_000,
    b'{"a":' * 5_000,
    b"9" * 6_000,
    json.dumps({"username": "\ud800", "password": "\ud800", "tenant": "\ud800"}).encode(),
    json.dumps({"username": "ann", "password": "half \ud800 a character"}).encode(),
    json.dumps({"username": "\x00", "password": "\x00", "tenant": "\x00"}).encode(),
    json.dumps({"token": "\ud800", "username": "ann", "password": "x"}).encode(),
    json.dumps({"\ud800": 1}).encode(),
    json.dumps({"status": "\ud800", "verdict": 2**70}).encode(),
)

OPERATIONS = [
    (path, method, operation) for path, methods in document()["paths"].items() for method, operation in methods.items()
]


def addresses(path: str, operation: dict[str, Any]) -> Iterator[str]:
    """The operation's address with each parameter odd in its turn."""
    parameters = operation.get("parameters", ())
    named = {place: [p["name"] for p in parameters if p["in"] == place] for place in ("path", "query")}
    plain = path
    for name in named["path"]:
        plain = plain.replace("{" + name + "}", "x")
    yield plain
    for odd in ODD:
        text = odd if odd == "%ff%fe" else quote(odd, safe="")
        for name in named["path"]:
            yield path.replace("{" + name + "}", text)
        for name in (*named["query"], "nobody-knows"):
            yield f"{plain}?{quote(name)}={text}"


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[f"{m} {p}" for p, m, _ in OPERATIONS])
async def test_no_odd_value_is_a_crash(desk: Desk, path: str, method: str, operation: dict[str, Any]) -> None:
    bodies = BODIES if "requestBody" in operation or method != "get" else (b"",)
    tried = 0
    for number, address in enumerate(addresses(path, operation)):
        for body in bodies if number == 0 else bodies[:1]:
            answer = await desk.call(
                method.upper(), address, Role.ADMIN, content=body, headers={"Content-Type": "application/json"}
            )
            tried += 1
            assert answer.status_code < 500, (address[:200], body[:80], answer.text)
    assert tried > len(ODD)


@pytest.mark.parametrize("address", ["/%00", "/index.html%00.js", "/" + "a" * 5_000, "/assets/%00", "/api/v2/%00"])
async def test_no_address_of_the_dashboard_is_a_crash(desk: Desk, address: str) -> None:
    assert (await desk.call("GET", address)).status_code in {200, 400, 404}


@pytest.mark.parametrize("depth", [10, 300, 990, 5_000])
async def test_no_nesting_of_an_event_hides_its_alert(desk: Desk, depth: int) -> None:
    sample = AlertSample(NOON, (), native_event(b'{"a":' + b"[" * depth + b"]" * depth + b"}"))
    raised = alert(1)
    await desk.write(lambda tx: desk.stores.alerts.save(tx, raised))
    await desk.write(lambda tx: desk.stores.evidence.keep_sample(tx, DEFAULT_TENANT, raised.id, 0, sample))
    assert (await desk.get(f"/api/v2/alerts/{raised.id}")).status_code == 200
