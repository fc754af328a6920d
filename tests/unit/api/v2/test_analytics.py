import pytest

from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.types import Role
from netsentinel.recovery.retry import Failure, Fault
from tests.unit.api.v2.conftest import Desk
from tests.unit.api.v2.working import POISON, submit, work

pytestmark = pytest.mark.anyio
METRICS = ["retry", "circuit-breaker", "dlq", "scheduler"]


async def test_metrics_tell_of_what_happened(desk: Desk) -> None:
    for failure in (None, POISON, Failure(Fault.RETRYABLE, "unavailable", "Later.")):
        await submit(desk)
        await work(desk, failure)
    retry = (await desk.get("/api/v2/metrics/retry?window=24h")).json()
    assert (retry["succeeded"], retry["failed"], retry["retried"], retry["waiting"]) == (1, 1, 1, 1)
    assert retry["distribution"] == [{"attempt": 1, "failed": 2}]
    dlq = (await desk.get("/api/v2/metrics/dlq")).json()
    assert (dlq["open"], dlq["added"]) == (1, 1)
    summary = (await desk.get("/api/v2/metrics")).json()
    assert (summary["window_us"], summary["failed"], summary["letters_open"]) == (HOUR, 1, 1)


@pytest.mark.parametrize("name", METRICS)
async def test_each_is_there_under_both_paths_and_costs_few_statements(desk: Desk, name: str) -> None:
    found = await desk.get(f"/api/v2/metrics/{name}?window=7d")
    assert found.status_code == 200, found.text
    assert desk.statements <= 3
    again = await desk.get(f"/api/metrics/{name}?window=7d")
    assert again.json() == found.json()


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("window", ["", "1y", "91d", "0m"])
async def test_a_window_that_is_none_is_refused(desk: Desk, name: str, window: str) -> None:
    refused = await desk.get(f"/api/v2/metrics/{name}?window={window}", Role.ADMIN)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-input")
