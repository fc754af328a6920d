"""A pong counts when it answers a ping that went out, and only then."""

from netsentinel.streamer.pings import Pings
from tests.unit.streamer.pipe import Pipe, outbox_on


def test_a_ping_is_answered_once_and_with_it_the_earlier_ones() -> None:
    pings = Pings(outbox_on(Pipe(flows=True)))
    for t in (10, 20, 30):
        pings.put(t, b"ping")
    assert not pings.is_answer(15)
    assert pings.is_answer(20)
    assert not pings.is_answer(20)
    assert not pings.is_answer(10)
    assert pings.is_answer(30.0), "JSON has one kind of number"


def test_a_ping_that_still_waits_has_no_answer() -> None:
    pipe = Pipe()
    box = outbox_on(pipe)
    box.put(b"before")
    pings = Pings(box)
    pings.put(10, b"ping 10")
    assert not pings.is_answer(10)
    pings.put(20, b"ping 20")
    pipe.take(2)
    assert pipe.sent == [b"before", b"ping 20"]
    assert not pings.is_answer(10), "it was replaced before it went out"
    pipe.stall()
    box.put(b"more")
    pings.put(30, b"ping 30")
    assert pings.is_answer(20), "the one before went out"
    assert not pings.is_answer(30)
    pipe.take(2)
    assert pings.is_answer(30)
