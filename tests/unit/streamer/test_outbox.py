"""The outbox: bounded for events, open for everything that must arrive, in order."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.streamer.outbox import Outbox

pytestmark = pytest.mark.anyio


def outbox(max_bytes: int = 1_000, max_frames: int = 10, calls: list[int] | None = None) -> Outbox:
    return Outbox(max_bytes, max_frames, lambda: calls.append(1) if calls is not None else None)


async def take_all(box: Outbox) -> list[str]:
    box.end(drop_events=False)
    taken: list[str] = []
    while (text := await box.take()) is not None:
        taken.append(text)
    return taken


async def test_frames_leave_in_the_order_they_came() -> None:
    box = outbox()
    box.put(b"1")
    assert box.offer("2", 1)
    box.put(b"3")
    assert await take_all(box) == ["1", "2", "3"]


async def test_a_reader_is_woken() -> None:
    box = outbox()
    reader = asyncio.create_task(box.take())
    await asyncio.sleep(0)
    box.put(b"x")
    assert await asyncio.wait_for(reader, 1) == "x"


async def test_events_are_refused_above_the_number_of_frames() -> None:
    box = outbox(max_frames=3)
    assert [box.offer(str(n), 1) for n in range(5)] == [True, True, True, False, False]
    assert box.is_full


async def test_events_are_refused_above_the_number_of_bytes() -> None:
    box = outbox(max_bytes=100)
    assert [box.offer("x", 40) for _ in range(3)] == [True, True, False]


async def test_what_must_arrive_is_always_taken() -> None:
    box = outbox(max_frames=2, max_bytes=10)
    for n in range(20):
        box.put(str(n).encode())
    assert len(box) == 20


async def test_an_event_above_the_bound_by_itself_still_goes_out() -> None:
    box = outbox(max_bytes=10)
    assert box.offer("x" * 50, 50)
    assert not box.offer("y", 1)
    assert await box.take() == "x" * 50
    assert await take_all(box) == []


async def test_it_stays_full_until_less_than_half_waits() -> None:
    calls: list[int] = []
    box = outbox(max_frames=4, calls=calls)
    for n in range(5):
        box.offer(str(n), 1)
    await box.take()
    await box.take()
    assert box.is_full
    assert not box.offer("late", 1)
    assert box.relieved == 0
    await box.take()  # two wait: half is not less than half
    await box.take()  # one waited when this was asked for
    assert not box.is_full
    assert calls == [1]
    assert box.relieved == 1
    assert box.offer("again", 1)


async def test_waiting_for_room() -> None:
    box = outbox(max_frames=2)
    await asyncio.wait_for(box.room(), 1)
    for n in range(3):
        box.offer(str(n), 1)
    waiting = asyncio.create_task(box.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    for _ in range(2):
        await box.take()
    reader = asyncio.create_task(box.take())  # a writer asks for more as soon as a frame is gone
    await asyncio.wait_for(waiting, 1)
    box.end(drop_events=False)
    await reader


async def test_of_pings_only_the_newest_waits_and_at_the_end() -> None:
    box = outbox()
    box.put_latest("ping", b"ping 1")
    box.offer("event", 5)
    box.put_latest("pong", b"pong 1")
    box.put_latest("ping", b"ping 2")
    assert box.size == 5 + 6 + 6
    assert await take_all(box) == ["event", "pong 1", "ping 2"]


async def test_the_frame_being_sent_counts_until_the_next_is_asked_for() -> None:
    box = outbox()
    box.offer("x", 400)
    await box.take()
    assert (len(box), box.size) == (0, 400)


async def test_filling_is_between_half_and_full() -> None:
    box = outbox(max_frames=4)
    box.offer("1", 1)
    assert not box.is_filling
    box.offer("2", 1)
    assert box.is_filling
    for _ in range(3):
        box.offer("x", 1)
    assert box.is_full
    assert not box.is_filling


async def test_after_the_end_nothing_more_is_taken() -> None:
    box = outbox()
    box.offer("event", 5)
    box.put(b"error")
    box.end(drop_events=True)
    box.put(b"late")
    assert await box.take() == "error"
    assert await box.take() is None
    assert await box.take() is None


async def test_the_end_wakes_a_reader() -> None:
    box = outbox()
    reader = asyncio.create_task(box.take())
    await asyncio.sleep(0)
    box.end(drop_events=False)
    assert await asyncio.wait_for(reader, 1) is None


@given(st.lists(st.tuples(st.sampled_from(["event", "take"]), st.integers(1, 60)), max_size=80))
def test_events_never_exceed_the_bound(steps: list[tuple[str, int]]) -> None:
    async def run() -> None:
        box = Outbox(100, 4, lambda: None)
        for step, size in steps:
            if step == "event":
                box.offer("x" * size, size)
            elif len(box):
                await box.take()
            assert len(box) <= 4
            assert box.size <= 100 + (60 if len(box) == 1 else 0)

    asyncio.run(run())
