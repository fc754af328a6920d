"""What every identity store promises: names are unique, tenants are walls, tokens find their row, doors close once."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from netsentinel.identity.model import Account, ApiKey, Session, Tenant, Ticket, User, UserSession
from netsentinel.identity.ports import IdentityStores
from netsentinel.identity.store_sql import SqlIdentity
from netsentinel.identity.testing import MemoryIdentity
from netsentinel.kernel.errors import ConflictError
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, Role, TenantId, Tier
from netsentinel.storage import Database, ReadTx, Tx

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")
ANN = User("usr_1", DEFAULT_TENANT, "Ann", Role.ADMIN, created_at=1)
BOB = User("usr_2", DEFAULT_TENANT, "bob", Role.VIEWER, created_at=2)
EVE = User("usr_3", OTHER, "Ann", Role.ANALYST, created_at=3)
SESSION = Session("ses_1", DEFAULT_TENANT, ANN.id, "10.0.0.1", "a browser", 10, 10, 100)
KEY = ApiKey("key_1", DEFAULT_TENANT, "sensor", "ns_key_abcd", None, frozenset({Permission.EVENTS_WRITE}), "usr_1", 5)


@dataclass(frozen=True)
class Kept:
    db: Database
    stores: IdentityStores


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> Kept:
    stores = MemoryIdentity() if request.param == "memory" else SqlIdentity()
    return Kept(request.getfixturevalue(f"{request.param}_database"), stores)


@pytest.fixture
async def kept(empty: Kept) -> Kept:
    def fill(tx: Tx) -> None:
        assert empty.stores.tenants.add(tx, Tenant(OTHER, "Other", 1))
        for user in (ANN, BOB, EVE):
            assert empty.stores.users.add(tx, Account(user, f"hash of {user.id}"))

    await empty.db.write(fill)
    return empty


async def test_the_default_tenant_is_there_from_the_start(kept: Kept) -> None:
    found = await kept.db.read(lambda tx: kept.stores.tenants.find(tx, DEFAULT_TENANT))
    assert found == Tenant(DEFAULT_TENANT, "Default", 0)


async def test_a_tenants_id_is_taken_once(kept: Kept) -> None:
    assert not await kept.db.write(lambda tx: kept.stores.tenants.add(tx, Tenant(OTHER, "Again", 2)))
    assert await kept.db.read(lambda tx: kept.stores.tenants.find(tx, OTHER)) == Tenant(OTHER, "Other", 1)
    assert await kept.db.read(lambda tx: kept.stores.tenants.find(tx, TenantId("nobody"))) is None


async def test_a_name_is_taken_once_in_a_tenant_whatever_its_case(kept: Kept) -> None:
    again = Account(User("usr_9", DEFAULT_TENANT, "ANN", Role.VIEWER, 9), "x")
    assert not await kept.db.write(lambda tx: kept.stores.users.add(tx, again))
    assert await kept.db.read(lambda tx: kept.stores.users.find(tx, DEFAULT_TENANT, "usr_9")) is None


@pytest.mark.parametrize("typed", ["Ann", "ANN", " ann ", "\uff41nn"])
async def test_an_account_is_found_by_its_name_in_its_tenant(kept: Kept, typed: str) -> None:
    users = kept.stores.users
    assert await kept.db.read(lambda tx: users.account(tx, DEFAULT_TENANT, typed)) == Account(ANN, "hash of usr_1")
    assert await kept.db.read(lambda tx: users.account(tx, OTHER, typed)) == Account(EVE, "hash of usr_3")
    assert await kept.db.read(lambda tx: users.account(tx, TenantId("nobody"), typed)) is None


async def test_users_come_by_name_and_stay_in_their_tenant(kept: Kept) -> None:
    users = kept.stores.users
    assert await kept.db.read(lambda tx: users.all(tx, DEFAULT_TENANT)) == [ANN, BOB]
    assert await kept.db.read(lambda tx: users.all(tx, OTHER)) == [EVE]
    assert await kept.db.read(lambda tx: users.find(tx, OTHER, ANN.id)) is None


async def test_a_password_hash_is_replaced_only_while_it_is_the_expected_one(kept: Kept) -> None:
    users = kept.stores.users
    assert not await kept.db.write(lambda tx: users.set_password_hash(tx, DEFAULT_TENANT, ANN.id, "stale", "new"))
    assert not await kept.db.write(lambda tx: users.set_password_hash(tx, OTHER, ANN.id, "hash of usr_1", "new"))
    assert await kept.db.write(lambda tx: users.set_password_hash(tx, DEFAULT_TENANT, ANN.id, "hash of usr_1", "new"))
    account = await kept.db.read(lambda tx: users.account(tx, DEFAULT_TENANT, "ann"))
    assert account is not None
    assert account.password_hash == "new"


async def test_a_login_is_noted_for_a_user_who_may_log_in_with_that_hash(kept: Kept) -> None:
    users = kept.stores.users
    hashed = f"hash of {BOB.id}"
    noted = await kept.db.write(lambda tx: users.record_login(tx, DEFAULT_TENANT, BOB.id, hashed, 7))
    assert noted == replace(BOB, last_login_at=7)
    for tenant, user_id, stale in ((DEFAULT_TENANT, BOB.id, "stale"), (OTHER, BOB.id, hashed), (OTHER, "usr_9", "")):
        refused = await kept.db.write(
            lambda tx, tenant=tenant, user_id=user_id, stale=stale: users.record_login(tx, tenant, user_id, stale, 8)
        )
        assert refused is None
    assert await kept.db.write(lambda tx: users.change(tx, BOB, replace(BOB, disabled_at=8)))
    assert await kept.db.write(lambda tx: users.record_login(tx, DEFAULT_TENANT, BOB.id, hashed, 9)) is None
    found = await kept.db.read(lambda tx: users.find(tx, DEFAULT_TENANT, BOB.id))
    assert found == replace(BOB, last_login_at=7, disabled_at=8)


async def test_a_users_role_and_state_change_only_from_what_they_were(kept: Kept) -> None:
    users = kept.stores.users
    disabled, analyst = replace(BOB, disabled_at=8), replace(BOB, role=Role.ANALYST)
    assert not await kept.db.write(lambda tx: users.change(tx, replace(BOB, tenant=OTHER), disabled))
    assert await kept.db.write(lambda tx: users.change(tx, BOB, disabled))
    assert not await kept.db.write(lambda tx: users.change(tx, BOB, replace(BOB, disabled_at=9)))
    assert not await kept.db.write(lambda tx: users.change(tx, BOB, analyst))
    assert await kept.db.write(lambda tx: users.change(tx, disabled, analyst))
    assert not await kept.db.write(lambda tx: users.change(tx, BOB, disabled))
    assert await kept.db.read(lambda tx: users.find(tx, DEFAULT_TENANT, BOB.id)) == analyst
    assert await kept.db.read(lambda tx: users.find(tx, DEFAULT_TENANT, ANN.id)) == ANN


async def test_a_session_is_found_with_its_user_by_token_and_by_id(kept: Kept) -> None:
    sessions = kept.stores.sessions
    await kept.db.write(lambda tx: sessions.add(tx, SESSION, "digest"))
    expected = UserSession(SESSION, ANN)
    assert await kept.db.read(lambda tx: sessions.by_token(tx, "digest")) == expected
    assert await kept.db.read(lambda tx: sessions.find(tx, DEFAULT_TENANT, SESSION.id)) == expected
    assert await kept.db.read(lambda tx: sessions.by_token(tx, "other digest")) is None
    assert await kept.db.read(lambda tx: sessions.find(tx, OTHER, SESSION.id)) is None


async def test_the_last_use_of_a_session_only_moves_forward(kept: Kept) -> None:
    sessions = kept.stores.sessions
    await kept.db.write(lambda tx: sessions.add(tx, SESSION, "digest"))
    for at in (50, 40):
        await kept.db.write(lambda tx, at=at: sessions.touch(tx, DEFAULT_TENANT, SESSION.id, at))
    await kept.db.write(lambda tx: sessions.touch(tx, OTHER, SESSION.id, 90))
    found = await kept.db.read(lambda tx: sessions.by_token(tx, "digest"))
    assert found is not None
    assert found.session.last_seen_at == 50


async def test_a_session_ends_once_and_only_in_its_tenant(kept: Kept) -> None:
    sessions = kept.stores.sessions
    await kept.db.write(lambda tx: sessions.add(tx, SESSION, "digest"))
    assert not await kept.db.write(lambda tx: sessions.delete(tx, OTHER, SESSION.id))
    assert await kept.db.write(lambda tx: sessions.delete(tx, DEFAULT_TENANT, SESSION.id))
    assert not await kept.db.write(lambda tx: sessions.delete(tx, DEFAULT_TENANT, SESSION.id))
    assert await kept.db.read(lambda tx: sessions.by_token(tx, "digest")) is None


async def test_all_sessions_of_one_user_end_together(kept: Kept) -> None:
    sessions = kept.stores.sessions
    mine = [replace(SESSION, id=f"ses_{n}") for n in (2, 1)]
    theirs = replace(SESSION, id="ses_3", user_id=BOB.id)

    def fill(tx: Tx) -> None:
        for session in (*mine, theirs):
            sessions.add(tx, session, f"digest of {session.id}")

    await kept.db.write(fill)
    assert await kept.db.write(lambda tx: sessions.delete_of_user(tx, OTHER, ANN.id)) == []
    assert await kept.db.write(lambda tx: sessions.delete_of_user(tx, DEFAULT_TENANT, ANN.id, "ses_1")) == [mine[0]]
    assert await kept.db.write(lambda tx: sessions.delete_of_user(tx, DEFAULT_TENANT, ANN.id)) == [mine[1]]
    assert await kept.db.read(lambda tx: sessions.by_token(tx, "digest of ses_3")) == UserSession(theirs, BOB)


async def test_expired_and_idle_sessions_are_cleared_away_a_few_at_a_time(kept: Kept) -> None:
    sessions = kept.stores.sessions
    expired = replace(SESSION, id="ses_a", last_seen_at=99, expires_at=100)
    idle = replace(SESSION, id="ses_b", last_seen_at=50, expires_at=1_000)
    fresh = replace(SESSION, id="ses_c", last_seen_at=51, expires_at=101)

    def fill(tx: Tx) -> None:
        for session in (idle, expired, fresh):
            sessions.add(tx, session, f"digest of {session.id}")

    await kept.db.write(fill)
    assert await kept.db.write(lambda tx: sessions.delete_expired(tx, 100, 50, 1)) == [expired]
    assert await kept.db.write(lambda tx: sessions.delete_expired(tx, 100, 50, 10)) == [idle]
    assert await kept.db.write(lambda tx: sessions.delete_expired(tx, 100, 50, 10)) == []
    assert await kept.db.read(lambda tx: sessions.by_token(tx, "digest of ses_c")) is not None


async def test_a_key_is_found_by_token_and_by_id_with_role_or_scopes(kept: Kept) -> None:
    keys = kept.stores.keys
    analyst = replace(KEY, id="key_2", role=Role.ANALYST, scopes=frozenset(), created_at=4, expires_at=99)

    def fill(tx: Tx) -> None:
        keys.add(tx, KEY, "digest")
        keys.add(tx, analyst, "other digest")

    await kept.db.write(fill)
    assert await kept.db.read(lambda tx: keys.by_token(tx, "digest")) == KEY
    assert await kept.db.read(lambda tx: keys.by_token(tx, "other digest")) == analyst
    assert await kept.db.read(lambda tx: keys.find(tx, DEFAULT_TENANT, KEY.id)) == KEY
    assert await kept.db.read(lambda tx: keys.find(tx, OTHER, KEY.id)) is None
    assert await kept.db.read(lambda tx: keys.by_token(tx, "no digest")) is None
    assert await kept.db.read(lambda tx: keys.all(tx, DEFAULT_TENANT)) == [analyst, KEY]
    assert await kept.db.read(lambda tx: keys.all(tx, OTHER)) == []


async def test_a_key_is_revoked_once_and_only_in_its_tenant(kept: Kept) -> None:
    keys = kept.stores.keys
    await kept.db.write(lambda tx: keys.add(tx, KEY, "digest"))
    assert not await kept.db.write(lambda tx: keys.revoke(tx, OTHER, KEY.id, 8))
    assert await kept.db.write(lambda tx: keys.revoke(tx, DEFAULT_TENANT, KEY.id, 9))
    assert not await kept.db.write(lambda tx: keys.revoke(tx, DEFAULT_TENANT, KEY.id, 10))
    assert await kept.db.read(lambda tx: keys.by_token(tx, "digest")) == replace(KEY, revoked_at=9)


async def test_the_last_use_of_a_key_only_moves_forward(kept: Kept) -> None:
    keys = kept.stores.keys
    await kept.db.write(lambda tx: keys.add(tx, KEY, "digest"))
    for tenant, at in ((DEFAULT_TENANT, 50), (DEFAULT_TENANT, 40), (OTHER, 90)):
        await kept.db.write(lambda tx, tenant=tenant, at=at: keys.touch(tx, tenant, KEY.id, at))
    assert await kept.db.read(lambda tx: keys.by_token(tx, "digest")) == replace(KEY, last_used_at=50)


async def test_a_key_has_a_tier_of_its_own_or_its_tenants(kept: Kept) -> None:
    keys, tenants = kept.stores.keys, kept.stores.tenants
    own = replace(KEY, id="key_2", created_at=6, tier=Tier.PREMIUM)

    def fill(tx: Tx) -> None:
        keys.add(tx, KEY, "digest")
        keys.add(tx, own, "other digest")

    await kept.db.write(fill)
    assert await kept.db.read(lambda tx: keys.by_token(tx, "other digest")) == own
    assert await kept.db.write(lambda tx: tenants.set_tier(tx, DEFAULT_TENANT, Tier.UNLIMITED))
    assert not await kept.db.write(lambda tx: tenants.set_tier(tx, DEFAULT_TENANT, Tier.UNLIMITED))
    assert not await kept.db.write(lambda tx: tenants.set_tier(tx, TenantId("nobody"), Tier.PREMIUM))
    found = await kept.db.read(lambda tx: tenants.find(tx, DEFAULT_TENANT))
    assert found == Tenant(DEFAULT_TENANT, "Default", 0, Tier.UNLIMITED)
    assert await kept.db.read(lambda tx: tenants.find(tx, OTHER)) == Tenant(OTHER, "Other", 1)
    everyone = await kept.db.read(lambda tx: keys.all(tx, DEFAULT_TENANT))
    assert [key.principal().tier for key in everyone] == [Tier.UNLIMITED, Tier.PREMIUM]
    assert not await kept.db.write(lambda tx: keys.set_tier(tx, OTHER, "key_2", None))
    assert not await kept.db.write(lambda tx: keys.set_tier(tx, DEFAULT_TENANT, "key_2", Tier.PREMIUM))
    assert await kept.db.write(lambda tx: keys.set_tier(tx, DEFAULT_TENANT, "key_2", None))
    changed = await kept.db.read(lambda tx: keys.find(tx, DEFAULT_TENANT, "key_2"))
    assert changed is not None
    assert (changed.tier, changed.principal().tier) == (None, Tier.UNLIMITED)


async def test_a_ticket_is_taken_by_one_of_many(kept: Kept) -> None:
    tickets, ticket = kept.stores.tickets, Ticket(DEFAULT_TENANT, "default/ses_1", 100)
    await kept.db.write(lambda tx: tickets.add(tx, ticket, "digest"))
    taken = await asyncio.gather(*(kept.db.write(lambda tx: tickets.take(tx, "digest")) for _ in range(8)))
    assert sorted(taken, key=lambda one: one is None) == [ticket] + [None] * 7


async def test_old_tickets_are_cleared_away(kept: Kept) -> None:
    tickets = kept.stores.tickets
    for expires_at in (100, 101):
        ticket = Ticket(DEFAULT_TENANT, "default/ses_1", expires_at)
        await kept.db.write(lambda tx, ticket=ticket: tickets.add(tx, ticket, f"digest {ticket.expires_at}"))
    await kept.db.write(lambda tx: tickets.delete_expired(tx, 100))
    assert await kept.db.write(lambda tx: tickets.take(tx, "digest 100")) is None
    assert await kept.db.write(lambda tx: tickets.take(tx, "digest 101")) is not None


async def _door(kept: Kept, digest: str) -> tuple[bool, bool]:
    def look(tx: ReadTx) -> tuple[bool, bool]:
        return kept.stores.setup.is_open(tx), kept.stores.setup.accepts(tx, digest)

    return await kept.db.read(look)


async def test_only_the_token_offered_last_opens_the_door(kept: Kept) -> None:
    setup = kept.stores.setup
    assert await _door(kept, "") == (True, False)
    assert not await kept.db.write(lambda tx: setup.enter(tx, "", 5))
    assert await kept.db.write(lambda tx: setup.offer(tx, "first"))
    assert await kept.db.write(lambda tx: setup.offer(tx, "second"))
    assert await _door(kept, "first") == (True, False)
    assert await _door(kept, "second") == (True, True)
    assert not await kept.db.write(lambda tx: setup.enter(tx, "first", 5))


async def test_one_of_many_gets_in_and_the_door_is_closed_for_ever(kept: Kept) -> None:
    setup = kept.stores.setup
    await kept.db.write(lambda tx: setup.offer(tx, "digest"))
    entered = await asyncio.gather(*(kept.db.write(lambda tx: setup.enter(tx, "digest", 5)) for _ in range(8)))
    assert sorted(entered) == [False] * 7 + [True]
    assert await _door(kept, "digest") == (False, False)
    assert not await kept.db.write(lambda tx: setup.offer(tx, "digest"))
    await kept.db.write(lambda tx: setup.close(tx, 6))
    assert await _door(kept, "digest") == (False, False)


async def test_the_door_can_be_closed_without_its_token(kept: Kept) -> None:
    setup = kept.stores.setup
    await kept.db.write(lambda tx: setup.offer(tx, "digest"))
    await kept.db.write(lambda tx: setup.close(tx, 6))
    assert await _door(kept, "digest") == (False, False)
    assert not await kept.db.write(lambda tx: setup.enter(tx, "digest", 7))


async def test_a_closure_that_fails_leaves_the_door_open(database: Database) -> None:
    setup = SqlIdentity().setup
    await database.write(lambda tx: setup.offer(tx, "digest"))

    def fail(tx: Tx) -> None:
        assert setup.enter(tx, "digest", 5)
        raise ConflictError("the name is taken")

    with pytest.raises(ConflictError):
        await database.write(fail)
    assert await database.read(lambda tx: setup.accepts(tx, "digest"))
