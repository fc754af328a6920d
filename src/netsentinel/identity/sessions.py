"""Browser sessions: opened by a login, ended by a logout, by time, or with their user."""

from collections.abc import Callable

import structlog

from netsentinel.identity.entries import SESSION_CLOSED, SESSION_OPENED, SessionClosed, SessionOpened
from netsentinel.identity.model import Account, Admission, IdentityLimits, LoginResult, Session, User, UserSession
from netsentinel.identity.ports import IdentityStores
from netsentinel.identity.refs import SESSION, ref_of
from netsentinel.identity.tokens import new_token, token_hash
from netsentinel.kernel.clock import MINUTE, Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NotAuthenticatedError, UnavailableError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Database, Tx

TOUCH_EVERY: Micros = MINUTE
"""The last use is written down at most so often (less where the idle time is short), not with every request."""
_TOUCHES_PER_IDLE = 10
_SWEEP_LIMIT = 100
_MAX_USER_AGENT = 256
_MAX_ADDRESS = 64

_log = structlog.get_logger("netsentinel.identity")


class Sessions:
    """Opens, finds and closes sessions."""

    def __init__(self, db: Database, stores: IdentityStores, clock: Clock, limits: IdentityLimits) -> None:
        self._db = db
        self._stores = stores
        self._clock = clock
        self._limits = limits
        self._touch_every = min(TOUCH_EVERY, limits.session_idle // _TOUCHES_PER_IDLE)

    def open(self, tx: Tx, account: Account, address: str, user_agent: str) -> LoginResult:
        """A session with a fresh token, in the caller's transaction. Sessions that ran out are cleared away with it.

        Raises:
            NotAuthenticatedError: the user was disabled or given another hash since the account was read; what was
                compared with it opens no session any more.
        """
        now = self._clock.now()
        tenant, user_id = account.user.tenant, account.user.id
        user = self._stores.users.record_login(tx, tenant, user_id, account.password_hash, now)
        if user is None:
            raise NotAuthenticatedError("This user can no longer log in with that password.")
        session = Session(
            id=new_id(SESSION, now),
            tenant=user.tenant,
            user_id=user.id,
            address=address[:_MAX_ADDRESS],
            user_agent=user_agent[:_MAX_USER_AGENT],
            created_at=now,
            last_seen_at=now,
            expires_at=now + self._limits.session_max,
        )
        token = new_token()
        self._stores.sessions.add(tx, session, token_hash(token))
        tx.append(
            NewEntry(
                SESSION_OPENED,
                user.tenant,
                user.id,
                session.id,
                SessionOpened(user_id=user.id, user=user.name, address=session.address, expires_at=session.expires_at),
            )
        )
        self._sweep(tx, now)
        return LoginResult(user.principal(), session, token)

    async def admit(self, token: str) -> Admission | None:
        """Who stands behind the token. It counts as a use, which keeps the session from becoming idle."""
        found = await self._db.read(lambda tx: self._stores.sessions.by_token(tx, token_hash(token)))
        if found is None:
            return None
        now = self._clock.now()
        if not self._is_valid(found, now):
            await self._best_effort(lambda tx: self._end(tx, found.session, "expired"))
            return None
        if now - found.session.last_seen_at >= self._touch_every:
            session = found.session
            await self._best_effort(lambda tx: self._stores.sessions.touch(tx, session.tenant, session.id, now))
        return admission_of(found)

    async def find(self, tenant: TenantId, session_id: str) -> Admission | None:
        """The admission of a session that is still valid. It does not count as a use."""
        found = await self._db.read(lambda tx: self._stores.sessions.find(tx, tenant, session_id))
        return admission_of(found) if found is not None and self._is_valid(found, self._clock.now()) else None

    async def close(self, token: str, reason: str = "logout") -> None:
        """End the session of this token. Doing it twice changes nothing."""
        digest = token_hash(token)

        def end(tx: Tx) -> None:
            found = self._stores.sessions.by_token(tx, digest)
            if found is not None:
                self._end(tx, found.session, reason)

        await self._db.write(end)

    def close_all_of(self, tx: Tx, user: User, reason: str, *, but: str = "") -> int:
        """End every session of a user, but the one of this id, in the caller's transaction; how many there were."""
        ended = self._stores.sessions.delete_of_user(tx, user.tenant, user.id, but)
        for session in ended:
            tx.append(_closed(session, reason))
        return len(ended)

    def _is_valid(self, found: UserSession, now: Micros) -> bool:
        session = found.session
        return (
            now < session.expires_at
            and now - session.last_seen_at < self._limits.session_idle
            and not found.user.is_disabled
        )

    def _end(self, tx: Tx, session: Session, reason: str) -> None:
        if self._stores.sessions.delete(tx, session.tenant, session.id):
            tx.append(_closed(session, reason))

    def _sweep(self, tx: Tx, now: Micros) -> None:
        idle_since = now - self._limits.session_idle
        for session in self._stores.sessions.delete_expired(tx, now, idle_since, _SWEEP_LIMIT):
            tx.append(_closed(session, "expired"))

    async def _best_effort(self, write: Callable[[Tx], object]) -> None:
        """Bookkeeping that a request can do without: with a full disk, reading goes on."""
        try:
            await self._db.write(write)
        except UnavailableError as error:
            _log.warning("session_not_noted", code=error.code)


def admission_of(found: UserSession) -> Admission:
    """What a valid session admits."""
    session = found.session
    return Admission(found.user.principal(), ref_of(session.tenant, session.id), session.expires_at)


def _closed(session: Session, reason: str) -> NewEntry:
    payload = SessionClosed(user_id=session.user_id, reason=reason)
    return NewEntry(SESSION_CLOSED, session.tenant, session.user_id, session.id, payload)
