"""A subscription's stream: what it sends, what it misses, and how far it is complete."""

import json
from typing import Any

from netsentinel.kernel.entries import Entry
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.streamer.feed import Feed, Occurrence
from netsentinel.streamer.filters import EVERYTHING
from netsentinel.streamer.model import Subscription
from netsentinel.streamer.testing import LIVE_KINDS
from netsentinel.streamer.topics import TOPICS
from tests.unit.streamer.pipe import Pipe, outbox_on


def occurrence(seq: int) -> Occurrence:
    entry = Entry(seq, DEFAULT_TENANT, "alert.raised", 0, "system", "x", {"n": seq}, (), audited=False)
    return Occurrence(entry, LIVE_KINDS[0])


def feed(position: int = 0, *, max_frames: int = 10, live: bool = True) -> tuple[Feed, Pipe]:
    pipe = Pipe()
    outbox = outbox_on(pipe, 1_000_000, max_frames)
    made = Feed(Subscription("a", "con_1", DEFAULT_TENANT, "alerts"), TOPICS["alerts"], EVERYTHING, outbox, position)
    made.is_live = live
    return made, pipe


def sent(pipe: Pipe) -> list[dict[str, Any]]:
    pipe.take(100)
    pipe.stall()
    found = [json.loads(data) for data in pipe.sent]
    pipe.sent.clear()
    return found


def test_a_frame_that_many_share_is_encoded_once() -> None:
    happening = occurrence(7)
    assert happening.frame("a", 3) is happening.frame("a", 3)
    assert happening.frame("a", 3) is not happening.frame("b", 3)
    assert json.loads(happening.frame("ä", 3)) == {
        "type": "event",
        "sub": "ä",
        "seq": 7,
        "prev": 3,
        "name": "alert:raised",
        "data": {"n": 7},
    }


def test_what_the_replay_has_sent_is_not_sent_again() -> None:
    made, pipe = feed(position=5)
    assert made.offer(occurrence(5))
    assert made.offer(occurrence(6))
    assert [frame["seq"] for frame in sent(pipe)] == [6]


def test_after_a_miss_everything_is_missed_until_the_gap_is_said() -> None:
    made, pipe = feed(max_frames=2)
    assert [made.offer(occurrence(seq)) for seq in (1, 2, 3)] == [True, True, False]
    sent(pipe)
    assert not made.offer(occurrence(4)), "an event after a loss must not come before its gap"
    assert made.say_missed(tail=9)
    assert made.offer(occurrence(10))
    gap, event = sent(pipe)
    assert (gap["from"], gap["to"], gap["reason"]) == (2, 4, "overflow")
    assert (event["prev"], event["seq"]) == (4, 10)
    assert not made.say_missed(tail=10)


def test_how_far_it_is_complete() -> None:
    made, _ = feed(position=5, live=False)
    assert made.complete_to(tail=9) == 5
    made.is_live = True
    assert made.complete_to(tail=9) == 9
    assert made.complete_to(tail=3) == 5
    made, _ = feed(max_frames=1)
    made.offer(occurrence(1))
    made.offer(occurrence(2))
    assert made.complete_to(tail=2) == 1, "the gap is not said yet"


def test_gaps_go_on_from_their_end() -> None:
    made, pipe = feed(position=5)
    made.skip_to(8, "retention", tail=6)
    made.skip_to(2, "epoch", tail=6)
    first, second = sent(pipe)
    assert (first["from"], first["to"]) == (6, 8)
    assert (second["from"], second["to"]) == (0, 2)
    assert made.position == 2
