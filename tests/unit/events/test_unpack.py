import gzip
import os

import pytest
import zstandard

from netsentinel.events.unpack import MAX_MEMBERS, RATIO_FLOOR, UnpackLimits, unpack
from netsentinel.kernel.errors import DecompressionLimitError, InvalidInputError, MalformedBodyError
from netsentinel.kernel.types import MIB

LIMITS = UnpackLimits(max_bytes=8 * MIB, max_ratio=100)
CONTENT = os.urandom(MIB) + b"a" * 10_000


def packed(encoding: str, content: bytes = CONTENT) -> bytes:
    if encoding == "gzip":
        return gzip.compress(content)
    return zstandard.ZstdCompressor(level=19).compress(content)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_one_and_several_members(encoding: str) -> None:
    body = packed(encoding)
    assert b"".join(unpack(body, encoding, LIMITS)) == CONTENT
    assert b"".join(unpack(body + body, encoding, LIMITS)) == CONTENT * 2


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_no_encoding(encoding: str) -> None:
    assert b"".join(unpack(b"{}", encoding, LIMITS)) == b"{}"


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize("cut", [1, 5, 12, 1000, -1])
def test_a_body_that_ends_early(encoding: str, cut: int) -> None:
    with pytest.raises(MalformedBodyError):
        list(unpack(packed(encoding)[:cut], encoding, LIMITS))


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_what_is_not_packed_at_all(encoding: str) -> None:
    with pytest.raises(MalformedBodyError):
        list(unpack(b'{"event_type": "flow"}' * 10, encoding, LIMITS))


def test_an_unknown_encoding() -> None:
    with pytest.raises(InvalidInputError, match="brotli"):
        list(unpack(b"", "brotli", LIMITS))


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_noticed_before_it_has_grown(encoding: str) -> None:
    body = packed(encoding, b"a" * (64 * MIB))
    grown: list[int] = []
    chunks = unpack(body, encoding, UnpackLimits(max_bytes=32 * MIB, max_ratio=100))
    with pytest.raises(DecompressionLimitError, match="more than 100 times its size: send smaller batches") as caught:
        grown.extend(len(chunk) for chunk in chunks)
    assert sum(grown) <= RATIO_FLOOR
    assert caught.value.extra["limit"] == RATIO_FLOOR


@pytest.mark.parametrize("encoding", ["", "gzip", "zstd"])
def test_more_than_allowed(encoding: str) -> None:
    content = os.urandom(2 * MIB)
    body = packed(encoding, content) if encoding else content
    with pytest.raises(DecompressionLimitError, match="the most that is taken at once") as caught:
        list(unpack(body, encoding, UnpackLimits(max_bytes=MIB, max_ratio=100)))
    assert caught.value.extra["limit"] == MIB


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_batch_of_much_the_same_may_be_packed_as_well_as_it_likes(encoding: str) -> None:
    event = b'{"EventID":12,"Channel":"Microsoft-Windows-Sysmon/Operational","Image":"C:\\\\a.exe","n":%d}\n'
    content = b"".join(event % (n % 10) for n in range(60_000))
    body = packed(encoding, content)
    assert len(content) > max(MIB, 100 * len(body)), "as agents pack their batches"
    assert b"".join(unpack(body, encoding, LIMITS)) == content


def test_a_window_larger_than_http_allows() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    body = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(MalformedBodyError):
        list(unpack(body.compress(CONTENT) + body.flush(), "zstd", LIMITS))


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_empty_members_cost_no_more_than_their_number(encoding: str) -> None:
    """150,000 empty members once took a minute: what was left was copied for each."""
    with pytest.raises(DecompressionLimitError, match="more than 10,000") as caught:
        list(unpack(packed(encoding, b"") * 150_000, encoding, LIMITS))
    assert caught.value.extra["limit"] == MAX_MEMBERS
    assert list(unpack(packed(encoding, b"") * MAX_MEMBERS, encoding, LIMITS)) == []


def test_zeros_after_a_gzip_member_are_padding() -> None:
    body = packed("gzip") + bytes(100_000) + packed("gzip", b"more") + b"\0"
    assert b"".join(unpack(body, "gzip", LIMITS)) == CONTENT + b"more"


@pytest.mark.parametrize("encoding", ["", "gzip", "zstd"])
def test_no_chunk_is_large(encoding: str) -> None:
    content = b"a" * (4 * MIB)
    body = packed(encoding, content) if encoding else content
    chunks = list(unpack(body, encoding, UnpackLimits(8 * MIB, 100_000)))
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) <= 256 * 1024
