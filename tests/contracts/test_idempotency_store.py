"""One suite for the stores of requests under a key: in memory, on SQLite and on PostgreSQL."""

from dataclasses import replace

import pytest

from netsentinel.idempotency import Answer, Claim, KeptRequest, RequestStore
from netsentinel.idempotency.store_sql import SqlRequests
from netsentinel.idempotency.testing import MemoryRequests
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import Database, Tx
from netsentinel.storage.testing import MemoryDatabase

pytestmark = pytest.mark.anyio

FIRST = Claim(DEFAULT_TENANT, "key_1", "abc", "idm_1")
MINE = KeptRequest(FIRST, "print", 100, 1_000)
SECOND = replace(FIRST, id="idm_2")
AGAIN = KeptRequest(SECOND, "other print", 200, 2_000)
ANSWER = Answer(201, (("content-type", "application/json"), ("x-name", "\u00e9")), b'{"a":\x00\xff}')

Kept = tuple[Database, RequestStore]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        return MemoryDatabase(), MemoryRequests()
    return request.getfixturevalue(f"{request.param}_database"), SqlRequests()


async def _claim(kept: Kept, request: KeptRequest) -> KeptRequest:
    db, store = kept
    return await db.write(lambda tx: store.claim(tx, request))


async def test_the_first_claim_is_ones_own_and_the_next_one_finds_it(kept: Kept) -> None:
    assert await _claim(kept, MINE) == MINE
    assert await _claim(kept, AGAIN) == MINE


async def test_keys_belong_to_a_tenant_and_a_principal(kept: Kept) -> None:
    await _claim(kept, MINE)
    for claim in (
        replace(SECOND, tenant=TenantId("other")),
        replace(SECOND, principal="key_2"),
        replace(SECOND, key="ABC"),
    ):
        other = replace(AGAIN, claim=claim)
        assert await _claim(kept, other) == other


async def test_an_answer_comes_back_byte_for_byte(kept: Kept) -> None:
    db, store = kept
    await _claim(kept, MINE)
    assert await db.write(lambda tx: store.finish(tx, FIRST, 201, ANSWER))
    assert await _claim(kept, AGAIN) == replace(MINE, status=201, answer=ANSWER)
    assert not await db.write(lambda tx: store.finish(tx, FIRST, 200, None))
    assert not await db.write(lambda tx: store.release(tx, FIRST))
    assert not await db.write(lambda tx: store.renew(tx, FIRST, 500))


async def test_an_answer_that_was_not_kept_leaves_its_status(kept: Kept) -> None:
    db, store = kept
    await _claim(kept, MINE)
    assert await db.write(lambda tx: store.finish(tx, FIRST, 200, None))
    assert await _claim(kept, AGAIN) == replace(MINE, status=200)


async def test_who_was_taken_over_from_changes_nothing_more(kept: Kept) -> None:
    db, store = kept
    await _claim(kept, MINE)
    assert await db.write(lambda tx: store.renew(tx, FIRST, 150))
    await db.write(lambda tx: store.take_over(tx, AGAIN))
    for late in (
        lambda tx: store.finish(tx, FIRST, 201, ANSWER),
        lambda tx: store.release(tx, FIRST),
        lambda tx: store.renew(tx, FIRST, 900),
    ):
        assert not await db.write(late)
    assert await _claim(kept, MINE) == AGAIN
    assert await db.write(lambda tx: store.renew(tx, SECOND, 900))
    assert await _claim(kept, MINE) == replace(AGAIN, locked_until=900)


async def test_taking_over_an_answered_request_forgets_its_answer(kept: Kept) -> None:
    db, store = kept
    await _claim(kept, MINE)

    def answer_and_take(tx: Tx) -> None:
        store.finish(tx, FIRST, 201, ANSWER)
        store.take_over(tx, AGAIN)

    await db.write(answer_and_take)
    assert await _claim(kept, MINE) == AGAIN


async def test_a_released_request_is_claimed_anew(kept: Kept) -> None:
    db, store = kept
    await _claim(kept, MINE)
    assert await db.write(lambda tx: store.release(tx, FIRST))
    assert await _claim(kept, AGAIN) == AGAIN


async def test_what_is_over_is_forgotten_a_few_at_a_time(kept: Kept) -> None:
    db, store = kept
    for number in range(3):
        await _claim(kept, replace(MINE, claim=replace(FIRST, key=f"key {number}"), expires_at=1_000 + number))
    assert await db.write(lambda tx: store.forget(tx, 999, 10)) == 0
    assert await db.write(lambda tx: store.forget(tx, 1_001, 1)) == 1
    assert await db.write(lambda tx: store.forget(tx, 1_001, 10)) == 1
    last = replace(AGAIN, claim=replace(SECOND, key="key 2"))
    assert (await _claim(kept, last)).claim.id == "idm_1"
