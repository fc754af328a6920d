"""How commands print: data on stdout as a table or JSON, talk on stderr, control characters stripped."""

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import msgspec
import typer

T = TypeVar("T")

_PIPE_WIDTH = 100_000
"""A pipe has no width: nothing is cut there."""


class Output(StrEnum):
    """What stdout gets."""

    TABLE = "table"
    JSON = "json"


OutputOption = Annotated[Output, typer.Option("-o", "--output", help="What stdout gets: a table or JSON.")]


def talk(text: str) -> None:
    """Say something to the person, not to the pipe."""
    typer.echo(printable(text), err=True)


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 rule`, `2,000 rules`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def stretch_words(stretch: int) -> str:
    """Microseconds in words, with nothing rounded: `2 days`, `1 hour 30 minutes`."""
    from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND

    words: list[str] = []
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        count, stretch = divmod(stretch, unit)
        words += [counted(count, name)] if count else []
    if stretch or not words:
        seconds = stretch / SECOND
        words.append(f"{seconds:g} second{'' if seconds == 1 else 's'}")
    return " ".join(words)


def print_json(value: Any) -> None:
    """One JSON value on a line."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A plain table, as wide as its content."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(printable(str(cell)).replace("\n", "\N{REPLACEMENT CHARACTER}")) for cell in row))
    Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH).print(table)


def print_records(
    output: Output, records: Sequence[T], columns: Sequence[str], row: Callable[[T], Sequence[object]]
) -> None:
    """Records as one JSON list, or as a table with a row of each."""
    if output is Output.JSON:
        print_json(records)
    else:
        print_table(columns, [row(record) for record in records])


def printable(text: str) -> str:
    """The text without control characters: log data must not drive the terminal."""
    return "".join(character if character.isprintable() or character in "\n\t" else "\ufffd" for character in text)
