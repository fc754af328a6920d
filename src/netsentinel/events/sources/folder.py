"""Reads files that appear in a folder, each once: when it is finished, whole, and then it is moved out of the way.

A file is finished when nobody has written to it for some seconds; one that is renamed into the folder is finished at
once. How far it was handed over is the server's to know: a file that is read again after a crash goes on behind it.
"""

import asyncio
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO, Final, Literal

import msgspec
import structlog
from msgspec import Meta

from netsentinel.events.files import read_records
from netsentinel.events.positions import StreamPosition
from netsentinel.events.recognition import recognised, sentence
from netsentinel.events.sources.port import Activity, Check, Outgoing, Patience, Place, Source, SourceTest
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.disk import write_whole
from netsentinel.kernel.errors import InvalidInputError, NetSentinelError
from netsentinel.kernel.regular_file import open_regular
from netsentinel.kernel.types import Micros

_log = structlog.get_logger("netsentinel.folder")

READ: Final = "read"
FAILED: Final = "failed"
"""Sub-folders that files are moved to."""
_BATCH_LINES: Final = 5_000
_POLL_S: Final = 1.0
_SAMPLE_LINES: Final = 20
_UNFINISHED: Final = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp", "~")
"""What programs append to the name of a file that they still write."""


class FolderOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which folder is watched, and what becomes of a file that was read."""

    path: Annotated[str, Meta(min_length=1, max_length=1_024, description="The folder; it is made when it is missing.")]
    pattern: Annotated[str, Meta(min_length=1, max_length=128, description="Names that are read: `*.json.gz`.")] = "*"
    quiet_seconds: Annotated[
        int, Meta(ge=1, le=3_600, description="A file that nobody wrote to for so long is finished.")
    ] = 5
    when_read: Annotated[
        Literal["move", "delete", "keep"],
        Meta(description="`move` to the sub-folder `read`, `delete`, or `keep` in place and remember it."),
    ] = "move"


class _Begun(msgspec.Struct, frozen=True):
    """A file that is being read."""

    name: str
    inode: int
    stream: str


class _State(msgspec.Struct):
    begun: _Begun | None = None
    read: dict[str, tuple[int, int, int]] = {}
    """Kept files that were read: name -> inode, size, time of the last change in ns."""


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    inode: int
    size: int
    changed_ns: int

    @property
    def mark(self) -> tuple[int, int, int]:
        return self.inode, self.size, self.changed_ns


class FolderSource:
    """Reads one folder; sub-folders, hidden files, links and unfinished files are left alone."""

    def __init__(self, options: FolderOptions, path: Path, place: Place, *, poll_s: float = _POLL_S) -> None:
        """Construction reads nothing.

        Args:
            options: as configured.
            path: the folder, as it may be opened.
            place: the source's surroundings.
            poll_s: pause between looks.
        """
        self._options = options
        self._path = path
        self._place = place
        self._poll_s = poll_s
        self.activity = Activity(note=f"Reads files that appear in {options.path}.")
        self._patience = Patience(place.sink, self.activity)
        self._state = _State()
        self._seen: dict[str, tuple[_File, Micros]] = {}
        """What each file was at which look, since it last changed."""

    async def run(self) -> None:
        """Read files as they are finished, until cancelled.

        Raises:
            OSError: the folder cannot be read or made, or files cannot be moved in it.
            InvalidInputError: the state file is damaged.
            NetSentinelError: the server refuses; sending again would not help.
        """
        await asyncio.to_thread(self._open)
        while True:
            for file in await asyncio.to_thread(self._finished):
                await self._take(file)
            await asyncio.sleep(self._poll_s)

    def waiting(self) -> list[_File]:
        """What is there and not read, the oldest first.

        Raises:
            OSError: the folder cannot be read.
        """
        found: list[_File] = []
        with os.scandir(self._path) as entries:
            for entry in entries:
                if not entry.is_file(follow_symlinks=False) or not self._is_wanted(entry.name):
                    continue
                state = entry.stat(follow_symlinks=False)
                file = _File(entry.name, state.st_ino, state.st_size, state.st_mtime_ns)
                if self._state.read.get(file.name) != file.mark:
                    found.append(file)
        return sorted(found, key=lambda file: (file.changed_ns, file.name))

    def _is_wanted(self, name: str) -> bool:
        is_left = name.startswith(".") or name.lower().endswith(_UNFINISHED)
        return not is_left and fnmatchcase(name, self._options.pattern)

    def _finished(self) -> list[_File]:
        """The files that nobody writes to any more."""
        now, quiet = self._place.clock.now(), self._options.quiet_seconds * SECOND
        files = self.waiting()
        self.activity.waiting_bytes = sum(file.size for file in files)
        self._seen = {
            file.name: self._seen[file.name]
            if file.name in self._seen and self._seen[file.name][0] == file
            else (file, now)
            for file in files
        }
        # A clock that runs otherwise than the file's shows nothing: then it counts how long the file has been watched.
        return [
            file for file in files if now - file.changed_ns // 1_000 >= quiet or now - self._seen[file.name][1] >= quiet
        ]

    async def _take(self, file: _File) -> None:
        """Hand a file over and put it away."""
        stream = await asyncio.to_thread(self._begin, file)
        try:
            opened = await asyncio.to_thread(self._open_file, file)
        except OSError as error:
            self._complain(f"{file.name} cannot be read: {error.strerror}.")
            return
        with opened:
            fault = await self._hand_over(file, opened.fileno(), stream)
            state = os.fstat(opened.fileno())
        if (state.st_size, state.st_mtime_ns) != (file.size, file.changed_ns):
            self._complain(f"{file.name} was written to while it was read; it is read on when it is finished.")
            return
        await asyncio.to_thread(self._put_away, file, fault)

    async def _hand_over(self, file: _File, descriptor: int, stream: str) -> str:
        """Every record of the file behind what the server has; what made the rest unreadable, or empty."""
        path = f"/dev/fd/{descriptor}"
        records = _records(Path(path), self._place.max_line)
        at = recorded = 0
        while True:
            try:
                lines = await asyncio.to_thread(lambda: list(islice(records, _BATCH_LINES)))
            except NetSentinelError as error:
                fault = f"{file.name}: {error.detail.replace(path, file.name)}"
                self._complain(fault)
                return fault
            if not lines:
                return ""
            fresh = lines[max(0, recorded - at) :]
            start, at = at + len(lines) - len(fresh), at + len(lines)
            while fresh:
                position = StreamPosition(stream, start, at)
                body = b"\n".join(fresh) + b"\n"
                end = await self._patience.deliver(Outgoing(self._place.source, self._place.format, body, position))
                recorded = max(recorded, end)
                if end == at or end <= start:
                    break
                fresh, start = fresh[end - start :], end

    def _open_file(self, file: _File) -> BinaryIO:
        """The file itself, never what a link names that somebody put in its place."""
        opened = open_regular(self._path / file.name, is_link_followed=False)
        if os.fstat(opened.fileno()).st_ino == file.inode:
            return opened
        opened.close()
        raise OSError(0, "it is not the file that it was")

    def _begin(self, file: _File) -> str:
        """The name of the file's stream, on disk before the first record goes out."""
        begun = self._state.begun
        if begun is None or (begun.name, begun.inode) != (file.name, file.inode):
            begun = self._state.begun = _Begun(file.name, file.inode, secrets.token_hex(8))
            self._save()
        return begun.stream

    def _put_away(self, file: _File, fault: str) -> None:
        source = self._path / file.name
        if not fault and self._options.when_read == "keep":
            self._state.read[file.name] = file.mark
        elif not fault and self._options.when_read == "delete":
            source.unlink(missing_ok=True)
        else:
            folder = self._path / (FAILED if fault else READ)
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.is_symlink():  # whoever may write here must not choose where files go
                folder.unlink()
                folder.mkdir(mode=0o700)
            target, number = folder / file.name, 0
            while target.exists():
                number += 1
                target = folder / f"{file.name}.{number}"
            source.rename(target)
        self._state.begun = None
        self._state.read = {name: mark for name, mark in self._state.read.items() if (self._path / name).exists()}
        self._save()
        _log.info("file_read", source=self._place.source, file=file.name, fault=fault)

    def _open(self) -> None:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._state = msgspec.json.decode(self._state_file.read_bytes(), type=_State)
        except FileNotFoundError:
            self._state = _State()
        except msgspec.DecodeError as error:
            raise InvalidInputError(f"The state file {self._state_file} is damaged ({error}).") from error

    @property
    def _state_file(self) -> Path:
        return self._place.state / "folder.json"

    def _save(self) -> None:
        write_whole(self._state_file, msgspec.json.encode(self._state))

    def _complain(self, error: str) -> None:
        self.activity.error, self.activity.error_at = error, self._place.clock.now()


class FolderKind:
    """The kind `folder`."""

    name = "folder"
    summary = "Reads finished files that appear in a folder on the server's machine, each once; archives too."
    options = FolderOptions

    def check(self, options: FolderOptions, place: Place) -> None:
        """Whether the folder may be read.

        Raises:
            InvalidInputError: the path is not absolute, or a file.
            NotAllowedError: it lies in no allowed folder.
        """
        if place.fence.path(options.path).is_file():
            raise InvalidInputError(f"{options.path} is a file; use a source of the kind watch.", field="path")

    def build(self, options: FolderOptions, place: Place) -> FolderSource:
        """The reader. Links are followed now, not later."""
        return FolderSource(options, place.fence.path(options.path), place)

    async def test(self, options: FolderOptions, place: Place, running: Source | None) -> SourceTest:
        """Look into the folder, and at the first lines of the file that comes next."""
        path = place.fence.path(options.path)
        reader = running if isinstance(running, FolderSource) else FolderSource(options, path, place)
        try:
            files = await asyncio.to_thread(reader.waiting)
        except FileNotFoundError:
            told = f"{options.path} does not exist yet; it is made at the start."
            return SourceTest.of([Check(ok=True, sentence=told)])
        except OSError as error:
            return SourceTest.of([Check(ok=False, sentence=f"{options.path} cannot be read: {error.strerror}.")])
        checks = [Check(ok=True, sentence=f"{options.path} can be read; {len(files):,} files wait.")]
        if options.when_read != "keep" and not os.access(path, os.W_OK | os.X_OK):
            checks.append(
                Check(ok=False, sentence=f"Files cannot be moved in {options.path}: it cannot be written to.")
            )
        if files:
            checks.append(await asyncio.to_thread(_look_into, path / files[0].name, place))
        if reader.activity.error:
            checks.append(Check(ok=False, sentence=reader.activity.error))
        return SourceTest.of(checks)


def _look_into(path: Path, place: Place) -> Check:
    try:
        file = open_regular(path, is_link_followed=False)
    except OSError as error:
        return Check(ok=False, sentence=f"{path.name} cannot be read: {error.strerror}.")
    with file:
        opened = f"/dev/fd/{file.fileno()}"
        try:
            lines = list(islice(_records(Path(opened), place.max_line), _SAMPLE_LINES))
        except NetSentinelError as error:
            return Check(ok=False, sentence=f"{path.name}: {error.detail.replace(opened, path.name)}")
    ok, told = sentence(recognised(lines, place.clock.now(), place.format))
    return Check(ok, f"{path.name}: {told}")


def _records(path: Path, max_line: int) -> Iterator[bytes]:
    for _, record in read_records([path], max_line=max_line):
        yield record
