"""Lines on their way to the inbox: batched, bounded, and handed over once."""

import asyncio
from pathlib import Path

import pytest

from netsentinel.events.sources import Activity, Fence, Outgoing, Place, gathering
from netsentinel.events.sources.gathering import BATCH_LINES, FULL_BYTES, Gathering
from netsentinel.kernel import disk
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.errors import InvalidInputError, UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT

pytestmark = pytest.mark.anyio


class Sink:
    """Keeps batches; each stream's batches have to follow one another."""

    def __init__(self) -> None:
        self.batches: list[Outgoing] = []
        self.failure: Exception | None = None

    async def deliver(self, batch: Outgoing) -> int:
        if self.failure is not None:
            raise self.failure
        self.batches.append(batch)
        assert batch.position is not None
        return batch.position.end

    @property
    def body(self) -> bytes:
        return b"".join(batch.body for batch in self.batches)


def gathered(sink: Sink, folder: Path, told: list[str]) -> Gathering:
    around = Place(DEFAULT_TENANT, "fw", "cef", sink, SystemClock(), folder, Fence(), 1_000)
    return Gathering(around, Activity(), lambda: told.append("room"))


def is_something_left(folder: Path) -> bool:
    return any(folder.iterdir())


async def test_lines_go_out_in_batches_of_bounded_size(tmp_path: Path) -> None:
    sink = Sink()
    lines = gathered(sink, tmp_path, [])
    sent = b"".join(b"%d\n" % number for number in range(3 * BATCH_LINES))
    lines.add(sent)
    await lines.finish()
    assert sink.body == sent
    assert [batch.body.count(b"\n") for batch in sink.batches] == [BATCH_LINES] * 3
    assert [(b.source, b.format) for b in sink.batches] == [("fw", "cef")] * 3
    positions = [batch.position for batch in sink.batches if batch.position]
    assert [(p.start, p.end) for p in positions] == [(n * BATCH_LINES, (n + 1) * BATCH_LINES) for n in range(3)]
    assert len({p.stream for p in positions}) == 1


async def test_blank_lines_alone_are_no_batch(tmp_path: Path) -> None:
    sink = Sink()
    lines = gathered(sink, tmp_path, [])
    lines.add(b"\n \n")
    await lines.finish()
    assert (sink.batches, lines.size) == ([], 0)


async def test_it_is_full_until_half_of_it_is_gone(tmp_path: Path) -> None:
    sink, told = Sink(), list[str]()
    lines = gathered(sink, tmp_path, told)
    piece = b"x" * 999_999 + b"\n"
    while not lines.is_full:
        lines.offer(piece)
    assert lines.size >= FULL_BYTES
    lines.offer(piece + b"y\n")
    assert lines.dropped == 2
    await lines.finish()
    assert told == ["room"]
    assert not lines.is_full


async def test_what_cannot_be_handed_over_is_kept_for_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "BATCH_LINES", 2)
    synced: list[bool] = []
    monkeypatch.setattr(disk, "sync", lambda folder: synced.append(is_something_left(folder)))
    for failure in (UnavailableError("busy"), InvalidInputError("refused")):
        sink = Sink()
        sink.failure = failure
        lines = gathered(sink, tmp_path, [])
        lines.add(b"a\n")
        lines.add(b"b\nc\n")
        await lines.finish()
        assert synced.pop(), "it outlasts a crash of the machine"
        sink.failure = None
        again = gathered(sink, tmp_path, [])
        task = asyncio.create_task(again.run())
        async with asyncio.timeout(5):
            while await asyncio.to_thread(is_something_left, tmp_path):
                await asyncio.sleep(0.005)
        task.cancel()
        assert sink.body == b"a\nb\nc\n"
        positions = [batch.position for batch in sink.batches if batch.position]
        assert [(p.start, p.end) for p in positions] == [(0, 2), (2, 3)]


async def test_a_source_that_is_stopped_keeps_what_a_server_does_not_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_LAST_WORDS_S", 0.05)

    class Silent(Sink):
        async def deliver(self, batch: Outgoing) -> int:
            return await asyncio.get_running_loop().create_future()

    lines = gathered(Silent(), tmp_path, [])
    lines.add(b"a\n")

    async def source() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await lines.finish()

    task = asyncio.create_task(source())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert is_something_left(tmp_path)
