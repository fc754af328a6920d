"""Every limit exactly, with a moved clock; and what is left of the counts after a crash."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
from netsentinel.kernel.errors import StorageFullError, ThrottledError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, Principal, Role, TenantId, Tier
from netsentinel.limits import (
    LimitPlan,
    QuotaExceededError,
    Rate,
    RateLimitedError,
    RequestClass,
    RequestLimits,
    UsageOfDay,
)
from netsentinel.limits.testing import MemoryUsage
from netsentinel.storage.testing import MemoryDatabase

pytestmark = pytest.mark.anyio

MIDNIGHT = 1_780_012_800_000_000
STANDARD = Principal("key_1", "key", DEFAULT_TENANT, Role.VIEWER, "standard", frozenset())
PREMIUM = replace(STANDARD, id="key_2", tier=Tier.PREMIUM)
UNLIMITED = replace(STANDARD, id="key_3", tier=Tier.UNLIMITED)
USER = replace(STANDARD, id="usr_1", kind="user")
API = RequestClass.API


@dataclass
class Server:
    """Limits on stores that outlive them."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(MIDNIGHT))
    db: MemoryDatabase = field(default_factory=MemoryDatabase)
    store: MemoryUsage = field(default_factory=MemoryUsage)
    plan: LimitPlan = field(default_factory=LimitPlan)

    def __post_init__(self) -> None:
        self.limits = self.another()

    def another(self) -> RequestLimits:
        return RequestLimits(self.db, self.store, self.clock, self.plan)

    async def restart(self) -> None:
        """Without a word of farewell: what is not stored is lost."""
        self.limits = self.another()
        await self.limits.load()

    async def greedy(self, principal: Principal, asked: int, of: RequestClass = API) -> int:
        """How many of so many requests in a row are let through."""
        taken = 0
        for _ in range(asked):
            try:
                await self.limits.charge(principal, of)
            except ThrottledError:
                continue
            taken += 1
        return taken


@pytest.fixture
def server() -> Server:
    assert MIDNIGHT % DAY == 0
    return Server()


@pytest.mark.parametrize(("principal", "rate"), [(STANDARD, 100), (PREMIUM, 1_000)])
async def test_a_minute_takes_its_figure_and_once_a_fifth_more(server: Server, principal: Principal, rate: int) -> None:
    asked = rate * 2
    taken = []
    for _ in range(4):
        taken.append(await server.greedy(principal, asked))
        server.clock.advance(MINUTE)
    assert taken == [rate * 12 // 10, rate, rate, rate]
    server.clock.advance(MINUTE)  # a minute in which nobody asks
    assert await server.greedy(principal, asked) == rate * 12 // 10


@pytest.mark.parametrize(("principal", "per_day"), [(STANDARD, 10_000), (PREMIUM, 1_000_000)])
async def test_a_day_takes_its_figure_and_not_one_more(server: Server, principal: Principal, per_day: int) -> None:
    per_minute = per_day // 1_000 if principal is PREMIUM else 100
    minutes = per_day // per_minute
    assert minutes < 1_440
    for _ in range(minutes - 1):
        await server.limits.charge(principal, API, per_minute)
        server.clock.advance(MINUTE)
    assert await server.greedy(principal, per_minute + 50) == per_minute
    with pytest.raises(QuotaExceededError) as refused:
        await server.limits.charge(principal, API)
    assert refused.value.retry_after == (DAY - (minutes - 1) * MINUTE) // SECOND
    server.clock.advance(refused.value.retry_after * SECOND - 1)
    with pytest.raises(QuotaExceededError):
        await server.limits.charge(principal, API)
    server.clock.advance(1)
    assert await server.greedy(principal, 3) == 3


async def test_a_refusal_says_when_the_next_minute_begins(server: Server) -> None:
    server.clock.advance(17 * SECOND + 1)
    await server.limits.charge(STANDARD, API, 120)
    with pytest.raises(RateLimitedError) as refused:
        await server.limits.charge(STANDARD, API)
    assert (refused.value.retry_after, refused.value.extra["limit"]) == (43, 100)
    server.clock.advance(42 * SECOND)
    with pytest.raises(RateLimitedError):
        await server.limits.charge(STANDARD, API)
    server.clock.advance(SECOND)
    standing = await server.limits.charge(STANDARD, API)
    assert standing is not None
    assert (standing.minute_left, standing.day_left) == (99, 10_000 - 121)


async def test_units_are_taken_all_or_none(server: Server) -> None:
    await server.limits.charge(STANDARD, API, 30)
    with pytest.raises(RateLimitedError, match="Send at most"):
        await server.limits.charge(STANDARD, API, 1_000)
    with pytest.raises(RateLimitedError, match="fewer at a time"):
        await server.limits.charge(STANDARD, API, 91)
    standing = await server.limits.charge(STANDARD, API, 90)
    assert standing is not None
    assert standing.minute_left == 0


async def test_classes_tenants_and_principals_are_counted_apart(server: Server) -> None:
    assert await server.greedy(STANDARD, 200) == 120
    assert await server.greedy(STANDARD, 200, RequestClass.INTAKE) == 200
    assert await server.greedy(replace(STANDARD, id="key_9"), 200) == 120
    assert await server.greedy(replace(STANDARD, tenant=TenantId("other")), 200) == 120
    assert await server.greedy(USER, 1_500, RequestClass.SESSION) == 1_440
    assert await server.greedy(UNLIMITED, 2_000) == 2_000
    assert await server.limits.charge(UNLIMITED, API) is None
    assert server.limits.standing(UNLIMITED, API) is None


async def test_another_tier_counts_from_the_next_request_on(server: Server) -> None:
    assert await server.greedy(STANDARD, 200) == 120
    assert (
        await server.greedy(replace(STANDARD, tier=Tier.PREMIUM), 2_000) == 1_000 + 20 - 120
    )  # a burst is what was carried over
    assert await server.greedy(STANDARD, 5) == 0


async def test_asking_what_is_left_counts_nothing(server: Server) -> None:
    for _ in range(3):
        standing = server.limits.standing(STANDARD, API)
        assert standing is not None
        assert (standing.minute_left, standing.minute_ends_in, standing.day_left) == (120, 60, 10_000)


async def test_a_crash_forgets_a_hundredth_at_most(server: Server) -> None:
    assert await server.greedy(STANDARD, 60) == 60
    await server.restart()
    assert 60 <= await server.greedy(STANDARD, 200) <= 61
    assert await server.greedy(PREMIUM, 700) == 700
    await server.restart()
    assert 500 <= await server.greedy(PREMIUM, 2_000) <= 510
    server.clock.advance(MINUTE)
    await server.restart()
    assert await server.greedy(STANDARD, 200) == 100  # the burst is not given anew


async def test_an_orderly_end_forgets_nothing(server: Server) -> None:
    assert await server.greedy(PREMIUM, 705) == 705
    work = asyncio.create_task(server.limits.run())
    await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await server.restart()
    assert await server.greedy(PREMIUM, 2_000) == 1_200 - 705


async def test_a_lasting_server_brings_its_counts_into_the_database(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netsentinel.limits.service._FLUSH_S", 0.0)
    work = asyncio.create_task(server.limits.run())
    assert await server.greedy(PREMIUM, 3) == 3
    async with asyncio.timeout(30):
        while not server.store.of_day(None, MIDNIGHT // DAY):  # type: ignore[arg-type] - a fake needs none
            await asyncio.sleep(0.01)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_sixty_four_callers_at_once_get_what_one_would(server: Server) -> None:
    shares = await asyncio.gather(*(server.greedy(PREMIUM, 40) for _ in range(64)))
    assert sum(shares) == 1_200
    await server.restart()
    assert await server.greedy(PREMIUM, 50) <= 10


async def test_servers_on_one_database_see_each_others_counts(server: Server) -> None:
    other = server.another()
    for _ in range(500):
        await server.limits.charge(PREMIUM, API)
        await other.charge(PREMIUM, API)
    await server.limits.flush()
    await other.flush()
    mine, theirs = await server.greedy(PREMIUM, 1_000), 0
    for _ in range(1_000):
        try:
            await other.charge(PREMIUM, API)
        except RateLimitedError:
            continue
        theirs += 1
    assert 200 <= mine + theirs <= 200 + 2 * 10 + 2


async def test_with_a_full_disk_counting_goes_on_in_memory(server: Server) -> None:
    server.db.failure = StorageFullError("full")
    assert await server.greedy(STANDARD, 200) == 120
    await server.limits.close()
    server.db.failure = None
    await server.limits.flush()
    await server.restart()
    assert await server.greedy(STANDARD, 5) == 0


async def test_midnight_begins_a_new_day_and_keeps_the_old_one(server: Server) -> None:
    server.clock.advance(DAY - 30 * SECOND)
    assert await server.greedy(STANDARD, 200) == 120
    server.clock.advance(30 * SECOND)
    assert await server.greedy(STANDARD, 200) == 100
    await server.limits.flush()
    await server.restart()
    assert await server.greedy(STANDARD, 5) == 0
    assert await server.limits.history(DEFAULT_TENANT, "key_1", 2) == [
        UsageOfDay("2026-05-30", "key_1", API, 100, 105),
        UsageOfDay("2026-05-29", "key_1", API, 120, 80),
    ]
    assert await server.limits.history(DEFAULT_TENANT, None, 1) == [UsageOfDay("2026-05-30", "key_1", API, 100, 105)]
    assert await server.limits.history(TenantId("other"), None, 9) == []
    server.clock.advance(89 * DAY)
    assert await server.limits.forget_old() == 1  # 2026-05-29 is the ninetieth day before and goes
    assert [day.day for day in await server.limits.history(DEFAULT_TENANT, None, 366)] == ["2026-05-30"]


async def test_the_history_knows_what_is_not_stored_yet_and_writes_nothing(server: Server) -> None:
    await server.greedy(STANDARD, 7)
    await server.limits.flush()
    server.db.failure = StorageFullError("full")
    await server.greedy(STANDARD, 3)
    assert await server.limits.history(DEFAULT_TENANT, "key_1", 1) == [UsageOfDay("2026-05-29", "key_1", API, 10, 0)]
    assert await server.limits.history(DEFAULT_TENANT, None, 1) == [UsageOfDay("2026-05-29", "key_1", API, 10, 0)]
    assert await server.limits.history(DEFAULT_TENANT, "key_2", 1) == []
    assert await server.limits.history(TenantId("other"), None, 1) == []


async def test_usage_tells_limits_counts_and_ends(server: Server) -> None:
    server.clock.advance(HOUR)
    await server.limits.charge(STANDARD, API, 110)
    used = server.limits.usage(STANDARD, API)
    assert (used.per_minute, used.burst, used.per_day) == (100, 20, 10_000)
    assert (used.minute_used, used.minute_left, used.day_used, used.day_left) == (110, 10, 110, 9_890)
    assert used.minute_resets_at == MIDNIGHT + HOUR + MINUTE
    assert used.day_resets_at == MIDNIGHT + DAY
    free = server.limits.usage(UNLIMITED, API)
    assert (free.per_minute, free.per_day, free.minute_left) == (0, 0, 0)


async def test_refusals_are_told_by_class_and_count_for_nothing(server: Server) -> None:
    told: list[RequestClass] = []
    server.limits.on_refusal(told.append)
    assert await server.greedy(STANDARD, 123) == 120
    assert told == [API] * 3
    used = server.limits.usage(STANDARD, API)
    assert (used.day_used, used.day_refused) == (120, 3)


async def test_who_asks_for_nothing_is_forgotten(server: Server) -> None:
    server.plan = LimitPlan(standard=Rate(10))
    await server.restart()
    await server.greedy(STANDARD, 20)
    server.clock.advance(3 * DAY)
    await server.greedy(PREMIUM, 1)
    await server.limits.flush()
    assert await server.greedy(STANDARD, 20) == 10


async def test_a_caller_who_hangs_up_leaves_the_count_in_order(server: Server) -> None:
    for _ in range(5):
        caller = asyncio.create_task(server.limits.charge(STANDARD, API, 4))
        await asyncio.sleep(0)
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
    await server.limits.flush()
    await server.restart()
    assert await server.greedy(STANDARD, 200) == 100
