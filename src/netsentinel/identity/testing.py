"""In-memory fakes of the identity feature's ports; the stores pass the same contract suite as the SQL ones."""

from dataclasses import replace

from netsentinel.identity.model import NEVER, Account, ApiKey, Session, Tenant, Ticket, User, UserSession
from netsentinel.identity.names import name_key
from netsentinel.kernel.types import DEFAULT_TENANT, Micros, TenantId, Tier
from netsentinel.storage.ports import ReadTx, Tx


class MemoryTenants:
    """Tenants in a dictionary."""

    def __init__(self) -> None:
        self._tenants = {DEFAULT_TENANT: Tenant(DEFAULT_TENANT, "Default", 0)}

    def add(self, tx: Tx, tenant: Tenant) -> bool:
        """Insert a tenant; False when its id is taken."""
        return self._tenants.setdefault(tenant.id, tenant) is tenant

    def find(self, tx: ReadTx, tenant: TenantId) -> Tenant | None:
        """The tenant of this id."""
        return self._tenants.get(tenant)

    def set_tier(self, tx: Tx, tenant: TenantId, tier: Tier) -> bool:
        """Give the tenant a tier; False when there is no such tenant or it has that tier."""
        found = self._tenants.get(tenant)
        if found is None or found.tier is tier:
            return False
        self._tenants[tenant] = replace(found, tier=tier)
        return True


class MemoryUsers:
    """Users in a dictionary."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    def add(self, tx: Tx, account: Account) -> bool:
        """Insert a user; False when the tenant has a user of that name."""
        if self.account(tx, account.user.tenant, account.user.name) is not None:
            return False
        self._accounts[account.user.id] = account
        return True

    def find(self, tx: ReadTx, tenant: TenantId, user_id: str) -> User | None:
        """The user of this id."""
        account = self._accounts.get(user_id)
        return account.user if account is not None and account.user.tenant == tenant else None

    def account(self, tx: ReadTx, tenant: TenantId, name: str) -> Account | None:
        """The user of this name, in whatever case, with the password hash."""
        wanted = (tenant, name_key(name))
        return next((a for a in self._accounts.values() if (a.user.tenant, name_key(a.user.name)) == wanted), None)

    def all(self, tx: ReadTx, tenant: TenantId) -> list[User]:
        """Every user of the tenant, by name."""
        users = [account.user for account in self._accounts.values() if account.user.tenant == tenant]
        return sorted(users, key=lambda user: name_key(user.name))

    def record_login(self, tx: Tx, tenant: TenantId, user_id: str, password_hash: str, now: Micros) -> User | None:
        """Note the time of a login; the user as it is now, None when the user may not log in with that hash."""
        user = self.find(tx, tenant, user_id)
        if user is None or user.is_disabled or self._accounts[user_id].password_hash != password_hash:
            return None
        user = replace(user, last_login_at=now)
        self._accounts[user_id] = replace(self._accounts[user_id], user=user)
        return user

    def set_password_hash(self, tx: Tx, tenant: TenantId, user_id: str, old: str, new: str) -> bool:
        """Replace the hash, provided that it is still `old`."""
        if self.find(tx, tenant, user_id) is None or self._accounts[user_id].password_hash != old:
            return False
        self._accounts[user_id] = replace(self._accounts[user_id], password_hash=new)
        return True

    def change(self, tx: Tx, before: User, after: User) -> bool:
        """Give a user the role and the moment of disabling of `after`, provided that it has those of `before`."""
        user = self.find(tx, before.tenant, before.id)
        if user is None or (user.role, user.disabled_at) != (before.role, before.disabled_at):
            return False
        user = replace(user, role=after.role, disabled_at=after.disabled_at)
        self._accounts[user.id] = replace(self._accounts[user.id], user=user)
        return True


class MemorySessions:
    """Sessions in a dictionary; their users come from the fake beside it."""

    def __init__(self, users: MemoryUsers) -> None:
        self._users = users
        self._sessions: dict[str, Session] = {}
        self._by_token: dict[str, str] = {}

    def add(self, tx: Tx, session: Session, token_hash: str) -> None:
        """Insert a session."""
        self._sessions[session.id] = session
        self._by_token[token_hash] = session.id

    def by_token(self, tx: ReadTx, token_hash: str) -> UserSession | None:
        """The session of this token, expired or not."""
        session = self._sessions.get(self._by_token.get(token_hash, ""))
        return None if session is None else self.find(tx, session.tenant, session.id)

    def find(self, tx: ReadTx, tenant: TenantId, session_id: str) -> UserSession | None:
        """The session of this id, expired or not."""
        session = self._sessions.get(session_id)
        if session is None or session.tenant != tenant:
            return None
        user = self._users.find(tx, tenant, session.user_id)
        return None if user is None else UserSession(session, user)

    def touch(self, tx: Tx, tenant: TenantId, session_id: str, now: Micros) -> None:
        """Note that the session was used; the time never goes backward."""
        session = self._sessions.get(session_id)
        if session is not None and session.tenant == tenant:
            self._sessions[session_id] = replace(session, last_seen_at=max(now, session.last_seen_at))

    def delete(self, tx: Tx, tenant: TenantId, session_id: str) -> bool:
        """End a session; False when it was gone."""
        session = self._sessions.get(session_id)
        return session is not None and session.tenant == tenant and bool(self._remove([session]))

    def delete_of_user(self, tx: Tx, tenant: TenantId, user_id: str, but: str = "") -> list[Session]:
        """End all sessions of a user but the one of this id; those that ended, by id."""
        of_user = [s for s in self._sessions.values() if (s.tenant, s.user_id) == (tenant, user_id)]
        return self._remove([session for session in of_user if session.id != but])

    def delete_expired(self, tx: Tx, now: Micros, idle_since: Micros, limit: int) -> list[Session]:
        """End sessions, whoever's, that expired by `now` or were last used at `idle_since` or before."""
        over = [s for s in self._sessions.values() if s.expires_at <= now or s.last_seen_at <= idle_since]
        return self._remove(sorted(over, key=lambda session: session.id)[:limit])

    def _remove(self, ended: list[Session]) -> list[Session]:
        for session in ended:
            del self._sessions[session.id]
        return sorted(ended, key=lambda session: session.id)


class MemoryKeys:
    """API keys in a dictionary."""

    def __init__(self, tenants: MemoryTenants) -> None:
        self._tenants = tenants
        self._keys: dict[str, ApiKey] = {}
        self._by_token: dict[str, str] = {}
        self.queries = 0
        """How often a key was looked up by its text."""

    def add(self, tx: Tx, key: ApiKey, token_hash: str) -> None:
        """Insert a key."""
        self._keys[key.id] = key
        self._by_token[token_hash] = key.id

    def by_token(self, tx: ReadTx, token_hash: str) -> ApiKey | None:
        """The key of this text, valid or not."""
        self.queries += 1
        return self._read(tx, self._keys.get(self._by_token.get(token_hash, "")))

    def find(self, tx: ReadTx, tenant: TenantId, key_id: str) -> ApiKey | None:
        """The key of this id, valid or not."""
        key = self._keys.get(key_id)
        return self._read(tx, key) if key is not None and key.tenant == tenant else None

    def all(self, tx: ReadTx, tenant: TenantId) -> list[ApiKey]:
        """Every key of the tenant, oldest first, revoked ones too."""
        found = (self._read(tx, key) for key in self._keys.values() if key.tenant == tenant)
        keys = [key for key in found if key is not None]
        return sorted(keys, key=lambda key: (key.created_at, key.id))

    def touch(self, tx: Tx, tenant: TenantId, key_id: str, now: Micros) -> None:
        """Note that the key was used; the time never goes backward."""
        key = self.find(tx, tenant, key_id)
        if key is not None:
            self._keys[key_id] = replace(key, last_used_at=max(now, key.last_used_at))

    def revoke(self, tx: Tx, tenant: TenantId, key_id: str, now: Micros) -> bool:
        """Revoke the key; False when there is no such key or it was revoked before."""
        key = self.find(tx, tenant, key_id)
        if key is None or key.revoked_at != NEVER:
            return False
        self._keys[key_id] = replace(key, revoked_at=now)
        return True

    def set_tier(self, tx: Tx, tenant: TenantId, key_id: str, tier: Tier | None) -> bool:
        """Give the key a tier, or with None its tenant's; False when there is no such key or it has that tier."""
        key = self.find(tx, tenant, key_id)
        if key is None or key.tier is tier:
            return False
        self._keys[key_id] = replace(key, tier=tier)
        return True

    def _read(self, tx: ReadTx, key: ApiKey | None) -> ApiKey | None:
        tenant = None if key is None else self._tenants.find(tx, key.tenant)
        return key if key is None or tenant is None else replace(key, tenant_tier=tenant.tier)


class MemoryTickets:
    """One-time tickets in a dictionary."""

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}

    def add(self, tx: Tx, ticket: Ticket, ticket_hash: str) -> None:
        """Insert a ticket."""
        self._tickets[ticket_hash] = ticket

    def take(self, tx: Tx, ticket_hash: str) -> Ticket | None:
        """Remove the ticket and return it: of two callers, one gets it."""
        return self._tickets.pop(ticket_hash, None)

    def delete_expired(self, tx: Tx, now: Micros) -> None:
        """Remove tickets that nobody used in time."""
        self._tickets = {name: ticket for name, ticket in self._tickets.items() if ticket.expires_at > now}


class MemorySetup:
    """The door of the first run in two attributes."""

    def __init__(self) -> None:
        self._token_hash = ""
        self._closed_at = NEVER

    def is_open(self, tx: ReadTx) -> bool:
        """Whether the first user has yet to be made."""
        return self._closed_at == NEVER

    def offer(self, tx: Tx, token_hash: str) -> bool:
        """Make this the only token that opens the door; False when the door is closed."""
        if not self.is_open(tx):
            return False
        self._token_hash = token_hash
        return True

    def accepts(self, tx: ReadTx, token_hash: str) -> bool:
        """Whether the door is open and this is its token."""
        return self.is_open(tx) and bool(token_hash) and self._token_hash == token_hash

    def enter(self, tx: Tx, token_hash: str, now: Micros) -> bool:
        """Close the door from inside with its token: of two callers, one gets in."""
        if not self.accepts(tx, token_hash):
            return False
        self.close(tx, now)
        return True

    def close(self, tx: Tx, now: Micros) -> None:
        """Close the door because a user was made in another way. Closing it twice changes nothing."""
        if self.is_open(tx):
            self._closed_at = now
            self._token_hash = ""


class MemoryIdentity:
    """All stores of this feature, in memory."""

    def __init__(self) -> None:
        self.tenants = MemoryTenants()
        self.users = MemoryUsers()
        self.sessions = MemorySessions(self.users)
        self.keys = MemoryKeys(self.tenants)
        self.tickets = MemoryTickets()
        self.setup = MemorySetup()


class PlainHashing:
    """Hashing that hides nothing and costs nothing, but counts what was asked of it."""

    def __init__(self, generation: str = "plain") -> None:
        self._generation = generation
        self.checked: list[str | None] = []
        """The hash of every `matches`; None where there was no such user."""

    async def hash(self, password: str) -> str:
        """The password, with a word in front that stands for the parameters."""
        return f"{self._generation}:{password}"

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Whether the password belongs to the hash; None is False."""
        self.checked.append(hashed)
        return hashed is not None and hashed.partition(":")[2] == password

    def is_outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters."""
        return hashed.partition(":")[0] != self._generation
