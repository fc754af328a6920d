import gzip
import json
import os
import tracemalloc
from dataclasses import replace

import pytest
import zstandard

from netsentinel.events.formats import FORMATS
from netsentinel.events.positions import StreamPosition
from netsentinel.events.service import MAX_RECORDS, Accepted, IntakeService, Limits
from netsentinel.events.testing import MemoryInbox
from netsentinel.kernel.errors import (
    DecompressionLimitError,
    InvalidInputError,
    MalformedBodyError,
    StorageFullError,
    TooLargeError,
    UnavailableError,
)
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage.testing import MemoryDatabase

pytestmark = pytest.mark.anyio

NDJSON = "application/x-ndjson"
JSON = "application/json"
LIMITS = Limits(
    max_body_bytes=100_000, max_unpacked_bytes=2_000_000, max_backlog=3, retry_after_s=7, inline_bytes=1_000
)


class Intake:
    """The service over fakes, with what it stored."""

    def __init__(self, database: MemoryDatabase, limits: Limits = LIMITS) -> None:
        self.inbox = MemoryInbox()
        self.service = IntakeService(database, self.inbox, FakeClock(), limits, formats=FORMATS)

    async def post(
        self, body: bytes, kind: str = NDJSON, encoding: str = "", *, source: str = "ids", form: str = ""
    ) -> Accepted:
        return await self.service.accept(DEFAULT_TENANT, source, form, body, kind, encoding)

    def stored(self) -> list[bytes]:
        return [
            zstandard.ZstdDecompressor().decompressobj().decompress(batch.raw) for batch in self.inbox.batches.values()
        ]


@pytest.fixture
def intake(memory_database: MemoryDatabase) -> Intake:
    return Intake(memory_database)


@pytest.mark.parametrize("kind", ["text/plain", "text/csv; charset=utf-8", "text/tab-separated-values"])
async def test_lines_of_text_are_taken_too(intake: Intake, kind: str) -> None:
    assert (await intake.post(b"Nov 21 08:59:01 h a: x\nNov 21 08:59:02 h a: y\n", kind)).records == 2


async def test_at_the_reserve_of_the_disk_nothing_is_taken(memory_database: MemoryDatabase) -> None:
    inbox, full = MemoryInbox(), [True]

    def check() -> None:
        if full:
            raise StorageFullError("at its reserve", retry_after=30)

    service = IntakeService(memory_database, inbox, FakeClock(), LIMITS, formats=FORMATS, check_disk=check)
    with pytest.raises(StorageFullError):
        await service.accept(DEFAULT_TENANT, "ids", "", b'{"a":1}', NDJSON, "")
    assert not inbox.batches
    full.clear()
    assert (await service.accept(DEFAULT_TENANT, "ids", "", b'{"a":1}', NDJSON, "")).records == 1


async def test_lines_are_kept_as_they_came(intake: Intake) -> None:
    body = b'{"a":1}\r\n\nthis is no JSON\n\xff\xfe\n{"b":2}'
    accepted = await intake.post(body, "application/x-ndjson; charset=utf-8")
    assert accepted == Accepted(batch=1, records=4)
    assert intake.stored() == [body]
    (batch,) = intake.inbox.batches.values()
    assert (batch.tenant, batch.source, batch.format, batch.records) == (DEFAULT_TENANT, "ids", "", 4)
    assert batch.received_at == FakeClock().now()


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "GZIP"])
async def test_packed_bodies(intake: Intake, encoding: str) -> None:
    body = b'{"a":1}\n' * 5_000
    pack = gzip.compress if encoding.lower() == "gzip" else zstandard.ZstdCompressor().compress
    assert (await intake.post(pack(body), encoding=encoding)).records == 5_000
    assert intake.stored() == [body]


@pytest.mark.parametrize("size", [10, 2_000])
async def test_an_array_becomes_lines(intake: Intake, size: int) -> None:
    records = [{"n": number, "text": "two\nlines"} for number in range(size)]
    accepted = await intake.post(json.dumps(records, indent=1 if size < 100 else None).encode(), JSON)
    assert accepted.records == size
    assert [json.loads(line) for line in intake.stored()[0].split(b"\n")] == records


async def test_one_object_is_one_record(intake: Intake) -> None:
    assert (await intake.post(b'\xef\xbb\xbf{\n  "a": 1\n}\n', JSON)).records == 1
    assert json.loads(intake.stored()[0]) == {"a": 1}
    assert b"\n" not in intake.stored()[0]


@pytest.mark.parametrize("body", [b"[1, 2", b"[{}] {}", b"nothing", b'{"a":1}\n{"b":2}', b"", b"[]", b"[" * 90_000])
async def test_what_is_no_array_fails(intake: Intake, body: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        await intake.post(body, JSON)
    assert not intake.inbox.batches


@pytest.mark.parametrize("body", [b"", b"\n \r\n"])
async def test_a_body_without_records_fails(intake: Intake, body: bytes) -> None:
    with pytest.raises(MalformedBodyError, match="no event"):
        await intake.post(body)


async def test_broken_compression_fails(intake: Intake) -> None:
    with pytest.raises(MalformedBodyError):
        await intake.post(gzip.compress(b'{"a":1}\n' * 100)[:-9], encoding="gzip")


async def test_limits(intake: Intake) -> None:
    with pytest.raises(TooLargeError) as caught:
        await intake.post(b"x" * 100_001)
    assert caught.value.extra == {"limit": 100_000}
    with pytest.raises(DecompressionLimitError):
        await intake.post(gzip.compress(b"x" * 3_000_000), encoding="gzip")
    assert not intake.inbox.batches


@pytest.mark.parametrize(
    ("kind", "encoding", "source", "form"),
    [
        ("text/html", "", "ids", ""),
        ("", "", "ids", ""),
        (NDJSON, "br", "ids", ""),
        (NDJSON, "", "", ""),
        (NDJSON, "", "two words", ""),
        (NDJSON, "", "x" * 200, ""),
        (NDJSON, "", "ids", "cobol"),
    ],
)
async def test_what_cannot_be_understood(intake: Intake, kind: str, encoding: str, source: str, form: str) -> None:
    with pytest.raises(InvalidInputError):
        await intake.post(b"{}", kind, encoding, source=source, form=form)
    assert not intake.inbox.batches


async def test_a_stated_format_is_kept(intake: Intake) -> None:
    await intake.post(b"{}", form="zeek")
    assert intake.inbox.batches[1].format == "zeek"


async def test_back_pressure_says_how_long_to_wait(intake: Intake) -> None:
    for _ in range(3):
        await intake.post(b"{}")
    with pytest.raises(UnavailableError) as caught:
        await intake.post(b"{}")
    assert caught.value.extra == {"retry_after": 7}
    assert caught.value.retryable
    intake.inbox.batches[1] = replace(intake.inbox.batches[1], done=True)
    assert (await intake.post(b"{}")).records == 1


async def test_a_full_inbox_still_takes_from_those_who_have_less_than_their_share(
    memory_database: MemoryDatabase,
) -> None:
    intake = Intake(memory_database, replace(LIMITS, max_backlog=4))

    async def post(tenant: str) -> bool:
        try:
            await intake.service.accept(TenantId(tenant), "ids", "", b"{}", NDJSON, "")
        except UnavailableError:
            return False
        return True

    assert [await post("flood") for _ in range(5)] == [True] * 4 + [False]
    assert [await post("quiet") for _ in range(3)] == [True, True, False], "half of four each"
    assert [await post("third") for _ in range(2)] == [True, False], "a third of four each"
    assert [await post("fourth"), await post("fifth"), await post("flood")] == [True, False, False], "twice four in all"
    intake = Intake(memory_database, replace(LIMITS, max_backlog=4))
    assert [await post(one) for one in ("a", "a", "a", "a", "b", "c", "d", "e")] == [True] * 8, "one each at least"
    assert not await post("f")


async def test_what_is_stored_is_small(memory_database: MemoryDatabase) -> None:
    intake = Intake(memory_database, Limits())
    line = b'{"timestamp":"2026-01-01T00:00:00Z","event_type":"flow","flow_id":%d}\n'
    body = b"".join(line % int.from_bytes(os.urandom(6), "big") for _ in range(10_000))
    await intake.post(body)
    assert len(intake.inbox.batches[1].raw) < len(body) / 4


@pytest.mark.parametrize(
    ("kind", "record", "around"), [(NDJSON, b"12\n", b""), (JSON, b"1,", b"[]"), (JSON, b"{},", b"[]")]
)
@pytest.mark.parametrize("encoding", ["", "gzip", "zstd"])
@pytest.mark.untraced
async def test_a_post_has_a_most_of_records(
    memory_database: MemoryDatabase, kind: str, record: bytes, around: bytes, encoding: str
) -> None:
    """Small records cost many times their size: 8 MB of `[1,1,...]` once took 600 MB."""
    intake = Intake(memory_database, Limits(max_ratio=100_000))
    pack = {"": bytes, "gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress}[encoding]

    def body(records: int) -> bytes:
        return pack(around[:1] + (record * records)[:-1] + around[1:])

    assert (await intake.post(body(MAX_RECORDS), kind, encoding)).records == MAX_RECORDS
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError, match="100,000 records") as caught:
            await intake.post(body(3 * MAX_RECORDS), kind, encoding)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.extra == {"limit": MAX_RECORDS}
    assert peak < 32_000_000
    assert len(intake.inbox.batches) == 1


async def test_a_batch_that_is_sent_again_is_not_stored_again(intake: Intake) -> None:
    async def post(start: int, body: bytes) -> Accepted:
        position = StreamPosition("file-1", start, start + len(body))
        return await intake.service.accept(DEFAULT_TENANT, "ids", "", body, NDJSON, "", position)

    assert await post(0, b"{}\n") == Accepted(1, 1, position=3)
    again = Accepted(0, 0, duplicate=True, position=3)
    assert await post(0, b"{}\n") == again
    assert await post(0, b"{}\n{}\n") == again
    assert await post(3, b"{}\n") == Accepted(2, 1, position=6)
    assert len(intake.inbox.batches) == 2


def test_the_intakes_limits_are_the_settings() -> None:
    limits = Limits.of(Settings(intake_max_body_mib=2, intake_max_unpacked_mib=3, intake_max_ratio=4))
    assert (limits.max_body_bytes, limits.max_unpacked_bytes, limits.max_ratio) == (2 << 20, 3 << 20, 4)
