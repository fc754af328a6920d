import io

import msgspec
import pytest

from netsentinel.detection import frames
from netsentinel.detection.frames import (
    Analyze,
    Analyzed,
    Ready,
    Restore,
    Snapshot,
    answer_decoder,
    encode,
    fill,
    read_frame,
    request_decoder,
    strip,
)
from netsentinel.detection.model import BatchResult
from netsentinel.detection.rules import SigmaDetector
from netsentinel.detection.rules.load import load_text
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.detection.build_events import zeek

RULE = "title: t\nlogsource: {product: zeek}\ndetection:\n    s: {uri: /x}\n    condition: s\n"
BATCH = InboxBatch(1, DEFAULT_TENANT, "s", "", 5, 2, b"\x00\xff", done=True)


@pytest.mark.parametrize("request_", [Analyze(BATCH), Restore(b"\x00"), Snapshot()])
def test_requests_survive_the_way(request_: Analyze | Restore | Snapshot) -> None:
    body = read_frame(io.BytesIO(encode(request_)))
    assert body is not None
    assert request_decoder.decode(body) == request_


def test_a_result_survives_the_way_with_each_rule_text_once() -> None:
    findings = SigmaDetector(load_text(RULE).rules).analyze_events([zeek("http", n, uri="/x") for n in range(50)])
    result = BatchResult(
        batch=1, events=50, rejected=1, size=9, format="zeek", last_event_at=3,
        findings=tuple(findings), rejected_lines=((b"\xff", "why"),),
    )  # fmt: skip
    frame = encode(strip(result))
    assert frame.count(b"title: t") == 1
    body = read_frame(io.BytesIO(frame))
    assert body is not None
    answer = answer_decoder.decode(body)
    assert isinstance(answer, Analyzed)
    assert fill(answer) == result


def test_events_travel_once_and_only_as_many_as_alerts_can_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = RULE.replace("title: t", "title: t\nid: 00000000-0000-4000-8000-000000000000")
    texts = [rule.replace("0000\n", f"000{number}\n") for number in range(3)]
    rules = [one for text in texts for one in load_text(text).rules]
    events = [zeek("http", n, uri="/x") for n in range(4)]
    for number, event in enumerate(events):
        event.raw = b'{"uri":"/x","number":%d}' % number
    found = SigmaDetector(rules).analyze_events(events)
    assert len(found) == 12
    result = BatchResult(
        batch=1, events=4, rejected=0, size=9, format="zeek", last_event_at=3,
        findings=tuple(found), rejected_lines=(), is_cut=True,
    )  # fmt: skip
    answer = strip(result)
    assert encode(answer).count(found[0].raw) == 1
    assert fill(answer) == result
    monkeypatch.setattr(frames, "MOST_CARRIED", sum(len(one.raw) for one in found[:5]))
    told = fill(strip(result)).findings
    assert [bool(one.raw) for one in told] == [True] * 5 + [False] * 7
    assert [one.fingerprint for one in told] == [one.fingerprint for one in found]


def test_frames_follow_each_other_until_the_end() -> None:
    stream = io.BytesIO(encode(Ready(1)) + encode(Ready(2)))
    assert [answer_decoder.decode(read_frame(stream) or b"") for _ in range(2)] == [Ready(1), Ready(2)]
    assert read_frame(stream) is None


@pytest.mark.parametrize("cut", [1, 3, 5])
def test_a_frame_that_ends_early_is_the_end(cut: int) -> None:
    assert read_frame(io.BytesIO(encode(Ready(1))[:cut])) is None


def test_a_frame_that_is_too_large_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.detection.frames.MAX_FRAME", 10)
    with pytest.raises(UnavailableError):
        encode(Restore(b"x" * 100))


def test_what_is_no_message_is_an_error() -> None:
    with pytest.raises(msgspec.DecodeError):
        request_decoder.decode(b"junk")
