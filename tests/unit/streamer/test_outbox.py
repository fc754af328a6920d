"""The outbox: bounded for events, open for everything that must arrive, in order."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.streamer.outbox import Traffic
from tests.unit.streamer.pipe import Pipe, outbox_on

pytestmark = pytest.mark.anyio


def test_what_the_transport_takes_never_waits() -> None:
    pipe = Pipe(flows=True)
    traffic = Traffic()
    box = outbox_on(pipe, max_frames=1, max_bytes=1, traffic=traffic)
    box.put(b"welcome")
    assert all(box.offer(b"event") for _ in range(50))
    box.put_latest("ping", b"ping")
    assert pipe.sent == [b"welcome", *[b"event"] * 50, b"ping"]
    assert (len(box), box.is_full, traffic.frames_out, traffic.lagging) == (0, False, 52, {})


def test_frames_leave_in_the_order_they_came() -> None:
    pipe = Pipe()
    box = outbox_on(pipe)
    box.put(b"1")
    assert box.offer(b"2")
    box.put(b"3")
    pipe.take(2)
    box.put(b"4")  # it would be taken at once, but 3 waits
    pipe.take(5)
    box.put(b"5")
    assert pipe.sent == [b"1", b"2", b"3", b"4", b"5"]


def test_events_are_refused_above_the_number_of_frames() -> None:
    box = outbox_on(Pipe(), max_frames=3)
    assert [box.offer(b"%d" % n) for n in range(5)] == [True, True, True, False, False]
    assert box.is_full


def test_events_are_refused_above_the_number_of_bytes() -> None:
    box = outbox_on(Pipe(), max_bytes=100)
    assert [box.offer(b"x" * 40) for _ in range(3)] == [True, True, False]


def test_what_the_transport_may_hold_counts_up_to_half_of_the_bound() -> None:
    assert [outbox_on(Pipe(holds=30), 100).offer(b"x" * 80)] == [True], "the first always goes out some time"
    box = outbox_on(Pipe(holds=30), 100)
    assert [box.offer(b"x" * 35) for _ in range(3)] == [True, True, False]
    small = outbox_on(Pipe(holds=1_000), 100)
    assert [small.offer(b"x" * 25) for _ in range(3)] == [True, True, False]


def test_what_must_arrive_is_always_taken() -> None:
    box = outbox_on(Pipe(), max_frames=2, max_bytes=10)
    assert not box.is_over
    for n in range(20):
        box.put(str(n).encode())
    assert len(box) == 20
    assert box.is_over


@pytest.mark.parametrize(("frames", "is_over"), [([b"x" * 100], False), ([b"x" * 101], True), ([b"x"] * 4, True)])
def test_it_is_over_when_more_waits_than_may_of_whatever_kind(frames: list[bytes], is_over: bool) -> None:
    pipe = Pipe()
    box = outbox_on(pipe, max_frames=3, max_bytes=100)
    for frame in frames:
        box.put(frame)
    assert box.is_over is is_over
    pipe.take(len(frames))
    assert not box.is_over


def test_it_is_known_whether_a_frame_of_a_mark_went_out() -> None:
    pipe = Pipe()
    box = outbox_on(pipe)
    assert not box.waits("ping")
    assert not box.put_latest("ping", b"1")
    assert box.put_latest("ping", b"2")
    assert box.waits("ping")
    pipe.take(1)
    assert not box.waits("ping")


def test_an_event_above_the_bound_by_itself_still_goes_out() -> None:
    pipe = Pipe()
    box = outbox_on(pipe, max_bytes=10)
    assert box.offer(b"x" * 50)
    assert not box.offer(b"y")
    assert pipe.take() == b"x" * 50
    assert len(box) == 0


def test_it_stays_full_until_less_than_half_waits() -> None:
    calls: list[int] = []
    pipe = Pipe()
    box = outbox_on(pipe, max_frames=4, calls=calls)
    for n in range(5):
        box.offer(b"%d" % n)
    pipe.take(2)  # two wait: half is not less than half
    assert box.is_full
    assert not box.offer(b"late")
    assert box.relieved == 0
    pipe.take()
    assert not box.is_full
    assert calls == [1]
    assert box.relieved == 1
    assert box.offer(b"again")


async def test_waiting_for_room() -> None:
    pipe = Pipe()
    box = outbox_on(pipe, max_frames=2)
    await asyncio.wait_for(box.room(), 1)
    for _ in range(3):
        box.offer(b"x")
    waiting = [asyncio.create_task(box.room()) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # one that gives up takes no other with it
    await asyncio.sleep(0)
    assert not waiting[1].done()
    pipe.take(2)
    await asyncio.wait_for(waiting[1], 1)


def test_of_pings_only_the_newest_waits_and_at_the_end() -> None:
    pipe = Pipe()
    box = outbox_on(pipe)
    box.put_latest("ping", b"ping 1")
    box.offer(b"event")
    box.put_latest("pong", b"pong 1")
    box.put_latest("ping", b"ping 2")
    assert box.size == 5 + 6 + 6
    pipe.take(9)
    assert pipe.sent == [b"event", b"pong 1", b"ping 2"]


def test_what_the_system_has_not_taken_counts_as_waiting() -> None:
    pipe = Pipe()
    box = outbox_on(pipe)
    box.offer(b"x" * 400)
    pipe.unsent = 70
    assert box.size == 470


def test_filling_is_between_half_and_full() -> None:
    box = outbox_on(Pipe(), max_frames=4)
    box.offer(b"1")
    assert not box.is_filling
    box.offer(b"2")
    assert box.is_filling
    for _ in range(3):
        box.offer(b"x")
    assert box.is_full
    assert not box.is_filling


def test_who_lags_is_known_while_something_waits() -> None:
    pipe, traffic = Pipe(), Traffic()
    box = outbox_on(pipe, traffic=traffic)
    box.offer(b"1")
    box.offer(b"2")
    assert list(traffic.lagging) == [box]
    pipe.take(1)
    assert list(traffic.lagging) == [box]
    pipe.take(1)
    assert traffic.lagging == {}
    pipe.stall()
    box.offer(b"3")
    box.drop()
    assert (len(box), traffic.lagging, traffic.frames_out) == (0, {}, 2)


@pytest.mark.parametrize("drop_events", [True, False])
def test_the_goodbye_comes_after_what_waits(drop_events: bool) -> None:
    pipe = Pipe()
    box = outbox_on(pipe)
    box.offer(b"event")
    box.put(b"error")
    box.end(4408, "slow", drop_events=drop_events)
    box.put(b"late")
    box.put_latest("ping", b"late")
    assert pipe.closed is None
    pipe.take(9)
    assert pipe.sent == ([b"error"] if drop_events else [b"event", b"error"])
    assert pipe.closed == (4408, "slow")


def test_where_nothing_waits_the_goodbye_is_said_at_once() -> None:
    pipe = Pipe()
    outbox_on(pipe).end(4503, "draining", drop_events=False)
    assert pipe.closed == (4503, "draining")


@given(st.lists(st.tuples(st.sampled_from(["event", "take"]), st.integers(1, 60)), max_size=80))
def test_events_never_exceed_the_bound(steps: list[tuple[str, int]]) -> None:
    pipe = Pipe()
    box = outbox_on(pipe, 100, 4)
    for step, size in steps:
        if step == "event":
            box.offer(b"x" * size)
        elif len(box):
            pipe.take()
            pipe.stall()
        assert len(box) <= 4
        assert box.size <= 100
