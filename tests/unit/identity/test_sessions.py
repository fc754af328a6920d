"""Browser sessions, one by one and as a state machine."""

import asyncio
import itertools
from dataclasses import dataclass, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from netsentinel.identity import IdentityLimits
from netsentinel.identity.entries import SessionClosed, SessionOpened
from netsentinel.identity.sessions import TOUCH_EVERY
from netsentinel.kernel.clock import HOUR, MINUTE, SECOND
from netsentinel.kernel.errors import NotAuthenticatedError, StorageFullError
from netsentinel.kernel.types import DEFAULT_TENANT, system_principal
from tests.identity import PASSWORD, House

IDLE = IdentityLimits().session_idle
SYSTEM = system_principal()


@pytest.mark.anyio
async def test_a_login_opens_a_session_and_announces_it(house: House) -> None:
    await house.user()
    result = await house.service.authenticate("Ann", PASSWORD, address="192.0.2.1", user_agent="x" * 999)
    entry = house.db.entries[-1]
    assert (entry.kind, entry.subject, entry.principal) == ("session.opened", result.session.id, result.principal.id)
    assert entry.payload == SessionOpened(
        user_id=result.principal.id, user="ann", address="192.0.2.1", expires_at=house.clock.now() + 12 * HOUR
    )
    assert len(result.session.user_agent) == 256
    assert result.token not in repr(house.stores.sessions.__dict__)
    admission = await house.service.validate_token(result.token)
    assert admission is not None
    assert (admission.ref, admission.expires_at) == (f"default/{result.session.id}", result.session.expires_at)


@pytest.mark.anyio
async def test_a_session_ends_when_nobody_uses_it(house: House) -> None:
    token = (await house.login()).token
    house.clock.advance(IDLE - 1)
    assert await house.service.validate_token(token) is not None
    house.clock.advance(IDLE)
    assert await house.service.validate_token(token) is None
    assert house.db.entries[-1].payload == SessionClosed(user_id=house.db.entries[-1].principal, reason="expired")


@pytest.mark.anyio
async def test_a_session_ends_in_any_case_after_its_longest_time(house: House) -> None:
    result = await house.login()
    for _ in range(47):
        house.clock.advance(15 * MINUTE)
        assert await house.service.validate_token(result.token) is not None
    house.clock.advance(15 * MINUTE)
    assert await house.service.validate_token(result.token) is None
    assert not await house.service.still_valid(f"default/{result.session.id}")


@pytest.mark.anyio
async def test_asking_whether_it_is_valid_is_no_use(house: House) -> None:
    result = await house.login()
    ref = f"default/{result.session.id}"
    for _ in range(29):
        house.clock.advance(MINUTE)
        assert await house.service.still_valid(ref)
    house.clock.advance(MINUTE)
    assert not await house.service.still_valid(ref)


@pytest.mark.anyio
async def test_a_logout_ends_one_session_for_ever(house: House) -> None:
    one, other = await house.login(), await house.login()
    assert one.token != other.token
    await house.service.logout(one.token)
    await house.service.logout(one.token)
    await house.service.logout("nonsense")
    assert house.kinds().count("session.closed") == 1
    assert await house.service.validate_token(one.token) is None
    assert await house.service.validate_token(other.token) is not None


@pytest.mark.anyio
async def test_a_new_login_replaces_the_session_that_came_with_it(house: House) -> None:
    old = await house.login()
    new = await house.service.authenticate("ann", PASSWORD, replaces=old.token)
    assert await house.service.validate_token(old.token) is None
    assert await house.service.validate_token(new.token) is not None
    assert house.db.entries[-1].payload == SessionClosed(user_id=old.principal.id, reason="replaced")


@pytest.mark.anyio
async def test_the_last_use_is_written_down_once_a_minute(house: House) -> None:
    result = await house.login()
    seen: list[int] = []
    for _ in range(5):
        await house.service.validate_token(result.token)
        found = await house.db.read(lambda tx: house.stores.sessions.find(tx, DEFAULT_TENANT, result.session.id))
        assert found is not None
        seen.append(found.session.last_seen_at - result.session.created_at)
        house.clock.advance(30 * SECOND)
    assert seen == [0, 0, 60 * SECOND, 60 * SECOND, 120 * SECOND]
    assert TOUCH_EVERY == MINUTE


@pytest.mark.anyio
async def test_a_short_idle_time_is_noted_more_often() -> None:
    house = House(limits=replace(IdentityLimits(), session_idle=MINUTE))
    token = (await house.login()).token
    for _ in range(20):
        house.clock.advance(50 * SECOND)
        assert await house.service.validate_token(token) is not None


@pytest.mark.anyio
async def test_sessions_that_ran_out_are_cleared_away_by_the_next_login(house: House) -> None:
    old = await house.login()
    house.clock.advance(IDLE)
    await house.login()
    closed = [entry for entry in house.db.entries if entry.kind == "session.closed"]
    assert [entry.subject for entry in closed] == [old.session.id]


@pytest.mark.anyio
async def test_a_full_disk_does_not_shut_sessions_out(house: House) -> None:
    token = (await house.login()).token
    house.clock.advance(10 * MINUTE)
    house.db.failure = StorageFullError("full")
    assert await house.service.validate_token(token) is not None
    house.clock.advance(IDLE)
    assert await house.service.validate_token(token) is None


@dataclass
class Known:
    """What the model knows of one session."""

    token: str
    ref: str
    user: str
    opened_at: int
    used_at: int
    """Time of the last request that was let in."""
    ended: bool = False


class SessionMachine(RuleBasedStateMachine):
    """Logins, requests, logouts, disabled users and time in any order: a session is valid exactly when it should be."""

    sessions = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.house = House()
        self.loop = asyncio.Runner()
        self.loop.run(self.house.user("root"))  # an administrator who stays
        self.known: list[Known] = []
        self.users: dict[str, str] = {}
        self.disabled: set[str] = set()
        self.addresses = itertools.count()

    def teardown(self) -> None:
        self.loop.close()

    @rule(target=sessions, name=st.sampled_from(["ann", "bob"]))
    def log_in(self, name: str) -> Known:
        run, now = self.loop.run, self.house.clock.now()
        if name not in self.users:
            self.users[name] = run(self.house.user(name)).id
        if name in self.disabled:
            with pytest.raises(NotAuthenticatedError):
                run(self.house.service.authenticate(name, PASSWORD, address=f"address {next(self.addresses)}"))
            return Known("no such token", "default/ses_none", name, 0, 0, ended=True)
        result = run(self.house.service.authenticate(name, PASSWORD))
        assert result.token not in {known.token for known in self.known}
        known = Known(result.token, f"default/{result.session.id}", name, now, now)
        self.known.append(known)
        return known

    @rule(session=sessions)
    def request(self, session: Known) -> None:
        admission = self.loop.run(self.house.service.validate_token(session.token))
        assert not (admission is not None and self._must_be_over(session))
        assert not (admission is None and self._must_be_valid(session))
        if admission is None:
            session.ended = True
        else:
            assert admission.principal.id == self.users[session.user]
            session.used_at = self.house.clock.now()

    @rule(session=consumes(sessions))
    def log_out(self, session: Known) -> None:
        self.loop.run(self.house.service.logout(session.token))
        session.ended = True

    @rule(name=st.sampled_from(["ann", "bob"]))
    def disable(self, name: str) -> None:
        if name in self.users and name not in self.disabled:
            self.loop.run(self.house.service.users.disable(SYSTEM, self.users[name]))
            self.disabled.add(name)
            for known in self.known:
                known.ended = known.ended or known.user == name

    @rule(seconds=st.sampled_from([1, 59, 60, 600, 1_739, 1_799, 1_800, 7_200]))
    def wait(self, seconds: int) -> None:
        self.house.clock.advance(seconds * SECOND)

    @invariant()
    def whoever_is_out_stays_out(self) -> None:
        for known in self.known:
            valid = self.loop.run(self.house.service.still_valid(known.ref))
            assert not (valid and self._must_be_over(known))
            assert valid or not self._must_be_valid(known)

    def _must_be_over(self, session: Known) -> bool:
        now = self.house.clock.now()
        limits = self.house.limits
        return (
            session.ended
            or session.user in self.disabled
            or now - session.opened_at >= limits.session_max
            or now - session.used_at >= limits.session_idle
        )

    def _must_be_valid(self, session: Known) -> bool:
        """Stricter than the opposite by the minute in which a use is not written down."""
        now = self.house.clock.now()
        limits = self.house.limits
        return (
            not session.ended
            and session.user not in self.disabled
            and now - session.opened_at < limits.session_max
            and now - session.used_at < limits.session_idle - TOUCH_EVERY
        )


TestSessionMachine = SessionMachine.TestCase
TestSessionMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
