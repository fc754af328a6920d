"""A consistent copy of an SQLite database that may be in use."""

from pathlib import Path

import apsw

from netsentinel.kernel.errors import UnavailableError


def snapshot(database: Path, copy: Path) -> None:
    """Write everything that was committed until now into a new file that only its owner can read.

    Raises:
        UnavailableError: the database cannot be read, or the copy not be written; no copy stays.
        OSError: there is something at the place of the copy, or it cannot be made.
    """
    copy.touch(mode=0o600, exist_ok=False)
    try:
        connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.set_busy_timeout(60_000)
            connection.execute("VACUUM INTO ?", (str(copy),))  # pyright: ignore[reportUnknownMemberType] - of bindings
        finally:
            connection.close()
    except apsw.Error as error:
        copy.unlink(missing_ok=True)
        raise UnavailableError(f"The database could not be copied: {error}.") from error
