import asyncio
from dataclasses import dataclass, field

import pytest

from netsentinel.events.lake.slots import Slots
from netsentinel.kernel.types import TenantId

pytestmark = pytest.mark.anyio

BUSY, CALM, THIRD = TenantId("busy"), TenantId("calm"), TenantId("third")


@dataclass
class Desk:
    """Whoever has a slot here keeps it until it is told to go. Each then has had it for a second."""

    at_once: int = 1
    slots: Slots = field(init=False)
    seconds: float = 0.0
    served: list[str] = field(default_factory=list[str])
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])
    leaves: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])

    def __post_init__(self) -> None:
        self.slots = Slots(self.at_once, lambda: self.seconds)

    async def come(self, name: str, tenant: TenantId | None, wait_s: float | None = None) -> None:
        self.leaves[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._stay(name, tenant, wait_s))
        await _settled()

    async def go(self, *names: str) -> None:
        for name in names:
            self.seconds += 1
            self.leaves[name].set()
            await self.tasks[name]
            await _settled()

    async def stay(self, *names: str) -> None:
        """Have them go, each after half a minute more."""
        for name in names:
            self.seconds += 29
            await self.go(name)

    async def _stay(self, name: str, tenant: TenantId | None, wait_s: float | None) -> None:
        async with self.slots.hold(tenant, wait_s):
            self.served.append(name)
            await self.leaves[name].wait()


async def _settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_tenant_that_asks_without_end_keeps_nobody_waiting_for_more_than_one() -> None:
    desk = Desk()
    for number in range(4):
        await desk.come(f"busy {number}", BUSY)
    await desk.come("calm", CALM)
    await desk.come("third", THIRD)
    assert desk.served == ["busy 0"]
    await desk.go("busy 0", "calm")
    await desk.come("calm again", CALM)
    await desk.go("third", "busy 1", "calm again", "busy 2", "busy 3")
    assert desk.served == ["busy 0", "calm", "third", "busy 1", "calm again", "busy 2", "busy 3"]


async def test_as_many_as_may_are_served_at_once() -> None:
    desk = Desk(2)
    for number in range(4):
        await desk.come(f"busy {number}", BUSY)
    await desk.come("the server", None)
    assert desk.served == ["busy 0", "busy 1"]
    await desk.go("busy 1")
    assert desk.served[2:] == ["the server"]
    await desk.go("busy 0", "the server", "busy 2", "busy 3")
    for number in range(2):
        await desk.come(f"calm {number}", CALM)
    assert desk.served[-2:] == ["calm 0", "calm 1"]
    await desk.go("calm 0", "calm 1")


async def test_who_waits_too_long_is_told_and_waits_no_more() -> None:
    desk = Desk()
    await desk.come("first", BUSY)
    await desk.come("late", CALM, 0.01)
    await desk.come("patient", CALM)
    with pytest.raises(TimeoutError):
        await desk.tasks["late"]
    await desk.go("first", "patient")
    assert desk.served == ["first", "patient"]


async def test_who_goes_away_gives_up_the_place() -> None:
    desk = Desk()
    for name in ("first", "second", "third"):
        await desk.come(name, BUSY)
    desk.tasks["second"].cancel()
    await desk.go("first", "third")
    assert desk.served == ["first", "third"]


async def test_who_goes_away_in_the_moment_in_which_a_slot_is_left_gets_none() -> None:
    desk = Desk()
    for name in ("first", "second", "third"):
        await desk.come(name, BUSY)
    desk.leaves["first"].set()
    desk.tasks["second"].cancel()
    await _settled()
    assert desk.served == ["first", "third"]
    await desk.go("third")


async def test_what_was_before_counts_no_more_when_nobody_is_served() -> None:
    desk = Desk()
    await desk.come("busy", BUSY)
    await desk.go("busy")
    for name, tenant in (("third", THIRD), ("busy again", BUSY), ("calm", CALM)):
        await desk.come(name, tenant)
    await desk.go("third", "busy again", "calm")
    assert desk.served == ["busy", "third", "busy again", "calm"]


async def test_a_slot_that_is_given_to_somebody_who_goes_away_is_passed_on() -> None:
    desk = Desk()
    for name in ("first", "second", "third"):
        await desk.come(name, BUSY)
    desk.leaves["first"].set()
    await asyncio.sleep(0)  # the first has left its slot, and the second has not taken it yet
    desk.tasks["second"].cancel()
    await _settled()
    assert "second" not in desk.served
    await desk.go("third")
    await desk.come("fourth", CALM)
    assert desk.served == ["first", "third", "fourth"]
    await desk.go("fourth")


async def test_one_that_fails_gives_its_slot_back() -> None:
    slots = Slots(1)
    with pytest.raises(ValueError, match="mine"):
        async with slots.hold(BUSY):
            raise ValueError("mine")
    async with slots.hold(CALM, 0.01):
        pass


async def test_who_has_had_little_time_waits_for_one_of_the_others_only() -> None:
    desk = Desk()
    for number in range(4):
        await desk.come(f"busy {number}", BUSY)
        await desk.come(f"third {number}", THIRD)
    await desk.stay("busy 0", "third 0")
    for number, running in enumerate(("busy 1", "third 1", "busy 2")):
        await desk.come(f"calm {number}", CALM)
        await desk.stay(running)
        assert desk.served[-1] == f"calm {number}"
        await desk.go(f"calm {number}")


async def test_nobody_saves_up_more_than_a_minute() -> None:
    desk = Desk()
    for number in range(7):
        await desk.come(f"busy {number}", BUSY)
    await desk.stay("busy 0", "busy 1", "busy 2", "busy 3", "busy 4")
    for number in range(4):
        await desk.come(f"calm {number}", CALM)
    await desk.stay("busy 5", "calm 0", "calm 1", "calm 2")
    assert desk.served[-4:] == ["calm 0", "calm 1", "calm 2", "busy 6"]


async def test_time_counts_while_a_slot_is_kept() -> None:
    desk = Desk(2)
    await desk.come("calm 0", CALM)
    await desk.come("busy 0", BUSY)
    await desk.go("calm 0")
    await desk.come("third 0", THIRD)
    await desk.come("busy 1", BUSY)
    await desk.come("calm 1", CALM)
    desk.seconds += 30
    await desk.go("third 0")
    assert desk.served[-1] == "calm 1"
    await desk.go("calm 1", "busy 0", "busy 1")
