"""Frames: strict about what a client sends, exact about what it gets."""

import json
from typing import Any

import pytest

from netsentinel.kernel.errors import ThrottledError
from netsentinel.streamer import frames
from netsentinel.streamer.errors import BadFrameError, FrameTooBigError
from netsentinel.streamer.model import MAX_FRAME_BYTES

GOOD: list[tuple[dict[str, Any], type]] = [
    ({"type": "hello", "client": "x"}, frames.Hello),
    (
        {
            "type": "hello",
            "client": "x",
            "version": "1",
            "ticket": "t",
            "resume": {"epoch": "e", "positions": {"a": 7}},
        },
        frames.Hello,
    ),
    ({"type": "subscribe", "sub": "a", "topic": "alerts"}, frames.Subscribe),
    ({"type": "subscribe", "sub": "a", "topic": "alerts", "from": "now"}, frames.Subscribe),
    ({"type": "subscribe", "sub": "a", "topic": "alerts", "from": 0, "filter": None}, frames.Subscribe),
    (
        {
            "type": "subscribe",
            "sub": "a",
            "topic": "alerts",
            "filter": [
                {"field": "level", "op": ">=", "value": "high"},
                {"field": "entity", "op": "in", "value": ["a", "b"]},
            ],
        },
        frames.Subscribe,
    ),
    ({"type": "unsubscribe", "sub": "a"}, frames.Unsubscribe),
    ({"type": "ping", "t": 1}, frames.ClientPing),
    ({"type": "pong", "t": 1.5}, frames.ClientPong),
    ({"type": "request", "id": "r", "action": "x", "payload": {"deep": [1, {}]}}, frames.Request),
    ({"type": "cancel", "id": "r", "task_id": "t"}, frames.Cancel),
    ({"type": "pause", "id": "r", "task_id": "t"}, frames.Pause),
    ({"type": "resume_task", "id": "r", "task_id": "t"}, frames.ResumeTask),
]

BAD: list[str | bytes] = [
    "",
    "{",
    "[]",
    "null",
    '"hello"',
    "{}",
    '{"type": 1}',
    '{"type": "nonsense"}',
    '{"type": "welcome"}',
    '{"type": "hello"}',
    '{"type": "hello", "client": ""}',
    '{"type": "hello", "client": 1}',
    '{"type": "hello", "client": "x", "token": "y"}',
    '{"type": "hello", "client": "x", "resume": {"epoch": "e"}}',
    '{"type": "hello", "client": "x", "resume": {"epoch": "e", "positions": {"a": -1}}}',
    '{"type": "hello", "client": "x", "resume": {"epoch": "e", "positions": {"a": 9007199254740992}}}',
    '{"type": "subscribe", "sub": "a"}',
    '{"type": "subscribe", "sub": "", "topic": "alerts"}',
    '{"type": "subscribe", "sub": "' + "a" * 65 + '", "topic": "alerts"}',
    '{"type": "subscribe", "sub": "a", "topic": "alerts", "from": "then"}',
    '{"type": "subscribe", "sub": "a", "topic": "alerts", "form": 5}',
    '{"type": "subscribe", "sub": "a", "topic": "alerts", "filter": {"level": "high"}}',
    '{"type": "subscribe", "sub": "a", "topic": "alerts", "filter": [{"field": "x", "op": "~", "value": "y"}]}',
    '{"type": "subscribe", "sub": "a", "topic": "alerts", "filter": [{"field": "x", "op": "in", "value": []}]}',
    '{"type": "ping"}',
    '{"type": "ping", "t": "now"}',
    '{"type": "unsubscribe"}',
    '{"type": "hello", "client": "\\ud800"}',
    '{"type": "hello", "client": "\ud800"}',
    '{"type": "request", "payload": ' + "[" * 60_000,
    '{"type": "request", "payload": ' + "[" * 30_000 + "]" * 30_000 + "}",
    b'{"type": "ping", "t": 1}',
]


@pytest.mark.parametrize(("frame", "kind"), GOOD)
def test_a_good_frame_is_understood(frame: dict[str, Any], kind: type) -> None:
    assert type(frames.decode(json.dumps(frame))) is kind


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_a_bad_frame_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadFrameError):
        frames.decode(text)


@pytest.mark.parametrize("letter", ["x", "ä", "🛰"])
def test_the_size_of_a_frame_is_in_bytes(letter: str) -> None:
    head, tail = '{"type":"request","id":"r","action":"x","payload":"', '"}'
    room = MAX_FRAME_BYTES - len(head) - len(tail)
    fits = letter * (room // len(letter.encode()))
    assert isinstance(frames.decode(head + fits + tail), frames.Request)
    with pytest.raises(FrameTooBigError):
        frames.decode(head + fits + letter + tail)


def test_what_is_absent_is_left_out() -> None:
    problem = frames.problem_of(ThrottledError("Wait.", retry_after=3), "con_1")
    text = frames.encode(frames.ErrorFrame(problem=problem, retryable=True))
    assert json.loads(text) == {
        "type": "error",
        "retryable": True,
        "problem": {
            "type": "urn:netsentinel:problem:throttled",
            "title": "Too many attempts",
            "status": 429,
            "detail": "Wait.",
            "code": "throttled",
            "trace_id": "con_1",
        },
    }


def test_names_that_python_keeps_for_itself() -> None:
    gap = frames.Gap(sub="a", from_=1, to=2, reason="overflow", snapshot_url="/x")
    assert json.loads(frames.encode(gap))["from"] == 1
