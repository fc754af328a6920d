import pytest
import zstandard

from netsentinel.cli.packing import MOST_AT_ONCE, packed
from netsentinel.events.unpack import UnpackLimits, unpack


@pytest.mark.parametrize("body", [b'{"a":1}\n', b"a" * MOST_AT_ONCE])
def test_a_batch_is_packed(body: bytes) -> None:
    sent, headers = packed(body)
    assert headers == {"Content-Encoding": "zstd"}
    assert zstandard.ZstdDecompressor().decompressobj().decompress(sent) == body


@pytest.mark.parametrize("size", [MOST_AT_ONCE, MOST_AT_ONCE + 1, 40 * MOST_AT_ONCE])
def test_a_server_unpacks_whatever_is_sent(size: int) -> None:
    body, headers = packed(b"a" * size)
    limits = UnpackLimits(max_bytes=128 * MOST_AT_ONCE, max_ratio=100)
    assert sum(map(len, unpack(body, headers.get("Content-Encoding", ""), limits))) == size
