"""Page cursors: opaque to callers, the sort key of the last row to us."""

import base64
from collections.abc import Sequence
from typing import Final

import msgspec

from netsentinel.kernel.errors import InvalidCursorError

CursorKey = tuple[int | float | str, ...]

_INT64: Final = range(-(2**63), 2**63)
_UNCHANGED: Final = "Use the `next` value of the previous page, unchanged."


def encode_cursor(key: Sequence[int | float | str]) -> str:
    """The cursor that continues after the row with this sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(list(key))).rstrip(b"=").decode()


def decode_cursor(cursor: str, *kinds: type[int] | type[float] | type[str]) -> CursorKey:
    """The sort key in a cursor, whose parts have these types.

    Raises:
        InvalidCursorError: it was not made by `encode_cursor` for the same list.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        parts = msgspec.json.decode(raw, type=list[int | float | str])
    except (ValueError, msgspec.DecodeError) as error:
        raise InvalidCursorError(_UNCHANGED) from error
    if len(parts) != len(kinds) or any(not _is(part, kind) for part, kind in zip(parts, kinds, strict=True)):
        raise InvalidCursorError(_UNCHANGED)
    return tuple(parts)


def _is(part: float | str, kind: type[int] | type[float] | type[str]) -> bool:
    """Whether a part has the type, and a database can hold it; every int is a float too."""
    if isinstance(part, int) and part not in _INT64:
        return False
    return isinstance(part, int | float) if kind is float else isinstance(part, kind)
