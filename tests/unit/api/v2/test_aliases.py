import pytest

from netsentinel.api.v2.aliases import ALIASES
from netsentinel.recovery.retry import Failure, Fault
from tests.unit.api.v2.conftest import Desk
from tests.unit.api.v2.working import POISON, submit, work

pytestmark = pytest.mark.anyio

LATER = Failure(Fault.RETRYABLE, "unavailable", "Later.")


@pytest.mark.parametrize(("method", "short", "long"), ALIASES)
async def test_both_spellings_are_one_operation(desk: Desk, method: str, short: str, long: str) -> None:
    paths = desk.app.openapi()["paths"]
    one, other = paths[short][method.lower()], paths[long][method.lower()]
    assert one["responses"] == other["responses"]
    assert one.get("parameters") == other.get("parameters")
    assert one["operationId"] == f"{other['operationId']}_alias"
    assert long in one["description"]


async def test_the_shorter_spelling_works_as_document_003_has_it(desk: Desk) -> None:
    await submit(desk)
    waiting = await work(desk, LATER)
    assert (await desk.get(f"/api/v2/retry/{waiting}")).json()["task"]["state"] == "retry_wait"
    assert (await desk.call("POST", f"/api/v2/retry/{waiting}/execute")).json()["state"] == "queued"
    assert (await desk.call("POST", f"/api/retry/{waiting}/execute")).status_code == 409
    dead = await work(desk, POISON)
    assert [one["id"] for one in (await desk.get("/api/v2/dlq/entries")).json()["items"]] == [dead]
    assert (await desk.call("POST", f"/api/v2/dlq/{dead}/resubmit")).json()["state"] == "queued"
    assert (await desk.get("/api/v2/circuit-breaker/smtp")).status_code == 404
    assert (await desk.call("POST", "/api/v2/circuit-breaker/smtp/reset")).status_code == 404
