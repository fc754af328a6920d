import pytest

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import DEFAULT_TENANT, Role
from netsentinel.recovery import Outcome
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio
PATH = "/api/v2/error-recovery/circuit-breaker"


async def fail(desk: Desk, calls: int = 20, service: str = "smtp") -> None:
    """Have the service fail, so often that its breaker opens."""
    for _ in range(calls):
        desk.breakers.record(service, DEFAULT_TENANT, Outcome.FAILURE, SECOND)
    await desk.breakers.flush()


async def test_breakers_are_listed_with_the_calls_that_count(desk: Desk) -> None:
    assert (await desk.get(PATH)).json() == {"items": []}
    desk.breakers.declare("webhook:1")
    await fail(desk, 5)
    smtp, webhook = (await desk.get(PATH)).json()["items"]
    assert desk.statements == 1
    assert (smtp["dependency"], smtp["mode"], smtp["calls"], smtp["failure_rate"]) == ("smtp", "closed", 5, 1.0)
    assert (webhook["dependency"], webhook["mode"], webhook["calls"]) == ("webhook:1", "closed", 0)


async def test_one_is_shown_with_what_happened_to_it_newest_first(desk: Desk) -> None:
    await fail(desk)
    opened = desk.clock.now()
    desk.clock.advance(MINUTE)
    assert (await desk.call("POST", f"{PATH}/smtp/reset")).json()["mode"] == "closed"
    shown = (await desk.get(f"{PATH}/smtp")).json()
    assert shown["breaker"]["mode"] == "closed"
    assert [(change["after"], change["reason"], change["at"]) for change in shown["changes"]] == [
        ("closed", "reset", opened + MINUTE),
        ("open", "failure rate", opened),
    ]
    assert shown["changes"][1]["calls"] == 20
    assert (await desk.get(f"{PATH}/other")).status_code == 404


async def test_the_hand_on_the_switch(desk: Desk) -> None:
    await fail(desk, 1, "webhook:1")
    path = f"{PATH}/webhook%3A1"
    assert (await desk.call("POST", f"{path}/open", Role.VIEWER)).status_code == 403
    assert (await desk.call("POST", f"{path}/open")).json()["mode"] == "forced_open"
    assert not desk.breakers.permits("webhook:1", DEFAULT_TENANT).allowed
    assert (await desk.call("POST", f"{path}/close")).json()["mode"] == "forced_closed"
    assert (await desk.call("POST", f"{path}/reset")).json()["mode"] == "closed"
    assert desk.breakers.permits("webhook:1", DEFAULT_TENANT).allowed
    audited = (await desk.get("/api/v2/entries?topic=audit", Role.ADMIN)).json()["items"]
    told = [entry["payload"]["command"] for entry in audited if entry["kind"].endswith("circuit_breaker_forced")]
    assert sorted(told) == ["close", "open", "reset"]
    assert (await desk.call("POST", f"{PATH}/other/open")).status_code == 404
