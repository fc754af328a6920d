"""Windows' own log files (.evtx), record by record as JSON, with the `evtx` package."""

import io
from collections.abc import Iterator

from evtx import PyEvtxParser

from netsentinel.events.lines import Unreadable
from netsentinel.kernel.errors import MalformedBodyError

EVTX_MAGIC = b"ElfFile\x00"


def evtx_records(name: str, content: bytes) -> Iterator[bytes]:
    """Every record as nested JSON (`Event.System`, `Event.EventData`); a broken one comes as an `Unreadable` line.

    A chunk (64 KiB) that is broken as a whole comes as one such line that names its records.

    Raises:
        MalformedBodyError: the file's own header cannot be read.
    """
    try:
        records = PyEvtxParser(io.BytesIO(content)).records_json()
    except (OSError, RuntimeError, ValueError) as error:
        raise MalformedBodyError(f"{name} is no readable .evtx: {error}", path=name) from None
    while True:
        try:
            record = next(records, None)
        except (OSError, RuntimeError, ValueError) as error:
            yield Unreadable(f"an unreadable record of an .evtx: {error}".encode(), f"a broken .evtx record: {error}")
            continue
        if record is None:
            return
        yield _line(record["data"])


_NEWLINES = bytes.maketrans(b"\r\n", b"  ")


def _line(data: str) -> bytes:
    """On one line: line ends can only stand between tokens, inside of texts they are escaped."""
    return data.encode("utf-8", "backslashreplace").translate(_NEWLINES)
