import pytest

from netsentinel.events import InboxBatch
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import Tx
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")


async def fill(desk: Desk, count: int) -> None:
    def put(tx: Tx) -> None:
        for number in range(count):
            tenant = OTHER if number == 0 else DEFAULT_TENANT
            batch = InboxBatch(0, tenant, "eve", "suricata", 5, 3, b"xyz")
            found = InboxBatch(desk.inbox.put(tx, batch), tenant, "eve", "suricata", 5, 3, b"xyz")
            assert desk.aside.put(tx, found, "it died", 3, desk.clock.now())

    await desk.database.write(put)


async def test_what_was_set_aside_is_shown_and_tried_again(desk: Desk) -> None:
    await fill(desk, 3)
    first, second = (await desk.get("/api/v2/set-aside")).json()["items"]
    assert (first["id"], second["id"], first["source"], first["records"], first["size"]) == (3, 2, "eve", 3, 3)
    assert (first["tries"], first["reason"], first["set_aside_at"]) == (3, "it died", desk.clock.now())
    answer = await desk.call("POST", "/api/v2/set-aside/3/retry")
    assert (answer.status_code, answer.json(), desk.woken) == (202, {"batch": 4}, 1)
    assert [item["id"] for item in (await desk.get("/api/v2/set-aside")).json()["items"]] == [2]
    (waiting,) = await desk.database.read(lambda tx: desk.inbox.fetch(tx, range(1, 11)))
    assert (waiting.id, waiting.raw, waiting.done) == (4, b"xyz", False)


@pytest.mark.parametrize("batch", [1, 9])
async def test_nobody_elses_batch_is_found(desk: Desk, batch: int) -> None:
    await fill(desk, 2)
    assert (await desk.call("POST", f"/api/v2/set-aside/{batch}/retry")).status_code == 404


@pytest.mark.parametrize("count", [2, 30])
async def test_the_list_costs_the_same_however_long_it_is(desk: Desk, count: int) -> None:
    await fill(desk, count)
    await desk.get("/api/v2/set-aside")
    assert desk.statements == 1
