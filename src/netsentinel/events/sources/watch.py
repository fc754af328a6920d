"""Follows a log file and hands over its lines, each once, through rotations, truncations and restarts."""

import asyncio
import base64
import hashlib
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
import structlog
from msgspec import Meta

from netsentinel.events.positions import StreamPosition
from netsentinel.events.recognition import recognised, sentence
from netsentinel.events.sources.generations import Generation, Generations, Piece
from netsentinel.events.sources.port import Activity, Check, Outgoing, Place, Sink, Source, SourceTest
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.disk import write_whole
from netsentinel.kernel.errors import InvalidInputError, UnavailableError
from netsentinel.kernel.regular_file import open_regular

_log = structlog.get_logger("netsentinel.watch")

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0
_PIECES_PER_LOOK: Final = 8
_SAMPLE_BYTES: Final = 256 * 1024
_SAMPLE_LINES: Final = 20


class _Remembered(msgspec.Struct):
    stream: str
    device: int
    inode: int
    offset: int
    head: str
    tail: str
    is_skipping: bool
    missing: int = 0


class _State(msgspec.Struct):
    path: str
    generations: list[_Remembered]


class WatchState:
    """What is remembered of one watched path, in a file that is replaced in one step."""

    def __init__(self, folder: Path, path: Path) -> None:
        """Construction reads nothing.

        Args:
            folder: where state files are; one file for each path.
            path: the watched path.
        """
        self._path = path.absolute()
        digest = hashlib.sha256(os.fsencode(self._path)).hexdigest()[:16]
        self.file = folder / f"{digest}.json"

    @property
    def lock(self) -> Path:
        """The file whose lock keeps a second watcher away."""
        return self.file.with_suffix(".lock")

    def load(self) -> list[Generation] | None:
        """The generations that were known; None the first time.

        Raises:
            InvalidInputError: the file is not one that was written here.
        """
        try:
            state = msgspec.json.decode(self.file.read_bytes(), type=_State)
            return [
                Generation(
                    stream=one.stream,
                    device=one.device,
                    inode=one.inode,
                    offset=one.offset,
                    head=base64.b64decode(one.head, validate=True),
                    tail=base64.b64decode(one.tail, validate=True),
                    is_skipping=one.is_skipping,
                    missing=one.missing,
                )
                for one in state.generations
            ]
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, ValueError) as error:
            raise InvalidInputError(
                f"The state file {self.file} is damaged ({error}). Delete it to read {self._path} from its beginning."
            ) from error

    def save(self, generations: list[Generation]) -> None:
        """Replace the file; on disk when this returns."""
        remembered = [
            _Remembered(
                stream=one.stream,
                device=one.device,
                inode=one.inode,
                offset=one.offset,
                head=base64.b64encode(one.head).decode("ascii"),
                tail=base64.b64encode(one.tail).decode("ascii"),
                is_skipping=one.is_skipping,
                missing=one.missing,
            )
            for one in generations
        ]
        write_whole(self.file, msgspec.json.encode(_State(str(self._path), remembered)))


@dataclass(slots=True)
class WatchFigures:
    """What one watched file has come to since the start."""

    batches: int = 0
    size: int = 0
    """Bytes handed over."""
    waiting: int = 0
    """Bytes in the file and not yet handed over, at the last look."""
    pauses: int = 0
    """Times the server asked to wait, or was away."""
    found: bool = False
    """Whether the file was there at the last look."""


class FileWatch:
    """Watches one path. A batch is acknowledged by the server, then remembered here; never the other way round."""

    def __init__(
        self,
        path: Path,
        state: WatchState,
        sink: Sink,
        clock: Clock,
        *,
        source: str,
        format: str = "",  # noqa: A002 - the wire's name
        from_end: bool = False,
        named: str = "",
        poll_s: float = 0.5,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Construction reads nothing.

        Args:
            path: the log file; it need not exist yet.
            state: what is remembered of it.
            sink: where its lines go.
            clock: tells the time.
            source: the source's name.
            format: name of a format, or empty to recognise each record.
            from_end: the first time, leave out what the file has already.
            named: what people call the file; its path when empty.
            poll_s: pause between looks that found nothing new.
            pause: waits so many seconds.
        """
        self._path = path
        self._state = state
        self._sink = sink
        self._clock = clock
        self._source = source
        self._format = format
        self._from_end = from_end
        self._named = named or str(path)
        self._poll_s = poll_s
        self._pause = pause
        self.figures = WatchFigures()

    @property
    def activity(self) -> Activity:
        """What it is doing now."""
        figures = self.figures
        note = f"Follows {self._named}." if figures.batches or figures.found else f"Waits for {self._named}."
        return Activity(note=note, waiting_bytes=figures.waiting, pauses=figures.pauses)

    async def run(self) -> None:
        """Follow the file until cancelled.

        Raises:
            InvalidInputError: the state file is damaged.
            NetSentinelError: the server refuses; sending again would not help.
        """
        known = await asyncio.to_thread(self._state.load)
        generations = Generations(self._path, self._clock, known, from_end=self._from_end)
        try:
            while True:
                if not await self._step(generations):
                    await self._pause(self._poll_s)
        finally:
            generations.close()

    async def _step(self, generations: Generations) -> bool:
        """One look, and what it found to hand over; whether there was something."""
        if await asyncio.to_thread(generations.look):
            # Before the first of its bytes goes out: a stream whose name is forgotten would be sent again as another.
            await asyncio.to_thread(self._state.save, generations.known)
        self.figures.waiting = generations.waiting()
        self.figures.found = any(one.is_current for one in generations.known)
        for count in range(_PIECES_PER_LOOK):
            piece = await asyncio.to_thread(generations.read)
            if piece is None:
                return count > 0
            if generations.announce(piece):
                await asyncio.to_thread(self._state.save, generations.known)
            recorded = await self._deliver(piece) if piece.body else 0
            generations.acknowledge(piece, recorded)
            await asyncio.to_thread(self._state.save, generations.known)
        return True

    async def _deliver(self, piece: Piece) -> int:
        """Hand over, as often as it takes: the file waits meanwhile, and nothing is lost."""
        position = StreamPosition(piece.stream, piece.start, piece.end)
        batch = Outgoing(self._source, self._format, piece.body, position)
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                recorded = await self._sink.deliver(batch)
            except UnavailableError as busy:
                self.figures.pauses += 1
                stated = busy.extra.get("retry_after")
                wait_s = float(stated) if isinstance(stated, int | float) else pause_s
                _log.warning("watch_waits", path=str(self._path), detail=busy.detail, seconds=wait_s)
                await self._pause(wait_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            else:
                self.figures.batches += 1
                self.figures.size += len(piece.body)
                return recorded


class WatchOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which file is followed."""

    path: Annotated[str, Meta(min_length=1, max_length=1_024, description="The log file; it need not exist yet.")]
    from_end: Annotated[bool, Meta(description="The first time, leave out what the file has already.")] = False


class WatchKind:
    """The kind `watch`."""

    name = "watch"
    summary = "Follows a log file on the server's machine through rotation and truncation."
    options = WatchOptions

    def check(self, options: WatchOptions, place: Place) -> None:
        """Whether the file may be read.

        Raises:
            InvalidInputError: the path is not absolute, or a folder.
            NotAllowedError: it lies in no allowed folder.
        """
        if place.fence.path(options.path).is_dir():
            raise InvalidInputError(f"{options.path} is a folder; state a file, or use a source of the kind folder.")

    def build(self, options: WatchOptions, place: Place) -> FileWatch:
        """The watch. Links are followed now, not later: what the path names then is what was allowed."""
        path = place.fence.path(options.path)
        return FileWatch(
            path,
            WatchState(place.state, path),
            place.sink,
            place.clock,
            source=place.source,
            format=place.format,
            from_end=options.from_end,
            named=options.path,
        )

    async def test(self, options: WatchOptions, place: Place, running: Source | None) -> SourceTest:
        """Open the file, and look at its first lines."""
        path = place.fence.path(options.path)
        try:
            head = await asyncio.to_thread(_head, path)
        except FileNotFoundError:
            there, parent = path.parent.is_dir(), Path(options.path).parent
            what = f"{options.path} does not exist yet; it is read when it does."
            return SourceTest.of([Check(there, what if there else f"There is no folder {parent}.")])
        except OSError as error:
            return SourceTest.of([Check(ok=False, sentence=f"{options.path} cannot be read: {error.strerror}.")])
        checks = [Check(ok=True, sentence=f"{options.path} can be read.")]
        if running is not None and running.activity.waiting_bytes:
            checks.append(Check(ok=True, sentence=f"{running.activity.waiting_bytes:,} bytes are not read yet."))
        checks.append(Check(*sentence(recognised(head, place.clock.now(), place.format))))
        return SourceTest.of(checks)


def _head(path: Path) -> list[bytes]:
    """The first whole lines."""
    with open_regular(path) as file:
        lines = file.read(_SAMPLE_BYTES).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return [line.rstrip(b"\r") for line in lines[:-1] if line.strip()][:_SAMPLE_LINES]
