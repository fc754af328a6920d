"""Reading records from files: plain, gzip, zip, whole folders; never more than one record in memory.

NDJSON and lines of text come line by line. A file that holds one JSON array, or one object over many lines, comes
record by record. Rows under a header (Zeek's classic logs, CSV) and Windows' .evtx files come as JSON objects, packet
captures as the records that Zeek would write of them.
"""

import gzip
import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2s
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO, cast

from netsentinel.events.archive import (
    MAX_UNPACKED_BYTES,
    Budget,
    Unpacking,
    check_members,
    skipped,
    step_of,
)
from netsentinel.events.array import array_items, is_array, one_value
from netsentinel.events.captures import MAGICS, capture_records
from netsentinel.events.evtx import EVTX_MAGIC, evtx_records
from netsentinel.events.lines import MAX_LINE_BYTES, LongLine, split_lines
from netsentinel.events.tables import as_json, is_table
from netsentinel.kernel.errors import MalformedBodyError, NotFoundError, TooLargeError
from netsentinel.kernel.regular_file import open_regular

SUFFIXES = frozenset(
    {".json", ".jsonl", ".ndjson", ".log", ".eve", ".txt", ".csv", ".tsv", ".cef", ".binetflow", ".evtx"}
    | {".pcap", ".pcapng", ".cap"}
)
"""What is read of a folder or an archive, also with .gz or a rotation's ending behind it (`auth.log.1`); a file that is
named itself is read in any case."""

MAX_DOCUMENT_BYTES = 512 * 1024 * 1024
"""Largest file that is one JSON document or an .evtx; such a file has to be held as a whole."""

_NAME_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-")
_MOST_NAME = 64
"""Characters of a source's name."""
_MOST_GROUP = 32
"""So many of them may be those of the folder or archive that the file is in."""
_MOST_FOLDERS = 8
"""So many of the folders that a file is in may come before its name, to tell it from others."""
_MARK_BYTES = 3
_NUMBER = 6
"""Characters of a hyphen and a number behind it."""
_PACKINGS = (".gz", ".zip", ".zst")
_ROTATED = re.compile(
    rf"(?P<log>.+(?:{'|'.join(map(re.escape, sorted(SUFFIXES)))}))[._-](?:\d[\w:.-]*|old|prev)"
    r"|(?P<plain>[^.]+)(?:\.\d{1,3}|[.-](?:19|20)\d{6})"
)
"""What rotation calls a log that it puts aside: `auth.log.1`, `eve.json-20260131`; `syslog.1`, `messages-20260131`."""
_ROTATED_ZEEK = re.compile(r"(?P<log>.+)(?:\.\d\d:\d\d:\d\d-\d\d:\d\d:\d\d)\.log")
"""Zeek's own names: `conn.00:00:00-01:00:00.log`."""
_MOST_ROTATED = 255
"""Characters of a file's name; those of an archive's members may have more, and are taken as they are."""
_HEAD_BYTES = 1024
_CHUNK = 256 * 1024
_HOLE = re.compile(rb"\0{8,}")
_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGIC = b"PK\x03\x04"
_BOM = b"\xef\xbb\xbf"
_NEWLINES_TO_SPACES = bytes.maketrans(b"\r\n", b"  ")


_Readable = BinaryIO | Unpacking


def read_records(
    paths: Iterable[Path],
    *,
    max_line: int = MAX_LINE_BYTES,
    on_cut: Callable[[str], None] = lambda _: None,
    on_skip: Callable[[str], None] = lambda _: None,
    on_capture: Callable[[str], None] = lambda _: None,
) -> Iterator[tuple[str, bytes]]:
    """Every record of files, folders (sorted, with sub-folders) and archives, with the path it comes from.

    Args:
        paths: what to read. Members of an archive are called `archive.zip!member`.
        max_line: a longer record comes cut, as a `LongLine`.
        on_cut: told of each record that was cut, in a sentence.
        on_skip: told of each folder or archive with files that are not read, in a sentence. Hidden ones do not count.
        on_capture: told of each packet capture what became of its packets, in a sentence.

    Raises:
        NotFoundError: a path does not exist.
        MalformedBodyError: a file is broken: its gzip or zip ends early, or its JSON document is not valid.
        TooLargeError: a file is one JSON document that is too large to be held, or a packed one unpacks to too much.
    """
    for path in paths:
        for name, stream in _streams(path, on_skip):
            for number, record in enumerate(_records(name, stream, max_line, on_capture), start=1):
                if type(record) is LongLine:
                    on_cut(f"{name}: record {number} is longer than {max_line} bytes and was cut.")
                yield name, record


def _streams(path: Path, on_skip: Callable[[str], None]) -> Iterator[tuple[str, _Readable]]:
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*")) if file.is_file()]
        wanted = [file for file in files if _is_wanted(file.name) or file.suffix.lower() == ".zip"]
        read = set(wanted)
        _tell(on_skip, path, (file.name for file in files if file not in read and not file.name.startswith(".")))
        for file in wanted:
            yield from _file(file, on_skip)
    elif path.exists():
        yield from _file(path, on_skip)
    else:
        raise NotFoundError(f"There is no file or folder {path}.", path=str(path))


def _is_wanted(name: str) -> bool:
    return not name.startswith(".") and not SUFFIXES.isdisjoint(Path(name.lower()).suffixes)


def _tell(on_skip: Callable[[str], None], where: Path, names: Iterable[str]) -> None:
    if sentence := skipped(str(where), names):
        on_skip(sentence)


def _file(file: Path, on_skip: Callable[[str], None]) -> Iterator[tuple[str, _Readable]]:
    try:
        stream = open_regular(file)
    except OSError as error:
        raise NotFoundError(f"{file} cannot be read: {error.strerror}.", path=str(file)) from None
    with stream:
        magic = stream.read(len(_ZIP_MAGIC))
        stream.seek(0)
        if magic == _ZIP_MAGIC:
            yield from _members(file, stream, on_skip)
        else:
            yield str(file), _unzipped(str(file), stream, magic, os.fstat(stream.fileno()).st_size, None)


def _members(file: Path, packed_file: BinaryIO, on_skip: Callable[[str], None]) -> Iterator[tuple[str, _Readable]]:
    budget = Budget(str(file), MAX_UNPACKED_BYTES)
    with _reading(str(file)), zipfile.ZipFile(packed_file) as archive:
        check_members(str(file), len(archive.infolist()))
        members = [one for one in archive.infolist() if not one.is_dir() and not _is_hidden(one)]
        wanted = [one for one in members if _is_wanted(Path(one.filename).name)]
        _tell(on_skip, file, (one.filename for one in members if not _is_wanted(Path(one.filename).name)))
        for member in sorted(wanted, key=lambda one: one.filename):
            name = f"{file}!{member.filename}"
            with archive.open(member) as stream:
                magic = stream.read(len(_GZIP_MAGIC))
                stream.seek(0)
                packed = member.compress_size
                bounded = Unpacking(name, cast("BinaryIO", stream), packed, budget, step=step_of(member))
                yield name, _unzipped(name, cast("BinaryIO", bounded), magic, packed, budget)


def _is_hidden(member: zipfile.ZipInfo) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in Path(member.filename).parts)


def _unzipped(name: str, stream: BinaryIO, magic: bytes, packed: int, budget: Budget | None) -> _Readable:
    if magic[: len(_GZIP_MAGIC)] == _GZIP_MAGIC:
        return Unpacking(name, cast("BinaryIO", gzip.GzipFile(fileobj=stream, mode="rb")), packed, budget)
    return stream


def _records(name: str, stream: _Readable, max_line: int, on_capture: Callable[[str], None]) -> Iterator[bytes]:
    with _reading(name):
        head = stream.read(_CHUNK).removeprefix(_BOM)
        if head.startswith(MAGICS):
            yield from capture_records(head, stream, on_end=lambda account: on_capture(account.describe(name)))
            return
        if head.startswith(EVTX_MAGIC):
            yield from evtx_records(name, _whole(name, head, stream))
            return
        if _is_document(head):
            yield from _document(name, head, stream)
            return
        lines = (line for found in split_lines(_chunks(head, stream), max_line) for line in found)
        yield from as_json(lines) if is_table(head.lstrip().partition(b"\n")[0]) else lines


def is_foreign(path: Path) -> bool:
    """Whether a file is plainly none of events: binary, and no capture, event log or archive. A folder is not.

    NUL bytes at the beginning do not count, which copying and truncating leaves in a log, nor by the eight and more
    anywhere, as a power cut does.
    """
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:  # whoever reads it says why it cannot be read
        return False
    known = (*MAGICS, EVTX_MAGIC, _ZIP_MAGIC, _GZIP_MAGIC)
    text = _HOLE.sub(b"", head).lstrip(b"\0")
    if len(head) == _HEAD_BYTES:
        text = text.rstrip(b"\0")  # the beginning of eight, maybe
    return not head.startswith(known) and b"\0" in text


def _chunks(head: bytes, stream: _Readable) -> Iterator[bytes]:
    chunk = head
    while chunk:
        yield chunk
        chunk = stream.read(_CHUNK)


def _is_document(head: bytes) -> bool:
    """Whether a file is one JSON document: an array, or an object whose first line is not yet a whole one."""
    text = head.lstrip()
    if text.startswith(b"["):
        return text[1:].lstrip()[:1] in {b"{", b"[", b"]", b""}
    if not text.startswith(b"{"):
        return False
    line = text.partition(b"\n")[0].rstrip()
    return line == b"{" or (line.endswith(b",") and b"\n" in text)


def _whole(name: str, head: bytes, stream: _Readable) -> bytes:
    content = io.BytesIO()
    for chunk in _chunks(head, stream):
        if content.tell() + len(chunk) > MAX_DOCUMENT_BYTES:
            raise TooLargeError(
                f"{name} is one document of more than {MAX_DOCUMENT_BYTES} bytes; write one record per line.",
                limit=MAX_DOCUMENT_BYTES,
            )
        content.write(chunk)
    return content.getvalue()


def _document(name: str, head: bytes, stream: _Readable) -> Iterator[bytes]:
    text = _whole(name, head, stream)
    try:
        for item in array_items(text) if is_array(text) else (one_value(text),):
            yield item.translate(_NEWLINES_TO_SPACES)
    except MalformedBodyError as error:
        raise MalformedBodyError(name + error.detail.removeprefix("The body"), path=name) from None


@contextmanager
def _reading(name: str) -> Generator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise MalformedBodyError(f"{name} is broken: {error}", path=name) from None


def source_name(path: str, most: int = _MOST_NAME) -> str:
    """A source's name for a file: its stem without compression and format endings, in the characters allowed.

    Args:
        path: of the file.
        most: characters of the name. Of a longer one there are both ends, and a mark between them that keeps it apart
            from others with the same ends.
    """
    return _cut(_allowed(_stem(path)), most) or "file"


def _stem(path: str) -> str:
    name = Path(path).name
    for ending in (*_PACKINGS, ".jsonl", ".json", ".ndjson", ".log", ".evtx", ".pcap", ".pcapng"):
        name = name.removesuffix(ending)
    return name


def _allowed(name: str) -> str:
    return "".join(character if character in _NAME_ALLOWED else "-" for character in name).strip("-._:")


def _cut(name: str, most: int) -> str:
    if len(name) <= most:
        return name
    mark = blake2s(name.encode(), digest_size=_MARK_BYTES).hexdigest()
    end = (most - len(mark) - 2) // 2
    return f"{name[: most - len(mark) - 2 - end].rstrip('-._:')}-{mark}-{name[-end:].lstrip('-._:')}"


def _unrotated(path: str) -> str:
    """Where the log was of which rotation put a file aside; the path itself, without packing, of any other file."""
    start = max(path.rfind("/"), path.rfind("!")) + 1
    name = path[start:]
    for packing in _PACKINGS:
        name = name.removesuffix(packing)
    if len(name) <= _MOST_ROTATED:
        found = (_ROTATED_ZEEK if Path(name).suffix in SUFFIXES else _ROTATED).fullmatch(name)
        name = next(filter(None, found.groups())) if found else name
    return path[:start] + name


class SourceNames:
    """Names for several files: a log and what rotation put aside of it have one.

    Files of one name in different folders get different names: the folder's before it. So do folders and archives of
    one name, which come before the names of their files.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._by_owner: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()
        self._groups: dict[str, str] = {}
        self._groups_taken: set[str] = set()
        self._numbers: dict[str, Iterator[int]] = {}

    def of(self, path: str, named: str = "") -> str:
        """The source's name for a file, the same each time; rotated siblings in one folder share it.

        Args:
            path: of the file, as `read_records` calls it.
            named: the path that was to be read; of a file in a folder or an archive, its name and a colon come first,
                unless both are called the same.
        """
        name = self._names.get(path)
        if name is None:
            log, group = _unrotated(path), named if named != path else ""
            owner = (str(Path(log).parent), _stem(log))
            name = self._by_owner.get(owner)
            if name is None:
                name = self._by_owner[owner] = next(one for one in self._candidates(log, group) if self._take(one))
            self._names[path] = name
        return name

    def _take(self, name: str) -> bool:
        is_free = name not in self._taken
        self._taken.add(name)
        return is_free

    def _group(self, whole: Path) -> str:
        """The name of a folder or an archive, the same each time."""
        group = self._groups.get(str(whole))
        if group is None:
            named = chain((whole.name, f"{whole.parent.name}-{whole.name}"), (f"{n}-{whole.name}" for n in count(2)))
            short = (source_name(one.replace(":", "-"), _MOST_GROUP) for one in named)
            group = self._groups[str(whole)] = next(one for one in short if one not in self._groups_taken)
            self._groups_taken.add(group)
        return group

    def _candidates(self, path: str, named: str) -> Iterator[str]:
        group, inner = "", path
        if named:
            whole = str(Path(named).absolute())
            inner = path[len(named) + 1 :] if path.startswith((f"{named}/", f"{named}!")) else path
            if _stem(inner) == _stem(whole):
                yield source_name(whole)
            group = self._group(Path(whole)) + ":"
        most, stem = _MOST_NAME - len(group), _allowed(_stem(inner)) or "file"
        name = _cut(stem, most)
        yield group + name
        folders = [part for part in Path(inner).parent.parts[-_MOST_FOLDERS:] if part != "/"]
        for depth in range(1, len(folders) + 1):
            yield group + _cut(_allowed("-".join((*folders[-depth:], stem))), most)
        for number in self._numbers.setdefault(group + name, count(2)):
            yield f"{group}{name[: most - _NUMBER]}-{number}"
