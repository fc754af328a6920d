"""Reading records from files: plain, gzip, zip, whole folders; never more than one record in memory.

NDJSON and lines of text come line by line. A file that holds one JSON array, or one object over many lines, comes
record by record. Rows under a header (Zeek's classic logs, CSV) and Windows' .evtx files come as JSON objects.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from netsentinel.events.array import array_items, is_array, one_value
from netsentinel.events.evtx import EVTX_MAGIC, evtx_records
from netsentinel.events.lines import MAX_LINE_BYTES, LongLine, split_lines
from netsentinel.events.tables import as_json, is_table
from netsentinel.kernel.errors import MalformedBodyError, NotFoundError, TooLargeError

SUFFIXES = frozenset(
    {".json", ".jsonl", ".ndjson", ".log", ".eve", ".txt", ".csv", ".tsv", ".cef", ".binetflow", ".evtx"}
)
"""What is read of a folder or an archive, also with .gz or a rotation's ending behind it (`auth.log.1`); a file that is
named itself is read in any case."""

MAX_DOCUMENT_BYTES = 512 * 1024 * 1024
"""Largest file that is one JSON document or an .evtx; such a file has to be held as a whole."""

_CHUNK = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGIC = b"PK\x03\x04"
_BOM = b"\xef\xbb\xbf"
_NEWLINES_TO_SPACES = bytes.maketrans(b"\r\n", b"  ")


def read_records(
    paths: Iterable[Path],
    *,
    max_line: int = MAX_LINE_BYTES,
    on_cut: Callable[[str], None] = lambda _: None,
) -> Iterator[tuple[str, bytes]]:
    """Every record of files, folders (sorted, with sub-folders) and archives, with the path it comes from.

    Args:
        paths: what to read. Members of an archive are called `archive.zip!member`.
        max_line: a longer record comes cut, as a `LongLine`.
        on_cut: told of each record that was cut, in a sentence.

    Raises:
        NotFoundError: a path does not exist.
        MalformedBodyError: a file is broken: its gzip or zip ends early, or its JSON document is not valid.
        TooLargeError: a file is one JSON document that is too large to be held.
    """
    for path in paths:
        for name, stream in _streams(path):
            for number, record in enumerate(_records(name, stream, max_line), start=1):
                if type(record) is LongLine:
                    on_cut(f"{name}: record {number} is longer than {max_line} bytes and was cut.")
                yield name, record


def _streams(path: Path) -> Iterator[tuple[str, BinaryIO]]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file() and (_is_wanted(file.name) or file.suffix.lower() == ".zip"):
                yield from _file(file)
    elif path.exists():
        yield from _file(path)
    else:
        raise NotFoundError(f"There is no file or folder {path}.", path=str(path))


def _is_wanted(name: str) -> bool:
    return not name.startswith(".") and not SUFFIXES.isdisjoint(Path(name.lower()).suffixes)


def _file(file: Path) -> Iterator[tuple[str, BinaryIO]]:
    try:
        stream = file.open("rb")
    except OSError as error:
        raise NotFoundError(f"{file} cannot be read: {error.strerror}.", path=str(file)) from None
    with stream:
        magic = stream.read(len(_ZIP_MAGIC))
        stream.seek(0)
        if magic == _ZIP_MAGIC:
            yield from _members(file)
        else:
            yield str(file), _unzipped(stream, magic)


def _members(file: Path) -> Iterator[tuple[str, BinaryIO]]:
    with _reading(str(file)), zipfile.ZipFile(file) as archive:
        for member in sorted(archive.infolist(), key=lambda one: one.filename):
            hidden = any(part.startswith((".", "__MACOSX")) for part in Path(member.filename).parts)
            if member.is_dir() or hidden or not _is_wanted(Path(member.filename).name):
                continue
            with archive.open(member) as stream:
                magic = stream.read(len(_GZIP_MAGIC))
                stream.seek(0)
                yield f"{file}!{member.filename}", _unzipped(cast("BinaryIO", stream), magic)


def _unzipped(stream: BinaryIO, magic: bytes) -> BinaryIO:
    if magic[: len(_GZIP_MAGIC)] == _GZIP_MAGIC:
        return cast("BinaryIO", gzip.GzipFile(fileobj=stream, mode="rb"))
    return stream


def _records(name: str, stream: BinaryIO, max_line: int) -> Iterator[bytes]:
    with _reading(name):
        head = stream.read(_CHUNK).removeprefix(_BOM)
        if head.startswith(EVTX_MAGIC):
            yield from evtx_records(name, _whole(name, head, stream))
            return
        if _is_document(head):
            yield from _document(name, head, stream)
            return
        lines = (line for found in split_lines(_chunks(head, stream), max_line) for line in found)
        yield from as_json(lines) if is_table(head.lstrip().partition(b"\n")[0]) else lines


def _chunks(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
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


def _whole(name: str, head: bytes, stream: BinaryIO) -> bytes:
    content = io.BytesIO()
    for chunk in _chunks(head, stream):
        if content.tell() + len(chunk) > MAX_DOCUMENT_BYTES:
            raise TooLargeError(
                f"{name} is one document of more than {MAX_DOCUMENT_BYTES} bytes; write one record per line.",
                limit=MAX_DOCUMENT_BYTES,
            )
        content.write(chunk)
    return content.getvalue()


def _document(name: str, head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    text = _whole(name, head, stream)
    try:
        for item in array_items(text) if is_array(text) else (one_value(text),):
            yield item.translate(_NEWLINES_TO_SPACES)
    except MalformedBodyError as error:
        raise MalformedBodyError(f"{name} is no valid JSON. {error.detail}", path=name) from None


@contextmanager
def _reading(name: str) -> Generator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise MalformedBodyError(f"{name} is broken: {error}", path=name) from None
