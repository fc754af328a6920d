"""Shared reads: fewer of them, and none that is older than the wish for it."""

import asyncio

import pytest

from netsentinel.kernel.shared import SharedReads

pytestmark = pytest.mark.anyio


class Source:
    """Something that changes, is slow to read, and counts."""

    def __init__(self) -> None:
        self.value = 0
        self.reads: list[str] = []
        self.most = 0
        self._now = 0
        self.failure: Exception | None = None

    async def read(self, key: str) -> str:
        self.reads.append(key)
        self._now += 1
        self.most = max(self.most, self._now)
        seen = self.value
        await asyncio.sleep(0.01)
        self._now -= 1
        if self.failure is not None:
            raise self.failure
        return f"{key}{seen}"


async def test_the_first_reads_at_once_and_those_who_ask_meanwhile_share_one_read() -> None:
    source = Source()
    shared = SharedReads(source.read)
    assert await asyncio.gather(*(shared.get("a") for _ in range(100))) == ["a0"] * 100
    assert source.reads == ["a", "a"]


async def test_a_read_that_need_not_wait_costs_no_turn_of_the_loop() -> None:
    async def read(key: str) -> str:
        return key

    asked = SharedReads(read).get("a")
    with pytest.raises(StopIteration, match="a"):
        asked.send(None)


async def test_nobody_gets_what_was_read_before_they_asked() -> None:
    source = Source()
    shared = SharedReads(source.read)
    first = asyncio.create_task(shared.get("a"))
    await asyncio.sleep(0)  # its read is under way
    source.value = 1
    later = [asyncio.create_task(shared.get("a")) for _ in range(10)]
    assert await first == "a0"
    assert await asyncio.gather(*later) == ["a1"] * 10
    assert source.reads == ["a", "a"]
    source.value = 2
    assert await shared.get("a") == "a2", "nothing is remembered"


async def test_keys_are_apart_and_bounded() -> None:
    source = Source()
    shared = SharedReads(source.read, at_once=3)
    assert await asyncio.gather(*(shared.get(str(n)) for n in range(10))) == [f"{n}0" for n in range(10)]
    assert source.most == 3


async def test_a_failure_is_everybodys_and_the_next_read_begins_anew() -> None:
    source = Source()
    source.failure = ConnectionError("no")
    shared = SharedReads(source.read)
    found = await asyncio.gather(*(shared.get("a") for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in found] == [ConnectionError] * 3
    source.failure = None
    assert await shared.get("a") == "a0"


async def test_one_who_goes_away_takes_nobody_along() -> None:
    source = Source()
    shared = SharedReads(source.read)
    first, gone, stays = (asyncio.create_task(shared.get("a")) for _ in range(3))
    await asyncio.sleep(0)
    first.cancel()
    gone.cancel()
    assert await stays == "a0"
    assert await asyncio.wait({first, gone})
    assert source.reads == ["a", "a"]
    assert shared._running == shared._next == {}
