"""What the identity service promises on every database: races have one winner, and the audit knows what happened."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from netsentinel.identity import IdentityLimits, IdentityService
from netsentinel.identity.store_sql import SqlIdentity
from netsentinel.identity.testing import PlainHashing
from netsentinel.kernel.clock import HOUR, MINUTE
from netsentinel.kernel.errors import ConflictError, NotAuthenticatedError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, Role, system_principal
from netsentinel.storage import Database, Journal
from tests.identity import PASSWORD

pytestmark = pytest.mark.anyio
SYSTEM = system_principal()


@pytest.fixture
def service(database: Database, clock: FakeClock) -> IdentityService:
    return IdentityService(database, SqlIdentity(), clock, IdentityLimits(), PlainHashing())


async def test_of_many_first_administrators_one_gets_in(service: IdentityService, database: Database) -> None:
    token = await service.ensure_setup_token()
    assert token is not None
    crowd = (service.complete_setup(token, f"ann-{n}", PASSWORD, address=f"192.0.2.{n}") for n in range(8))
    results = await asyncio.gather(*crowd, return_exceptions=True)
    assert [type(result) for result in results].count(NotAuthenticatedError) == 7
    assert len(await service.users.all(SYSTEM)) == 1
    assert await database.read(lambda tx: tx.rows("SELECT COUNT(*) FROM sessions")) == [(1,)]


async def test_a_first_administrator_and_the_command_line_do_not_both_get_in(service: IdentityService) -> None:
    token = await service.ensure_setup_token()
    assert token is not None
    through_the_link, _ = await asyncio.gather(
        service.complete_setup(token, "eve", PASSWORD),
        service.users.create(SYSTEM, "ann", PASSWORD, Role.ADMIN),
        return_exceptions=True,
    )
    names = [user.name for user in await service.users.all(SYSTEM)]
    # Whoever comes second finds the door closed; the command line needs no door.
    assert names == (["ann"] if isinstance(through_the_link, NotAuthenticatedError) else ["ann", "eve"])
    assert not await service.setup_needed()


async def test_a_ticket_opens_one_of_many_sockets(service: IdentityService) -> None:
    made = await service.keys.create(SYSTEM, "program", role=Role.VIEWER)
    admission = await service.validate_token(made.text)
    assert admission is not None
    ticket = await service.issue_ticket(admission)
    opened = await asyncio.gather(*(service.consume_ticket(ticket.text) for _ in range(8)))
    assert [one for one in opened if one is not None] == [admission]


async def test_one_name_is_given_to_one_of_many(service: IdentityService) -> None:
    crowd = (service.users.create(SYSTEM, name, PASSWORD, Role.VIEWER) for name in ("ann", "ANN", "Ann", "aNN"))
    results = await asyncio.gather(*crowd, return_exceptions=True)
    assert sum(isinstance(result, Exception) for result in results) == 3
    assert len(await service.users.all(SYSTEM)) == 1


async def test_logins_at_once_clear_old_sessions_away_without_tripping(
    service: IdentityService, clock: FakeClock, database: Database
) -> None:
    await service.users.create(SYSTEM, "ann", PASSWORD, Role.ADMIN)
    await asyncio.gather(*(service.authenticate("ann", PASSWORD, address=f"192.0.2.{n}") for n in range(8)))
    clock.advance(HOUR)
    await asyncio.gather(*(service.authenticate("ann", PASSWORD, address=f"192.0.2.{n}") for n in range(8)))
    assert await database.read(lambda tx: tx.rows("SELECT COUNT(*) FROM sessions")) == [(8,)]
    closed = await database.read(lambda tx: tx.rows("SELECT COUNT(*) FROM journal WHERE kind = 'session.closed'"))
    assert closed == [(8,)]


async def test_a_disabled_user_is_out_even_while_logging_in(service: IdentityService) -> None:
    user = await service.users.create(SYSTEM, "ann", PASSWORD, Role.ADMIN)
    results = await asyncio.gather(
        *(service.authenticate("ann", PASSWORD, address=f"192.0.2.{n}") for n in range(4)),
        service.users.disable(SYSTEM, user.id, last_administrator=True),
        return_exceptions=True,
    )
    tokens = [getattr(result, "token", "") for result in results]
    assert [await service.validate_token(token) for token in tokens] == [None] * 5


async def test_of_the_last_administrators_at_once_one_stays(service: IdentityService) -> None:
    ann, bob, eve = [await service.users.create(SYSTEM, name, PASSWORD, Role.ADMIN) for name in ("ann", "bob", "eve")]
    results = await asyncio.gather(
        service.users.disable(SYSTEM, ann.id),
        service.users.set_role(SYSTEM, bob.id, Role.VIEWER),
        service.users.disable(SYSTEM, eve.id),
        return_exceptions=True,
    )
    assert [type(result) for result in results].count(ConflictError) == 1
    active = [user for user in await service.users.all(SYSTEM) if user.role is Role.ADMIN and not user.is_disabled]
    assert len(active) == 1


class ChangedMeanwhile(PlainHashing):
    """Hashing during which something happens, once: after the comparison, before the session begins."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def matches(self, password: str, hashed: str | None) -> bool:
        fits = await super().matches(password, hashed)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return fits


@pytest.mark.parametrize("change", ["password", "disable"])
async def test_a_login_that_was_compared_before_a_change_opens_no_session(
    database: Database, clock: FakeClock, journal: Journal, change: str
) -> None:
    hashing = ChangedMeanwhile()
    service = IdentityService(database, SqlIdentity(), clock, IdentityLimits(), hashing)
    ann = await service.users.create(SYSTEM, "ann", PASSWORD, Role.VIEWER)
    hashing.meanwhile = {
        "password": lambda: service.users.set_password(SYSTEM, ann.id, "walrus orbit lantern eleven"),
        "disable": lambda: service.users.disable(SYSTEM, ann.id),
    }[change]
    with pytest.raises(NotAuthenticatedError):
        await service.authenticate("ann", PASSWORD)
    assert await database.read(lambda tx: tx.rows("SELECT COUNT(*) FROM sessions")) == [(0,)]
    entries = await journal.read(0, 10, topics=["audit"])
    assert [entry.kind for entry in entries][-1] == "login.failed"
    assert entries[-1].payload["reason"] == {"password": "wrong password", "disable": "user disabled"}[change]


async def test_logins_at_once_that_hash_the_password_anew_all_get_in(database: Database, clock: FakeClock) -> None:
    stores, limits = SqlIdentity(), IdentityLimits()
    before = IdentityService(database, stores, clock, limits, PlainHashing("old"))
    await before.users.create(SYSTEM, "ann", PASSWORD, Role.VIEWER)
    service = IdentityService(database, stores, clock, limits, PlainHashing("new"))
    logins = await asyncio.gather(*(service.authenticate("ann", PASSWORD, address=f"192.0.2.{n}") for n in range(8)))
    assert all([await service.validate_token(login.token) for login in logins])
    account = await database.read(lambda tx: stores.users.account(tx, DEFAULT_TENANT, "ann"))
    assert account is not None
    assert account.password_hash == f"new:{PASSWORD}"


async def test_the_audit_chain_holds_what_happened_and_no_secret(
    service: IdentityService, clock: FakeClock, database: Database, journal: Journal
) -> None:
    await service.users.create(SYSTEM, "ann", PASSWORD, Role.ADMIN)
    login = await service.authenticate("ann", PASSWORD)
    clock.advance(MINUTE)
    await service.logout(login.token)
    entries = await journal.read(0, 10, topics=["audit"])
    assert [entry.kind for entry in entries] == ["user.created", "session.opened", "session.closed"]
    assert all(entry.audited for entry in entries)
    assert (await journal.verify(DEFAULT_TENANT)).intact
    rows = await database.read(lambda tx: tx.rows("SELECT payload, subject, principal FROM journal"))
    assert login.token not in repr(rows)
    assert PASSWORD not in repr(rows)
