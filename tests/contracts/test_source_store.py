"""What every store of sources promises: exact counts, and the newest of what could not be parsed."""

from dataclasses import dataclass, replace

import pytest

from netsentinel.events.model import MAX_REJECTED_BYTES
from netsentinel.events.ports import Inbox, InboxBatch, SourceReport, SourceStatus, SourceStore
from netsentinel.events.store_sql import MAX_REASON_CHARACTERS, SqlInbox, SqlSources
from netsentinel.events.testing import MemoryInbox, MemorySources
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import Database

pytestmark = pytest.mark.anyio

T = DEFAULT_TENANT
OTHER = TenantId("other")
REPORT = SourceReport(
    tenant=T, source="sensor", format="zeek", events=10, rejected=2, size=900, last_event_at=500, last_error="no time"
)


@dataclass(frozen=True)
class Kept:
    db: Database
    inbox: Inbox
    sources: SourceStore

    async def record(self, *reports: SourceReport, now: int) -> None:
        for report in reports:
            await self.db.write(lambda tx, report=report: self.sources.record(tx, report, now))

    async def all(self, tenant: TenantId = T) -> list[SourceStatus]:
        return await self.db.read(lambda tx: self.sources.all(tx, tenant))

    async def keep(self, *lines: tuple[bytes, str], now: int, tenant: TenantId = T, source: str = "sensor") -> None:
        await self.db.write(lambda tx: self.sources.keep_rejected(tx, tenant, source, lines, now))

    async def rejected(self, limit: int, tenant: TenantId = T, source: str = "sensor") -> list[tuple[int, bytes, str]]:
        return await self.db.read(lambda tx: self.sources.rejected(tx, tenant, source, limit))

    async def put(self, *batches: InboxBatch) -> list[int]:
        return await self.db.write(lambda tx: [self.inbox.put(tx, batch) for batch in batches])


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Kept:
    db = request.getfixturevalue(f"{request.param}_database")
    if request.param == "memory":
        inbox = MemoryInbox()
        return Kept(db, inbox, MemorySources(inbox))
    return Kept(db, SqlInbox(), SqlSources())


async def test_the_first_report_makes_the_source(kept: Kept) -> None:
    await kept.record(REPORT, now=1_000)
    assert await kept.all() == [SourceStatus("sensor", "zeek", 10, 2, 900, 1_000, 1_000, 500, "no time", 0)]


async def test_counts_add_up_and_the_newest_facts_stay(kept: Kept) -> None:
    await kept.record(REPORT, now=1_000)
    await kept.record(replace(REPORT, format="suricata", last_event_at=900, last_error="not JSON"), now=2_000)
    await kept.record(replace(REPORT, format="", last_event_at=0, last_error="", rejected=0), now=3_000)
    assert await kept.all() == [SourceStatus("sensor", "suricata", 30, 4, 2_700, 1_000, 3_000, 900, "not JSON", 0)]


async def test_sources_are_listed_by_name_and_only_to_their_tenant(kept: Kept) -> None:
    await kept.record(*(replace(REPORT, source=name) for name in ("b", "a", "c")), now=1)
    await kept.record(replace(REPORT, tenant=OTHER, source="z"), replace(REPORT, tenant=OTHER, source="a"), now=1)
    assert [source.name for source in await kept.all()] == ["a", "b", "c"]
    assert [source.name for source in await kept.all(OTHER)] == ["a", "z"]


async def test_what_waits_in_the_inbox_is_counted(kept: Kept) -> None:
    batch = InboxBatch(0, T, "sensor", "zeek", 70, 5, b"")
    await kept.record(REPORT, now=60)
    await kept.put(batch, replace(batch, records=7), replace(batch, tenant=OTHER), replace(batch, source="done"))
    await kept.db.write(lambda tx: kept.inbox.finish(tx, [4]))
    await kept.put(replace(batch, source="new", received_at=90), replace(batch, source="new", format=""))
    assert await kept.all() == [
        SourceStatus("new", "zeek", 0, 0, 0, 70, 90, 0, "", 10, 70),
        SourceStatus("sensor", "zeek", 10, 2, 900, 60, 60, 500, "no time", 12, 70),
    ]


async def test_rejected_lines_come_back_newest_first(kept: Kept) -> None:
    await kept.keep((b"\xff\x00not JSON", "not JSON"), (b"{}", "no time"), now=1)
    await kept.keep((b"[]", "no object"), now=2)
    await kept.keep(now=3)
    assert await kept.rejected(10) == [
        (2, b"[]", "no object"),
        (1, b"{}", "no time"),
        (1, b"\xff\x00not JSON", "not JSON"),
    ]
    assert await kept.rejected(1) == [(2, b"[]", "no object")]


async def test_rejected_lines_belong_to_one_source_of_one_tenant(kept: Kept) -> None:
    await kept.keep((b"mine", ""), now=1)
    await kept.keep((b"theirs", ""), now=1, tenant=OTHER)
    await kept.keep((b"elsewhere", ""), now=1, source="other")
    assert [line for _, line, _ in await kept.rejected(10)] == [b"mine"]
    assert [line for _, line, _ in await kept.rejected(10, tenant=OTHER)] == [b"theirs"]


async def test_only_the_newest_rejected_lines_are_kept(kept: Kept) -> None:
    await kept.keep((b"other", ""), now=1, source="other")
    await kept.keep(*((b"%d" % n, "") for n in range(600)), now=1)
    await kept.keep(*((b"%d" % n, "") for n in range(600, 1_200)), now=2)
    lines = [line for _, line, _ in await kept.rejected(5_000)]
    assert lines == [b"%d" % n for n in range(1_199, 199, -1)]
    await kept.keep(*((b"x%d" % n, "") for n in range(2_500)), now=3)
    lines = [line for _, line, _ in await kept.rejected(5_000)]
    assert lines == [b"x%d" % n for n in range(2_499, 1_499, -1)]
    assert len(await kept.rejected(10, source="other")) == 1


async def test_long_lines_and_reasons_are_cut(kept: Kept) -> None:
    await kept.keep((b"x" * (MAX_REJECTED_BYTES + 1), "y" * (MAX_REASON_CHARACTERS + 1)), now=1)
    [(_, line, reason)] = await kept.rejected(1)
    assert (len(line), len(reason)) == (MAX_REJECTED_BYTES, MAX_REASON_CHARACTERS)
