"""Who may come in: logins, tokens, tickets and the first run."""

from pathlib import Path

from netsentinel.identity.keys import ApiKeys
from netsentinel.identity.logins import Logins, failure
from netsentinel.identity.model import Admission, IdentityLimits, LoginResult, NewTicket, Ticket
from netsentinel.identity.passwords import PasswordRules
from netsentinel.identity.ports import IdentityStores, PasswordHashing
from netsentinel.identity.refs import KEY, parse_ref
from netsentinel.identity.sessions import Sessions
from netsentinel.identity.throttle import LoginThrottle
from netsentinel.identity.tokens import looks_like_api_key, new_token, token_hash
from netsentinel.identity.users import Users
from netsentinel.kernel.clock import SECOND, Clock
from netsentinel.kernel.errors import NotAuthenticatedError
from netsentinel.kernel.types import DEFAULT_TENANT, Micros, Principal, Role, TenantId, system_principal
from netsentinel.storage.ports import Database, ReadTx, Tx

TICKET_LIFETIME: Micros = 30 * SECOND


class IdentityService:
    """Says who somebody is, and whether that still holds. `users` and `keys` manage who there is.

    `logins` opens sessions and lets people change their own passwords.
    """

    def __init__(
        self,
        db: Database,
        stores: IdentityStores,
        clock: Clock,
        limits: IdentityLimits,
        hashing: PasswordHashing,
    ) -> None:
        self._db = db
        self._stores = stores
        self._clock = clock
        self._throttle = LoginThrottle(clock, limits.login_attempts_per_minute)
        self._sessions = Sessions(db, stores, clock, limits)
        rules = PasswordRules(limits.password_min_length)
        self.users = Users(db, stores, clock, hashing, rules, self._sessions)
        self.logins = Logins(db, stores, hashing, rules, self._throttle, self._sessions, self.users)
        self.keys = ApiKeys(db, stores, clock, top_tier=limits.top_tier)

    def acting(self, tx: ReadTx, tenant: TenantId, principal_id: str) -> Principal | None:
        """A user or key as it is now, by its id; None when it may not act any more. For what it left to be done."""
        user = self._stores.users.find(tx, tenant, principal_id)
        if user is not None:
            return None if user.is_disabled else user.principal()
        key = self._stores.keys.find(tx, tenant, principal_id)
        return key.principal() if key is not None and key.is_valid(self._clock.now()) else None

    async def name_of(self, tenant: TenantId, principal_id: str) -> str:
        """What a user or key of the tenant is called, also one that may not act any more; empty for nobody's id."""
        system = system_principal(tenant)
        if principal_id == system.id:
            return system.name

        def read(tx: ReadTx) -> str:
            found = self._stores.users.find(tx, tenant, principal_id) or self._stores.keys.find(
                tx, tenant, principal_id
            )
            return "" if found is None else found.name

        return await self._db.read(read)

    # Logging in and out.

    async def authenticate(
        self,
        name: str,
        password: str,
        *,
        tenant: TenantId = DEFAULT_TENANT,
        address: str = "",
        user_agent: str = "",
        replaces: str = "",
    ) -> LoginResult:
        """Open a session for a user.

        Args:
            name: in whatever case.
            password: as it was typed.
            tenant: where the user is, in whatever case.
            address: the browser's network address, which failures are counted for.
            user_agent: what the browser calls itself.
            replaces: token of a session that this one takes the place of; it ends.

        Raises:
            ThrottledError: too many failures from this address; the password was not looked at.
            NotAuthenticatedError: name, password or tenant is wrong, or the user is disabled. It does not say which,
                and takes the same time for a name that does not exist.
        """
        result = await self.logins.authenticate(name, password, tenant, address, user_agent)
        if replaces:
            await self._sessions.close(replaces, "replaced")
        return result

    async def logout(self, token: str) -> None:
        """End the session of this token. Doing it twice changes nothing."""
        await self._sessions.close(token)

    # Who is it, and is it still.

    async def validate_token(self, token: str) -> Admission | None:
        """Whom a session's token or an API key admits; None when it is not (or no longer) valid.

        A mistyped key is refused without a query. A session's token counts as a use of the session.
        """
        return await (self.keys.admit(token) if looks_like_api_key(token) else self._sessions.admit(token))

    async def still_valid(self, ref: str) -> bool:
        """Whether the session or key that admitted somebody still does. Asking does not count as a use."""
        return await self._find(ref) is not None

    # Tickets.

    async def issue_ticket(self, admission: Admission) -> NewTicket:
        """A ticket that repeats this admission once, within 30 s: for opening a WebSocket without a cookie."""
        text = new_token()
        now = self._clock.now()
        ticket = Ticket(admission.principal.tenant, admission.ref, now + TICKET_LIFETIME)

        def add(tx: Tx) -> None:
            self._stores.tickets.delete_expired(tx, now)
            self._stores.tickets.add(tx, ticket, token_hash(text))

        await self._db.write(add)
        return NewTicket(text, ticket.expires_at)

    async def consume_ticket(self, ticket: str) -> Admission | None:
        """Whom a ticket admits; None when it is unknown, used, too old, or its session or key ended. It is used up."""
        taken = await self._db.write(lambda tx: self._stores.tickets.take(tx, token_hash(ticket)))
        if taken is None or taken.expires_at <= self._clock.now():
            return None
        return await self._find(taken.ref)

    # The first run.

    async def setup_needed(self) -> bool:
        """Whether there has never been a user."""
        return await self._db.read(self._stores.setup.is_open)

    async def ensure_setup_token(self) -> str | None:
        """A fresh one-time token for `complete_setup`, or None when there is (or was) a user.

        Each call makes the token of the call before useless.
        """
        token = new_token()
        offered = await self._db.write(lambda tx: self._stores.setup.offer(tx, token_hash(token)))
        return token if offered else None

    async def complete_setup(
        self, token: str, username: str, password: str, *, address: str = "", user_agent: str = ""
    ) -> LoginResult:
        """Make the first administrator and log in. The door closes for ever: of two callers, one gets in.

        Raises:
            NotAuthenticatedError: the token is wrong, used or replaced, or somebody else was quicker.
            InvalidInputError: the name is impossible, or the password is too short or too common; try again.
            ThrottledError: too many wrong tokens from this address.
        """
        attempt = self._throttle.start(address)
        digest = token_hash(token)
        if not await self._db.read(lambda tx: self._stores.setup.accepts(tx, digest)):
            await self._db.write(lambda tx: tx.append(failure(DEFAULT_TENANT, None, address, "wrong set-up token")))
            raise NotAuthenticatedError("The set-up link is not valid. The server prints a new one when it starts.")
        attempt.take_back()
        account = await self.users.prepare(DEFAULT_TENANT, username, password, Role.ADMIN)

        def enter(tx: Tx) -> LoginResult:
            if not self._stores.setup.enter(tx, digest, self._clock.now()):
                raise NotAuthenticatedError("Somebody else has completed the set-up. Log in instead.")
            self.users.add(tx, account.user.id, account, first=True)
            return self._sessions.open(tx, account, address, user_agent)

        return await self._db.write(enter)

    async def ensure_local_key(self, path: Path) -> None:
        """Have a valid analyst's key in this file, for the command line on this machine."""
        await self.keys.ensure_local(path)

    async def _find(self, ref: str) -> Admission | None:
        tenant, subject_id = parse_ref(ref)
        holder = self.keys if subject_id.startswith(f"{KEY}_") else self._sessions
        return await holder.find(tenant, subject_id)
