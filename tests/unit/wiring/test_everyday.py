import asyncio

import pytest

from netsentinel.api.health import Readiness
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.types import ROLE_PERMISSIONS, Role
from netsentinel.wiring.everyday import Checked, Echo, Echoed, Everyday, Nobody
from tests.unit.tasks.reporting import Notes

pytestmark = pytest.mark.anyio


async def well() -> str:
    return "all is well"


async def ill() -> str:
    raise UnavailableError("It is down.")


def everyday() -> Everyday:
    return Everyday(Readiness({"one": well, "two": ill}).report)


async def test_an_echo_takes_as_long_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    notes = Notes()
    assert await everyday().echo(Echo(text="hello", seconds=1.5), notes) == Echoed("hello")
    assert sum(slept) == pytest.approx(1.5)
    assert [percent for percent, _, _ in notes.said] == sorted(percent for percent, _, _ in notes.said)
    assert await everyday().echo(Echo(), notes) == Echoed("")


async def test_health_is_every_check() -> None:
    found = await everyday().report(Nobody(), Notes())
    assert not found.ready
    assert found.checks == (Checked("one", True, "all is well"), Checked("two", False, "It is down."))


def test_anybody_who_may_connect_may_ask() -> None:
    echo, health = everyday().actions()
    for role in Role:
        assert {echo.permission, health.permission} <= ROLE_PERMISSIONS[role]
    assert echo.estimated_duration(Echo(seconds=3)) == 3 * SECOND
