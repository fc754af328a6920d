import httpx2
import pytest

from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio

LINES = {"Content-Type": "application/x-ndjson"}


async def test_a_batch_is_on_disk_when_it_is_acknowledged(desk: Desk) -> None:
    answer = await desk.call("POST", "/api/v2/events?source=edge", content=b'{"a":1}\n{"a":2}', headers=LINES)
    assert answer.status_code == 202
    accepted = answer.json()
    assert accepted["records"] == 2
    (batch,) = await desk.database.read(lambda tx: desk.inbox.waiting(tx, 0, 10))
    assert (batch.id, batch.tenant, batch.source, batch.records) == (accepted["batch"], DEFAULT_TENANT, "edge", 2)
    assert desk.woken == 1


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/api/v2/events?source=a%20b", b"{}", "application/x-ndjson"),
        ("/api/v2/events?format=nonsense", b"{}", "application/x-ndjson"),
        ("/api/v2/events", b"", "application/x-ndjson"),
        ("/api/v2/events", b"{}", "application/xml"),
        ("/api/v2/events", b"[", "application/json"),
    ],
)
async def test_what_cannot_be_taken_is_refused_and_not_kept(desk: Desk, path: str, body: bytes, kind: str) -> None:
    answer = await desk.call("POST", path, content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400, answer.text
    assert await desk.database.read(lambda tx: desk.inbox.waiting(tx, 0, 10)) == []
    assert desk.woken == 0


async def test_a_repeated_position_is_answered_and_not_stored(desk: Desk) -> None:
    async def post(position: str) -> httpx2.Response:
        return await desk.call(
            "POST", "/api/v2/events", content=b"{}\n", headers={**LINES, "X-Source-Position": position}
        )

    assert (await post("f:0-3")).json() == {"batch": 1, "records": 1, "duplicate": False, "position": 3}
    again = await post("f:0-3")
    assert again.status_code == 202
    assert again.json() == {"batch": 0, "records": 0, "duplicate": True, "position": 3}
    assert (await post("nonsense")).status_code == 400
    assert len(await desk.database.read(lambda tx: desk.inbox.waiting(tx, 0, 10))) == 1
