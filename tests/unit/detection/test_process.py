import io
import json
from typing import Any

import msgspec
import pytest
import zstandard

from netsentinel.detection import process
from netsentinel.detection.frames import Analyze, Analyzed, Restore, Restored, Snapshot, State, encode, read_frame
from netsentinel.detection.pipeline import Pipeline
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.types import DEFAULT_TENANT


class Broken:
    """A detector with a mistake in it."""

    name = "broken"
    remembers = True
    classes = frozenset[int]()

    def analyze_events(self, events: list[Event]) -> list[Any]:
        return [events[len(events)]]

    def snapshot(self) -> bytes:
        return b"state"

    def restore(self, state: bytes) -> None:
        self.restored = state


def batch(*lines: bytes) -> InboxBatch:
    return InboxBatch(3, DEFAULT_TENANT, "s", "", 0, len(lines), zstandard.ZstdCompressor().compress(b"\n".join(lines)))


EVE = b'{"timestamp":"2026-01-01T00:00:00Z","event_type":"flow"}'


def test_each_request_has_its_answer() -> None:
    pipeline = Pipeline(FORMATS, ())
    answer = process._answer(pipeline, Analyze(batch(EVE, b"junk")))
    assert isinstance(answer, Analyzed)
    assert (answer.result.events, answer.result.rejected) == (1, 1)
    assert process._answer(pipeline, Restore(b"")) == Restored()
    assert process._answer(pipeline, Snapshot()) == State(pipeline.snapshot())


def test_a_mistake_of_ours_rejects_the_batch_and_is_logged(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    answer = process._answer(Pipeline(FORMATS, [Broken()]), Analyze(batch(EVE, b"junk", EVE)))
    assert isinstance(answer, Analyzed)
    result = answer.result
    assert (result.events, result.rejected, result.findings) == (0, 3, ())
    assert result.rejected_lines[0] == (EVE, "NetSentinel could not analyse this batch: IndexError")
    (line,) = capfdbinary.readouterr().err.splitlines()
    logged = json.loads(line)
    assert (logged["level"], logged["event"], logged["batch"]) == ("error", "a batch could not be analysed", 3)
    assert "IndexError" in logged["trace"]


def test_an_answer_is_one_frame() -> None:
    stream = io.BytesIO()
    process._say(stream, Restored())
    stream.seek(0)
    assert read_frame(stream) == encode(Restored())[4:]
    assert read_frame(stream) is None


def test_options_come_as_json() -> None:
    options = msgspec.json.decode(b'{"rules": ["/a"], "max_line": 5}', type=process.Options)
    assert (options.rules, options.max_line) == (("/a",), 5)
