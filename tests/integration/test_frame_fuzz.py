"""Any frames at all: every bad one is answered with `error` or a documented close code, and nothing crashes."""

import json
import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from netsentinel.kernel.errors import NetSentinelError
from netsentinel.streamer import HubLimits, frames
from tests.crash.seeds import seeded, tell
from tests.unit.streamer.live import Client, Live, opened, settle

pytestmark = pytest.mark.anyio

FEW, MANY = 20_000, int(os.environ.get("NETSENTINEL_FUZZ_FRAMES", "1000000"))
A_CONNECTION, A_STAGE = 100, 5_000
DOCUMENTED = {1000, 4400, 4401, 4403, 4408, 4413, 4429, 4503}
"""Without 1011: the server met a fault of its own."""
PATIENT = HubLimits(frames_per_second=10**9, frame_burst=10**9, attempts_per_minute=10**9, max_subscriptions=8)

ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    1e308,
    2**53,
    2**63,
    2**64,
    -(2**63) - 1,
    "",
    "a",
    "alerts",
    "now",
    "\x00",
    "\ud800",
    "é" * 99,
    "x" * 201,
    [],
    [[]],
    {},
    {"": {}},
    ["a"] * 300,
    {"a": 1},
    "tasks",
    {"epoch": "epoch-1", "positions": {"a": 0}},
    [{"field": "level", "op": ">=", "value": "high"}],
    [{"field": "level", "op": "in", "value": ["low", 1]}],
]
FRAMES: list[dict[str, Any]] = [
    {"type": "hello", "client": "fuzz"},
    {"type": "hello", "client": "fuzz", "resume": {"epoch": "epoch-1", "positions": {"a": 3}}},
    {"type": "subscribe", "sub": "a", "topic": "alerts"},
    {"type": "subscribe", "sub": "b", "topic": "alerts", "filter": [{"field": "level", "op": "=", "value": "high"}]},
    {"type": "subscribe", "sub": "c", "topic": "tasks", "from": 0},
    {"type": "unsubscribe", "sub": "a"},
    {"type": "ping", "t": 1},
    {"type": "pong", "t": 1},
    {"type": "request", "id": "r1", "action": "test.short", "payload": {"n": 1}},
    {"type": "request", "id": "r2", "action": "test.long", "mode": "async", "deadline_ms": 1_000, "priority": 3},
    {"type": "cancel", "id": "r1", "task_id": "tsk_1"},
    {"type": "pause", "id": "r1", "task_id": "tsk_1"},
    {"type": "resume_task", "id": "r1", "task_id": "tsk_1"},
]


def _text(rng: random.Random) -> str:
    return json.dumps(rng.choice(FRAMES))


def _changed(rng: random.Random) -> str:
    """A frame with fields of odd values, without some, or with others."""
    frame = dict(rng.choice(FRAMES))
    for _ in range(rng.randint(1, 3)):
        name = rng.choice([*frame, "type", "sub", "from", "filter", "payload", "id", "more"])
        if rng.random() < 0.2:
            frame.pop(name, None)
        else:
            frame[name] = rng.choice(ODD)
    return json.dumps(frame, ensure_ascii=rng.random() < 0.9)


def _broken(rng: random.Random) -> str:
    """A frame whose text is cut, doubled or has other characters in it."""
    text = list(_text(rng))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(text) + 1)
        match rng.randrange(3):
            case 0:
                text[at : at + rng.randint(0, 9)] = []
            case 1:
                text.insert(at, rng.choice('{}[]",:\\0\x00é\u2028e+-.truefalsn'))
            case _:
                text[at:at] = text[: rng.randint(0, 30)]
    return "".join(text)


def _bytes(rng: random.Random) -> bytes:
    return rng.randbytes(rng.randint(0, 200))


def _deep(rng: random.Random) -> str:
    depth = rng.choice([10, 500, 5_000, 30_000])
    return '{"type":"request","id":"d","action":"test.short","payload":' + "[" * depth + "]" * depth + "}"


def _large(rng: random.Random) -> str:
    return json.dumps({"type": "ping", "t": 1, "x": "y" * rng.choice([65_000, 65_536, 200_000])})


MAKERS: list[Callable[[random.Random], str | bytes]] = [_text] * 3 + [_changed] * 8 + [_broken] * 6 + [_bytes] * 3
RARE: list[Callable[[random.Random], str | bytes]] = [_deep, _large]


def is_bad(data: str | bytes) -> bool:
    """Whether nobody can read it as a frame."""
    try:
        frames.decode(data)
    except NetSentinelError:
        return True
    return False


async def talk(live: Live, rng: random.Random, most: int, ends: Counter[int]) -> int:
    """Frames on one connection, until it is closed; how many."""
    client = await live.connect() if rng.random() < 0.9 else live.dial(None)
    for sent in range(1, most + 1):
        data = rng.choice(MAKERS if rng.random() < 0.995 else RARE)(rng)
        said = len(client.of("error"))
        client.say_raw(data)
        await _worked_on(client)
        if client.closed is not None:
            assert client.closed[0] in DOCUMENTED, f"{client.closed} after {data[:300]!r}"
            ends[client.closed[0]] += 1
            return sent
        assert not is_bad(data) or len(client.of("error")) > said, f"nothing was said to {data[:300]!r}"
        client.frames.clear()
    client.hang_up()
    return most


async def _worked_on(client: Client) -> None:
    """Wait until the frame that was sent last has been worked on."""
    for _ in range(50):
        await settle(4)
        if client.closed is not None or client._inbox.empty():
            break
    await settle(4)


async def fuzz(count: int) -> Counter[int]:
    """Send so many frames; the close codes and how often each came."""
    rng, ends, sent = seeded(), Counter[int](), 0
    while sent < count:
        async with opened(PATIENT) as live:
            for n in range(5):
                live.journal.add(n)
            stage = 0
            while stage < A_STAGE and sent + stage < count:
                stage += await talk(live, rng, A_CONNECTION, ends)
            sent += stage
            still = await live.connect()
            still.say("ping", t=7)
            await still.until("pong")
    tell(f"{sent} frames, closed with {dict(ends)}")
    return ends


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=[pytest.mark.long, pytest.mark.timeout(7_200)])])
async def test_every_bad_frame_is_answered(count: int) -> None:
    with capture_logs() as logged:
        ends = await fuzz(count)
    assert {4400, 4413} <= set(ends)
    assert [entry for entry in logged if entry["log_level"] in {"error", "critical"}] == []
