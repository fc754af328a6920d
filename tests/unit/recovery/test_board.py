"""What people do with breakers: look, open, close, reset; each of these is audited."""

import pytest

from netsentinel.kernel.clock import DAY, SECOND
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId, system_principal
from netsentinel.recovery import BreakerBoard, Breakers, Command, Mode, Outcome
from netsentinel.recovery.entries import BREAKER_CLOSED, BREAKER_FORCED, BREAKER_OPENED
from netsentinel.recovery.testing import MemoryBreakers
from netsentinel.storage.testing import MemoryDatabase

pytestmark = pytest.mark.anyio

T = DEFAULT_TENANT
SOMEBODY = system_principal()
STRANGER = system_principal(TenantId("other"))


@pytest.fixture
def db() -> MemoryDatabase:
    return MemoryDatabase()


@pytest.fixture
def store() -> MemoryBreakers:
    return MemoryBreakers()


@pytest.fixture
def breakers(db: MemoryDatabase, store: MemoryBreakers, clock: FakeClock) -> Breakers:
    return Breakers(db, store, clock)


@pytest.fixture
def board(db: MemoryDatabase, store: MemoryBreakers, clock: FakeClock, breakers: Breakers) -> BreakerBoard:
    return BreakerBoard(db, store, clock, breakers)


async def _used(breakers: Breakers, outcome: Outcome, count: int = 4) -> None:
    for _ in range(count):
        breakers.record("smtp", T, outcome, 0)
    await breakers.flush()


async def test_a_breaker_shows_its_rates_and_its_limits(board: BreakerBoard, breakers: Breakers) -> None:
    await _used(breakers, Outcome.SUCCESS, 3)
    await _used(breakers, Outcome.FAILURE, 1)
    view = await board.get(T, "smtp")
    assert (view.mode, view.calls, view.failures, view.failure_rate) == (Mode.CLOSED, 4, 1, 0.25)
    assert (view.minimum_calls, view.failure_rate_limit, view.slow_rate_limit) == (20, 0.5, 0.8)
    with pytest.raises(NotFoundError):
        await board.get(STRANGER.tenant, "smtp")


async def test_declared_dependencies_are_listed_before_their_first_call(
    board: BreakerBoard, breakers: Breakers
) -> None:
    breakers.declare("ldap")
    await _used(breakers, Outcome.SUCCESS)
    assert [(view.dependency, view.calls) for view in await board.all(T)] == [("ldap", 0), ("smtp", 4)]
    assert (await board.get(T, "ldap")).mode is Mode.CLOSED


async def test_opened_by_hand_it_refuses_until_it_is_reset(
    board: BreakerBoard, breakers: Breakers, db: MemoryDatabase, clock: FakeClock
) -> None:
    await _used(breakers, Outcome.SUCCESS)
    view = await board.command(SOMEBODY, "smtp", Command.OPEN)
    assert view.mode is Mode.FORCED_OPEN
    clock.advance(DAY)
    assert breakers.permits("smtp", T).allowed is False
    view = await board.command(SOMEBODY, "smtp", Command.RESET)
    assert (view.mode, view.calls) == (Mode.CLOSED, 0)
    assert breakers.permits("smtp", T).allowed
    assert [entry.kind for entry in db.entries] == [BREAKER_OPENED, BREAKER_FORCED, BREAKER_CLOSED, BREAKER_FORCED]
    assert {entry.principal for entry in db.entries} == {SOMEBODY.id}


async def test_closed_by_hand_it_lets_failures_through(board: BreakerBoard, breakers: Breakers) -> None:
    breakers.declare("smtp")
    await board.command(SOMEBODY, "smtp", Command.CLOSE)
    await _used(breakers, Outcome.FAILURE, 50)
    assert breakers.permits("smtp", T).allowed
    assert (await board.get(T, "smtp")).failures == 50


async def test_resetting_a_closed_one_is_audited_and_no_change(
    board: BreakerBoard, breakers: Breakers, db: MemoryDatabase
) -> None:
    await _used(breakers, Outcome.FAILURE)
    await board.command(SOMEBODY, "smtp", Command.RESET)
    assert [entry.kind for entry in db.entries] == [BREAKER_FORCED]
    assert (await board.get(T, "smtp")).calls == 0


async def test_nobody_forces_what_was_never_called_or_belongs_to_another_tenant(
    board: BreakerBoard, breakers: Breakers, db: MemoryDatabase
) -> None:
    await _used(breakers, Outcome.SUCCESS)
    for principal, name in ((SOMEBODY, "smpt"), (STRANGER, "smtp")):
        with pytest.raises(NotFoundError):
            await board.command(principal, name, Command.OPEN)
    assert db.entries == []
    assert breakers.permits("smtp", T).allowed


async def test_the_timeline_tells_each_change_and_forgets_it_after_ninety_days(
    board: BreakerBoard, breakers: Breakers, clock: FakeClock
) -> None:
    begin = clock.now()
    await _used(breakers, Outcome.FAILURE, 20)
    clock.advance(SECOND)
    await board.command(SOMEBODY, "smtp", Command.RESET)
    steps = await board.history(T, since=begin, until=clock.now() + 1)
    assert [(step.at - begin, step.after, step.reason) for step in steps] == [
        (0, Mode.OPEN, "failure rate"),
        (SECOND, Mode.CLOSED, "reset"),
    ]
    assert await board.history(T, dependency="ldap", since=begin, until=clock.now() + 1) == []
    assert await board.forget_old() == 0
    clock.advance(91 * DAY)
    assert await board.forget_old() == 3
    assert await board.history(T, since=begin, until=clock.now()) == []
