"""Ids: UUIDv7 (RFC 9562) with a prefix per kind, so that they sort by time and name their kind."""

import os
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32, lower case

_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]

_SHIFTS = range(120, -1, -10)

_RANDOM_BITS = 74

_RANDOM_BYTES = 10
_DRAWN_AT_ONCE = 256

_drawn: list[bytes] = []
"""Randomness for ids to come. Drawing it gives the interpreter to another thread, which keeps it for milliseconds."""
os.register_at_fork(after_in_child=_drawn.clear)


def _random() -> int:
    try:
        drawn = _drawn.pop()
    except IndexError:
        fresh = os.urandom(_RANDOM_BYTES * _DRAWN_AT_ONCE)
        _drawn.extend(fresh[at : at + _RANDOM_BYTES] for at in range(_RANDOM_BYTES, len(fresh), _RANDOM_BYTES))
        drawn = fresh[:_RANDOM_BYTES]
    return int.from_bytes(drawn, "big") >> (8 * _RANDOM_BYTES - _RANDOM_BITS)


def new_id(prefix: str, now_us: int | None = None) -> str:
    """A fresh id such as `alr_06ey…`: 48 bits of milliseconds, then 74 random bits, in Crockford base 32.

    Args:
        prefix: three or four letters that name the kind.
        now_us: microseconds since 1970; the system clock when left out.
    """
    millis = (time.time_ns() // 1_000 if now_us is None else now_us) // 1_000
    random = _random()
    value = (millis & (1 << 48) - 1) << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & ((1 << 62) - 1)
    return f"{prefix}_{''.join([_PAIRS[value >> shift & 1023] for shift in _SHIFTS])}"
