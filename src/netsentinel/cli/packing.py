"""How commands pack the batches they send, so that no server takes one for a bomb."""

from typing import Final

from netsentinel.kernel.types import MIB

MOST_AT_ONCE: Final = MIB
"""Bytes of a batch that every server unpacks, however well they were packed; later ones 16 times as many."""

_MOST_PACKED: Final = 50
"""Larger ones are packed at most so well: the server refuses ratios that nobody believes (`intake_max_ratio`)."""


def packed(body: bytes) -> tuple[bytes, dict[str, str]]:
    """The body as it is to be sent, and the headers that say how it is packed."""
    import zstandard

    small = zstandard.ZstdCompressor(level=1).compress(body)
    if len(body) > MOST_AT_ONCE and len(small) * _MOST_PACKED < len(body):
        return body, {}
    return small, {"Content-Encoding": "zstd"}
