"""Ports of the identity feature: the provider that others ask, the hashing of passwords, and the stores.

Stores that look a secret up by its hash take no tenant: the row is what says which tenant it is. Every other call does.
"""

from typing import Protocol

from netsentinel.identity.model import (
    Account,
    Admission,
    ApiKey,
    LoginResult,
    NewTicket,
    Session,
    Tenant,
    Ticket,
    User,
    UserSession,
)
from netsentinel.kernel.types import DEFAULT_TENANT, Micros, TenantId, Tier
from netsentinel.storage.ports import ReadTx, Tx


class AuthProvider(Protocol):
    """Says who somebody is: what HTTP and the WebSocket ask, whatever a token looks like (document 001's port)."""

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
        """Check a name and a password; a new session with its token.

        Args:
            name: in whatever case.
            password: as it was typed.
            tenant: where the user is, in whatever case.
            address: the browser's network address, which failures are counted for.
            user_agent: what the browser calls itself.
            replaces: token of a session that this one takes the place of; it ends.

        Raises:
            ThrottledError: too many failures from this address; the password was not looked at.
            NotAuthenticatedError: name, password or tenant is wrong, or the user is disabled. It does not say which.
        """
        ...

    async def validate_token(self, token: str) -> Admission | None:
        """Whom a session's token or an API key admits, or None when it is not (or no longer) valid."""
        ...

    async def logout(self, token: str) -> None:
        """End the session of this token. Doing it twice changes nothing."""
        ...

    async def issue_ticket(self, admission: Admission) -> NewTicket:
        """A ticket that repeats this admission once, within 30 s: for opening a WebSocket without a cookie."""
        ...

    async def name_of(self, tenant: TenantId, principal_id: str) -> str:
        """What a user or key of the tenant is called, also one that may not act any more; empty for nobody's id."""
        ...

    async def setup_needed(self) -> bool:
        """Whether there has never been a user."""
        ...

    async def complete_setup(
        self, token: str, username: str, password: str, *, address: str = "", user_agent: str = ""
    ) -> LoginResult:
        """Make the first administrator and log in; it works once.

        Raises:
            NotAuthenticatedError: the token is wrong, used or replaced, or somebody else was quicker.
            InvalidInputError: the name or the password is refused; try again.
            ThrottledError: too many wrong tokens from this address.
        """
        ...


class PasswordHashing(Protocol):
    """Turns passwords into something that is worth little to a thief."""

    async def hash(self, password: str) -> str:
        """A salted hash with its parameters in it."""
        ...

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Whether the password belongs to the hash. None, for no such user, takes the same work and is False."""
        ...

    def is_outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        ...


class TenantStore(Protocol):
    """The tenants. `default` is there from the start."""

    def add(self, tx: Tx, tenant: Tenant) -> bool:
        """Insert a tenant; False when its id is taken."""
        ...

    def find(self, tx: ReadTx, tenant: TenantId) -> Tenant | None:
        """The tenant of this id."""
        ...

    def set_tier(self, tx: Tx, tenant: TenantId, tier: Tier) -> bool:
        """Give the tenant a tier; False when there is no such tenant or it has that tier."""
        ...


class UserStore(Protocol):
    """Users and their password hashes."""

    def add(self, tx: Tx, account: Account) -> bool:
        """Insert a user; False when the tenant has a user of that name."""
        ...

    def find(self, tx: ReadTx, tenant: TenantId, user_id: str) -> User | None:
        """The user of this id."""
        ...

    def account(self, tx: ReadTx, tenant: TenantId, name: str) -> Account | None:
        """The user of this name, in whatever case, with the password hash."""
        ...

    def all(self, tx: ReadTx, tenant: TenantId) -> list[User]:
        """Every user of the tenant, by name."""
        ...

    def record_login(self, tx: Tx, tenant: TenantId, user_id: str, password_hash: str, now: Micros) -> User | None:
        """Note the time of a login; the user as it is now.

        Returns:
            None when the user is gone or disabled, or the hash is not that of the user's password any more.
        """
        ...

    def set_password_hash(self, tx: Tx, tenant: TenantId, user_id: str, old: str, new: str) -> bool:
        """Replace the hash, provided that it is still `old`."""
        ...

    def change(self, tx: Tx, before: User, after: User) -> bool:
        """Give a user the role and the moment of disabling of `after`, provided that it has those of `before`."""
        ...


class SessionStore(Protocol):
    """Sessions of users."""

    def add(self, tx: Tx, session: Session, token_hash: str) -> None:
        """Insert a session."""
        ...

    def by_token(self, tx: ReadTx, token_hash: str) -> UserSession | None:
        """The session of this token, expired or not."""
        ...

    def find(self, tx: ReadTx, tenant: TenantId, session_id: str) -> UserSession | None:
        """The session of this id, expired or not."""
        ...

    def touch(self, tx: Tx, tenant: TenantId, session_id: str, now: Micros) -> None:
        """Note that the session was used; the time never goes backward."""
        ...

    def delete(self, tx: Tx, tenant: TenantId, session_id: str) -> bool:
        """End a session; False when it was gone."""
        ...

    def delete_of_user(self, tx: Tx, tenant: TenantId, user_id: str, but: str = "") -> list[Session]:
        """End all sessions of a user but the one of this id; those that ended, by id."""
        ...

    def delete_expired(self, tx: Tx, now: Micros, idle_since: Micros, limit: int) -> list[Session]:
        """End sessions, whoever's, that expired by `now` or were last used at `idle_since` or before.

        Returns:
            Those that ended, by id, at most `limit`.
        """
        ...


class KeyStore(Protocol):
    """API keys."""

    def add(self, tx: Tx, key: ApiKey, token_hash: str) -> None:
        """Insert a key."""
        ...

    def by_token(self, tx: ReadTx, token_hash: str) -> ApiKey | None:
        """The key of this text, valid or not."""
        ...

    def find(self, tx: ReadTx, tenant: TenantId, key_id: str) -> ApiKey | None:
        """The key of this id, valid or not."""
        ...

    def all(self, tx: ReadTx, tenant: TenantId) -> list[ApiKey]:
        """Every key of the tenant, oldest first, revoked ones too."""
        ...

    def touch(self, tx: Tx, tenant: TenantId, key_id: str, now: Micros) -> None:
        """Note that the key was used; the time never goes backward."""
        ...

    def revoke(self, tx: Tx, tenant: TenantId, key_id: str, now: Micros) -> bool:
        """Revoke the key; False when there is no such key or it was revoked before."""
        ...

    def set_tier(self, tx: Tx, tenant: TenantId, key_id: str, tier: Tier | None) -> bool:
        """Give the key a tier, or with None its tenant's; False when there is no such key or it has that tier."""
        ...


class TicketStore(Protocol):
    """One-time tickets for WebSockets."""

    def add(self, tx: Tx, ticket: Ticket, ticket_hash: str) -> None:
        """Insert a ticket."""
        ...

    def take(self, tx: Tx, ticket_hash: str) -> Ticket | None:
        """Remove the ticket and return it: of two callers, one gets it."""
        ...

    def delete_expired(self, tx: Tx, now: Micros) -> None:
        """Remove tickets that nobody used in time."""
        ...


class SetupStore(Protocol):
    """The door of the first run: open until there is a first user, then closed for ever."""

    def is_open(self, tx: ReadTx) -> bool:
        """Whether the first user has yet to be made."""
        ...

    def offer(self, tx: Tx, token_hash: str) -> bool:
        """Make this the only token that opens the door; False when the door is closed."""
        ...

    def accepts(self, tx: ReadTx, token_hash: str) -> bool:
        """Whether the door is open and this is its token."""
        ...

    def enter(self, tx: Tx, token_hash: str, now: Micros) -> bool:
        """Close the door from inside with its token: of two callers, one gets in."""
        ...

    def close(self, tx: Tx, now: Micros) -> None:
        """Close the door because a user was made in another way. Closing it twice changes nothing."""
        ...


class IdentityStores(Protocol):
    """The stores of this feature, all in one database."""

    @property
    def tenants(self) -> TenantStore:
        """Tenants."""
        ...

    @property
    def users(self) -> UserStore:
        """Users."""
        ...

    @property
    def sessions(self) -> SessionStore:
        """Sessions."""
        ...

    @property
    def keys(self) -> KeyStore:
        """API keys."""
        ...

    @property
    def tickets(self) -> TicketStore:
        """WebSocket tickets."""
        ...

    @property
    def setup(self) -> SetupStore:
        """The door of the first run."""
        ...
