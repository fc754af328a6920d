"""Which formats some lines are in: what a test of a source says about what it finds."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from netsentinel.events.formats import FORMATS
from netsentinel.events.ports import Format, LineFormat
from netsentinel.events.tables import as_json, is_table
from netsentinel.kernel.types import DEFAULT_TENANT, Micros

UNKNOWN = ""
"""Counted for lines that would be rejected."""


def recognised(
    lines: Iterable[bytes], received_at: Micros, stated: str = "", formats: Mapping[str, Format] = FORMATS
) -> Counter[str]:
    """How many of the lines each format reads, as detection would read them.

    Args:
        lines: without their line ends; the first may be the header of a table.
        received_at: for formats whose times lack the year.
        stated: name of a format, or empty to recognise each line.
        formats: the known ones, in the order in which a line is offered to them.
    """
    given = list(lines)
    if given and is_table(given[0]):
        given = list(as_json(given))
    known = [formats[stated]] if stated in formats else list(formats.values())
    return Counter(_format_of(line, known, received_at, is_stated=stated in formats) for line in given)


def sentence(found: Counter[str]) -> tuple[bool, str]:
    """Whether every line was recognised, and a sentence that says so."""
    total = found.total()
    named = [f"{count} as {name}" for name, count in found.most_common() if name != UNKNOWN]
    if not total:
        return True, "There is no line yet."
    lines = "line" if total == 1 else "lines"
    if not named:
        return False, f"None of {total} {lines} is in a known format: they would be kept as rejected."
    known = total - found[UNKNOWN]
    return known == total, f"{known} of {total} {lines} recognised: {', '.join(named)}."


def _format_of(line: bytes, known: Iterable[Format], received_at: Micros, *, is_stated: bool) -> str:
    try:
        record = msgspec.json.decode(line, type=dict[str, object]) if line.startswith(b"{") else None
    except (msgspec.DecodeError, ValueError):
        return UNKNOWN
    for one in known:
        try:
            if record is not None and (is_stated or one.recognises(record)):
                one.parse(record, line, DEFAULT_TENANT, "")
                return one.name
            if record is None and isinstance(one, LineFormat) and (is_stated or one.recognises_line(line)):
                one.parse(one.decode(line, received_at), line, DEFAULT_TENANT, "")
                return one.name
        except ValueError:
            return UNKNOWN
    return UNKNOWN
