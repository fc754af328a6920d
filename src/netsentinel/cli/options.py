"""Options that several commands share; importing them costs nothing but typer."""

from typing import Annotated

import typer

ServerOption = Annotated[
    str, typer.Option("--server", envvar="NETSENTINEL_SERVER", help="Address of the server; the local one by default.")
]
KeyOption = Annotated[
    str,
    typer.Option(
        "--key", envvar="NETSENTINEL_KEY", help="API key; for the server on this machine its local key file is used."
    ),
]


def time_of(text: str) -> int:
    """Microseconds of an ISO 8601 time; 0 for an empty text.

    Raises:
        InvalidInputError: the text is no time.
    """
    from netsentinel.kernel.clock import from_iso
    from netsentinel.kernel.errors import InvalidInputError

    try:
        return from_iso(text) if text else 0
    except ValueError as error:
        raise InvalidInputError(f"{text!r} is no time; write for example 2026-06-01T12:00:00Z.") from error


def stretch_of(text: str) -> int:
    """Microseconds of a stretch of time such as `90s`, `15m`, `1h30m` or `2d`; 0 for an empty text.

    Raises:
        InvalidInputError: the text is no such stretch.
    """
    import re

    from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
    from netsentinel.kernel.errors import InvalidInputError

    parts = re.fullmatch(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?", text, re.ASCII)
    if parts is None:
        raise InvalidInputError(f"{text!r} is no stretch of time; write for example 90s, 15m, 1h30m or 2d.")
    counts = (int(count or 0) for count in parts.groups())
    return sum(count * unit for count, unit in zip(counts, (DAY, HOUR, MINUTE, SECOND), strict=True))
