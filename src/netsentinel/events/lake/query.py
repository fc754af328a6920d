"""Questions about events as SQL over Parquet files. Values are parameters, columns come from a fixed list."""

from collections.abc import Sequence
from typing import Any, cast

import re2

from netsentinel.events.lake.model import COLUMNS, FILTERS, GROUPINGS, EventFilter, EventKey, Terms
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.types import TenantId

SELECTED = ", ".join(f'"{name}"' for name in COLUMNS)
_TIMESTAMP = 'CASE WHEN "{0}" BETWEEN 0 AND 253402300799999999 THEN make_timestamp("{0}") END'
"""Microseconds as a `TIMESTAMP`: up to the year 9999, which is as far as Python can say them."""
HUNTED = ", ".join(
    {
        "time": f'"time", {_TIMESTAMP.format("time")} AS "time_utc"',
        "received_at": f'"received_at", {_TIMESTAMP.format("received_at")} AS "received_utc"',
        "raw": """CASE WHEN "raw" = '' THEN "native" ELSE "raw" END AS "raw\"""",
    }.get(name, f'"{name}"')
    for name in COLUMNS
)
"""The columns of the view that hunts see: times as `TIMESTAMP` beside the microseconds, and in `raw` every line as it
came, which is stored as `native` alone where it was JSON."""
_re2: Any = cast("Any", re2)  # it ships no types
_SQL_TYPES = {int: "BIGINT", str: "VARCHAR"}

TEMPLATE = ", ".join(f'"{name}" {_SQL_TYPES[kind]}' for name, kind in COLUMNS.items())
"""The columns as a table declares them."""

JSON_COLUMNS = "{" + ", ".join(f"'{name}': '{_SQL_TYPES[kind]}'" for name, kind in COLUMNS.items()) + "}"
"""The columns as `read_json` wants them."""


def quoted(text: str) -> str:
    """A text as an SQL literal, for the places that take no parameter."""
    return "'" + text.replace("'", "''") + "'"


def listed(paths: Sequence[str]) -> str:
    """Paths as an SQL list."""
    return "[" + ", ".join(quoted(path) for path in paths) + "]"


def rows_of(paths: Sequence[str]) -> str:
    """A relation with all columns, whatever columns the files have (an older file may lack some)."""
    if not paths:
        return "template"
    return f"(FROM template UNION ALL BY NAME FROM read_parquet({listed(paths)}, union_by_name = true))"


def clock_of(where: EventFilter) -> str:
    """The column that a range, an order and bars are about, as SQL."""
    return '"received_at"' if where.by_arrival else '"time"'


def newest_first(clock: str = '"time"') -> str:
    """The order of a list, by a column that `clock_of` gave."""
    return f'{clock} DESC, "batch" DESC, "number" DESC'


def condition(tenant: TenantId, where: EventFilter, after: EventKey | None = None) -> tuple[str, list[Any]]:
    """The WHERE clause and its parameters.

    Raises:
        InvalidFilterError: see `check`.
    """
    parts: list[str] = ['"tenant" = ?']
    values: list[Any] = [tenant]
    clock = clock_of(where)
    for comparison, at in (
        (f"{clock} >= ?", where.since),
        (f"{clock} < ?", where.until),
        ('"time" < ?', where.older_than),
    ):
        if at:
            parts.append(comparison)
            values.append(at)
    _add_terms(where.equal, "", parts, values)
    _add_terms(where.unequal, " IS NOT TRUE", parts, values)
    if where.ids:
        parts.append("(" + " OR ".join(['("batch" = ? AND "number" = ?)'] * len(where.ids)) + ")")
        values += [part for one in where.ids for part in one]
    for pattern in _patterns(where):
        parts.append("""(regexp_matches("native", ?) OR ("raw" <> '' AND regexp_matches("raw", ?)))""")
        values += [pattern, pattern]
    if after is not None:
        # The first comparison alone lets whole row groups be left out.
        parts.append(f'{clock} <= ? AND ({clock}, "batch", "number") < (?, ?, ?)')
        values += [after[0], *after]
    return " AND ".join(parts), values


def _add_terms(terms: Terms, verdict: str, parts: list[str], values: list[Any]) -> None:
    for column, given in terms:
        if column not in FILTERS:
            raise InvalidFilterError(f"There is no column {column!r} to filter by.", columns=sorted(FILTERS))
        parts.append(f'("{column}" IN ({", ".join("?" * len(given))})){verdict}')
        values += given


def value_of(column: str) -> str:
    """A column as SQL; a file that does not have it gives what is empty.

    Raises:
        InvalidFilterError: there is no such column.
    """
    if column not in FILTERS:
        raise InvalidFilterError(f"There is no column {column!r} to count.", columns=sorted(FILTERS))
    return f'coalesce("{column}", {"0" if COLUMNS[column] is int else quoted("")})'


def check_grouping(by: str) -> None:
    """Refuse a column that a histogram cannot be told apart by.

    Raises:
        InvalidFilterError: it is neither empty nor one of `GROUPINGS`.
    """
    if by and by not in GROUPINGS:
        raise InvalidFilterError(f"A histogram is told apart by one of {', '.join(sorted(GROUPINGS))}.", column=by)


def _patterns(where: EventFilter) -> list[str]:
    text = [f"(?i){_re2.escape(where.text)}"] if where.text else []
    return [*text, where.regex] if where.regex else text


def check(where: EventFilter) -> None:
    """Refuse a filter that cannot be asked.

    Raises:
        InvalidFilterError: an unknown column, a value of the wrong type, or no regular expression that RE2 takes.
    """
    for column, wanted in (*where.equal, *where.unequal):
        if column not in FILTERS:
            raise InvalidFilterError(f"There is no column {column!r} to filter by.", columns=sorted(FILTERS))
        if not wanted or any(type(value) is not COLUMNS[column] for value in wanted):
            kind = "whole numbers" if COLUMNS[column] is int else "texts"
            raise InvalidFilterError(f"{column} is compared with {kind}.", column=column)
    if where.regex:
        compiled(where.regex)


def compiled(regex: str) -> Any:
    """A regular expression, compiled.

    Raises:
        InvalidFilterError: RE2 does not take it.
    """
    options = _re2.Options()
    options.log_errors = False
    try:
        return _re2.compile(regex, options)
    except _re2.error as error:
        raise InvalidFilterError(f"The regular expression is not valid for RE2: {error}.") from None
