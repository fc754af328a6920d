"""Tenants, users, sessions, API keys, tickets and the door of the first run in SQL."""

from typing import Final

import msgspec

from netsentinel.identity.model import Account, ApiKey, Session, Tenant, Ticket, User, UserSession
from netsentinel.identity.names import name_key
from netsentinel.kernel.types import Micros, Permission, Role, TenantId, Tier
from netsentinel.storage.ports import ReadTx, Row, Tx
from netsentinel.storage.texts import as_json

_USER_COLUMNS = ("id", "tenant", "name", "role", "created_at", "last_login_at", "disabled_at")
_USER = ", ".join(f"u.{column}" for column in _USER_COLUMNS)
_SESSION_COLUMNS = ("id", "tenant", "user_id", "address", "user_agent", "created_at", "last_seen_at", "expires_at")
_RETURNING_SESSION = f"RETURNING {', '.join(_SESSION_COLUMNS)}"
_KEY = (
    "id, tenant, name, hint, role, scopes, created_by, created_at, expires_at, last_used_at, revoked_at, source, tier"
)
_SELECT_KEY = (
    f"SELECT {', '.join(f'k.{column}' for column in _KEY.split(', '))}, t.tier FROM api_keys k"  # noqa: S608 - constants only
    " JOIN tenants t ON t.id = k.tenant"
)
_SELECT_SESSION = (
    f"SELECT {', '.join(f's.{column}' for column in _SESSION_COLUMNS)}, {_USER} FROM sessions s"  # noqa: S608 - constants only
    " JOIN users u ON u.tenant = s.tenant AND u.id = s.user_id"
)

_decode_scopes: Final = msgspec.json.Decoder(frozenset[Permission]).decode


def _user(row: Row) -> User:
    return User(row[0], TenantId(row[1]), row[2], Role(row[3]), row[4], row[5], row[6])


def _session(row: Row) -> Session:
    return Session(row[0], TenantId(row[1]), row[2], row[3], row[4], row[5], row[6], row[7])


def _user_session(row: Row | None) -> UserSession | None:
    if row is None:
        return None
    return UserSession(_session(row[: len(_SESSION_COLUMNS)]), _user(row[len(_SESSION_COLUMNS) :]))


def _key(row: Row) -> ApiKey:
    role = Role(row[4]) if row[4] else None
    scopes = _decode_scopes(row[5])
    tier = Tier(row[12]) if row[12] else None
    return ApiKey(
        row[0], TenantId(row[1]), row[2], row[3], role, scopes, *row[6:12], tier=tier, tenant_tier=Tier(row[13])
    )


class SqlTenants:
    """Tenants in the table `tenants`."""

    def add(self, tx: Tx, tenant: Tenant) -> bool:
        """Insert a tenant; False when its id is taken."""
        return bool(
            tx.run(
                "INSERT INTO tenants (id, name, created_at, tier) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (tenant.id, tenant.name, tenant.created_at, tenant.tier.value),
            )
        )

    def find(self, tx: ReadTx, tenant: TenantId) -> Tenant | None:
        """The tenant of this id."""
        row = tx.row("SELECT id, name, created_at, tier FROM tenants WHERE id = ?", (tenant,))
        return None if row is None else Tenant(TenantId(row[0]), row[1], row[2], Tier(row[3]))

    def set_tier(self, tx: Tx, tenant: TenantId, tier: Tier) -> bool:
        """Give the tenant a tier; False when there is no such tenant or it has that tier."""
        return bool(tx.run("UPDATE tenants SET tier = ? WHERE id = ? AND tier <> ?", (tier.value, tenant, tier.value)))


class SqlUsers:
    """Users in the table `users`."""

    def add(self, tx: Tx, account: Account) -> bool:
        """Insert a user; False when the tenant has a user of that name."""
        user = account.user
        return bool(
            tx.run(
                "INSERT INTO users (id, tenant, name, name_key, role, password_hash, created_at, last_login_at,"
                " disabled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, name_key) DO NOTHING",
                (
                    user.id,
                    user.tenant,
                    user.name,
                    name_key(user.name),
                    user.role.value,
                    account.password_hash,
                    user.created_at,
                    user.last_login_at,
                    user.disabled_at,
                ),
            )
        )

    def find(self, tx: ReadTx, tenant: TenantId, user_id: str) -> User | None:
        """The user of this id."""
        row = tx.row(
            f"SELECT {_USER} FROM users u WHERE u.tenant = ? AND u.id = ?",  # noqa: S608 - constants only
            (tenant, user_id),
        )
        return None if row is None else _user(row)

    def account(self, tx: ReadTx, tenant: TenantId, name: str) -> Account | None:
        """The user of this name, in whatever case, with the password hash."""
        row = tx.row(
            f"SELECT u.password_hash, {_USER} FROM users u WHERE u.tenant = ? AND u.name_key = ?",  # noqa: S608 - constants only
            (tenant, name_key(name)),
        )
        return None if row is None else Account(_user(row[1:]), row[0])

    def all(self, tx: ReadTx, tenant: TenantId) -> list[User]:
        """Every user of the tenant, by name."""
        rows = tx.rows(
            f"SELECT {_USER} FROM users u WHERE u.tenant = ?",  # noqa: S608 - constants only
            (tenant,),
        )
        # Sorted here, because databases order text by their own collation.
        return sorted(map(_user, rows), key=lambda user: name_key(user.name))

    def record_login(self, tx: Tx, tenant: TenantId, user_id: str, password_hash: str, now: Micros) -> User | None:
        """Note the time of a login; the user as it is now, None when the user may not log in with that hash."""
        row = tx.row(
            "UPDATE users SET last_login_at = ? WHERE tenant = ? AND id = ? AND disabled_at = 0"  # noqa: S608 - constants only
            f" AND password_hash = ? RETURNING {', '.join(_USER_COLUMNS)}",
            (now, tenant, user_id, password_hash),
        )
        return None if row is None else _user(row)

    def set_password_hash(self, tx: Tx, tenant: TenantId, user_id: str, old: str, new: str) -> bool:
        """Replace the hash, provided that it is still `old`."""
        return bool(
            tx.run(
                "UPDATE users SET password_hash = ? WHERE tenant = ? AND id = ? AND password_hash = ?",
                (new, tenant, user_id, old),
            )
        )

    def change(self, tx: Tx, before: User, after: User) -> bool:
        """Give a user the role and the moment of disabling of `after`, provided that it has those of `before`."""
        return bool(
            tx.run(
                "UPDATE users SET role = ?, disabled_at = ?"
                " WHERE tenant = ? AND id = ? AND role = ? AND disabled_at = ?",
                (
                    after.role.value,
                    after.disabled_at,
                    before.tenant,
                    before.id,
                    before.role.value,
                    before.disabled_at,
                ),
            )
        )


class SqlSessions:
    """Sessions in the table `sessions`."""

    def add(self, tx: Tx, session: Session, token_hash: str) -> None:
        """Insert a session."""
        tx.run(
            "INSERT INTO sessions (id, token_hash, tenant, user_id, address, user_agent, created_at, last_seen_at,"
            " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                session.id,
                token_hash,
                session.tenant,
                session.user_id,
                session.address,
                session.user_agent,
                session.created_at,
                session.last_seen_at,
                session.expires_at,
            ),
        )

    def by_token(self, tx: ReadTx, token_hash: str) -> UserSession | None:
        """The session of this token, expired or not."""
        return _user_session(tx.row(f"{_SELECT_SESSION} WHERE s.token_hash = ?", (token_hash,)))

    def find(self, tx: ReadTx, tenant: TenantId, session_id: str) -> UserSession | None:
        """The session of this id, expired or not."""
        return _user_session(tx.row(f"{_SELECT_SESSION} WHERE s.tenant = ? AND s.id = ?", (tenant, session_id)))

    def touch(self, tx: Tx, tenant: TenantId, session_id: str, now: Micros) -> None:
        """Note that the session was used; the time never goes backward."""
        tx.run(
            "UPDATE sessions SET last_seen_at = ? WHERE tenant = ? AND id = ? AND last_seen_at < ?",
            (now, tenant, session_id, now),
        )

    def delete(self, tx: Tx, tenant: TenantId, session_id: str) -> bool:
        """End a session; False when it was gone."""
        return bool(tx.run("DELETE FROM sessions WHERE tenant = ? AND id = ?", (tenant, session_id)))

    def delete_of_user(self, tx: Tx, tenant: TenantId, user_id: str, but: str = "") -> list[Session]:
        """End all sessions of a user but the one of this id; those that ended, by id."""
        rows = tx.rows(
            f"DELETE FROM sessions WHERE tenant = ? AND user_id = ? AND id <> ? {_RETURNING_SESSION}",  # noqa: S608 - constants only
            (tenant, user_id, but),
        )
        return sorted(map(_session, rows), key=lambda session: session.id)

    def delete_expired(self, tx: Tx, now: Micros, idle_since: Micros, limit: int) -> list[Session]:
        """End sessions, whoever's, that expired by `now` or were last used at `idle_since` or before."""
        rows = tx.rows(
            "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions"  # noqa: S608 - constants only
            f" WHERE expires_at <= ? OR last_seen_at <= ? ORDER BY id LIMIT ?) {_RETURNING_SESSION}",
            (now, idle_since, limit),
        )
        return sorted(map(_session, rows), key=lambda session: session.id)


class SqlKeys:
    """API keys in the table `api_keys`."""

    def add(self, tx: Tx, key: ApiKey, token_hash: str) -> None:
        """Insert a key."""
        tx.run(
            f"INSERT INTO api_keys (token_hash, {_KEY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants only
            (
                token_hash,
                key.id,
                key.tenant,
                key.name,
                key.hint,
                key.role.value if key.role else "",
                as_json(sorted(key.scopes)),
                key.created_by,
                key.created_at,
                key.expires_at,
                key.last_used_at,
                key.revoked_at,
                key.source,
                key.tier.value if key.tier else "",
            ),
        )

    def by_token(self, tx: ReadTx, token_hash: str) -> ApiKey | None:
        """The key of this text, valid or not."""
        row = tx.row(f"{_SELECT_KEY} WHERE k.token_hash = ?", (token_hash,))
        return None if row is None else _key(row)

    def find(self, tx: ReadTx, tenant: TenantId, key_id: str) -> ApiKey | None:
        """The key of this id, valid or not."""
        row = tx.row(f"{_SELECT_KEY} WHERE k.tenant = ? AND k.id = ?", (tenant, key_id))
        return None if row is None else _key(row)

    def all(self, tx: ReadTx, tenant: TenantId) -> list[ApiKey]:
        """Every key of the tenant, oldest first, revoked ones too."""
        rows = tx.rows(f"{_SELECT_KEY} WHERE k.tenant = ? ORDER BY k.created_at, k.id", (tenant,))
        return [_key(row) for row in rows]

    def touch(self, tx: Tx, tenant: TenantId, key_id: str, now: Micros) -> None:
        """Note that the key was used; the time never goes backward."""
        tx.run(
            "UPDATE api_keys SET last_used_at = ? WHERE tenant = ? AND id = ? AND last_used_at < ?",
            (now, tenant, key_id, now),
        )

    def revoke(self, tx: Tx, tenant: TenantId, key_id: str, now: Micros) -> bool:
        """Revoke the key; False when there is no such key or it was revoked before."""
        return bool(
            tx.run(
                "UPDATE api_keys SET revoked_at = ? WHERE tenant = ? AND id = ? AND revoked_at = 0",
                (now, tenant, key_id),
            )
        )

    def set_tier(self, tx: Tx, tenant: TenantId, key_id: str, tier: Tier | None) -> bool:
        """Give the key a tier, or with None its tenant's; False when there is no such key or it has that tier."""
        stored = tier.value if tier else ""
        return bool(
            tx.run(
                "UPDATE api_keys SET tier = ? WHERE tenant = ? AND id = ? AND tier <> ?",
                (stored, tenant, key_id, stored),
            )
        )


class SqlTickets:
    """One-time tickets in the table `ws_tickets`."""

    def add(self, tx: Tx, ticket: Ticket, ticket_hash: str) -> None:
        """Insert a ticket."""
        tx.run(
            "INSERT INTO ws_tickets (ticket_hash, tenant, ref, expires_at) VALUES (?, ?, ?, ?)",
            (ticket_hash, ticket.tenant, ticket.ref, ticket.expires_at),
        )

    def take(self, tx: Tx, ticket_hash: str) -> Ticket | None:
        """Remove the ticket and return it: of two callers, one gets it."""
        row = tx.row("DELETE FROM ws_tickets WHERE ticket_hash = ? RETURNING tenant, ref, expires_at", (ticket_hash,))
        return None if row is None else Ticket(TenantId(row[0]), row[1], row[2])

    def delete_expired(self, tx: Tx, now: Micros) -> None:
        """Remove tickets that nobody used in time."""
        tx.run("DELETE FROM ws_tickets WHERE expires_at <= ?", (now,))


class SqlSetup:
    """The door of the first run in the one row of `setup_door`."""

    def is_open(self, tx: ReadTx) -> bool:
        """Whether the first user has yet to be made."""
        return tx.row("SELECT 1 FROM setup_door WHERE id = 1 AND closed_at = 0") is not None

    def offer(self, tx: Tx, token_hash: str) -> bool:
        """Make this the only token that opens the door; False when the door is closed."""
        return bool(tx.run("UPDATE setup_door SET token_hash = ? WHERE id = 1 AND closed_at = 0", (token_hash,)))

    def accepts(self, tx: ReadTx, token_hash: str) -> bool:
        """Whether the door is open and this is its token."""
        row = tx.row("SELECT 1 FROM setup_door WHERE id = 1 AND closed_at = 0 AND token_hash = ?", (token_hash,))
        return bool(token_hash) and row is not None

    def enter(self, tx: Tx, token_hash: str, now: Micros) -> bool:
        """Close the door from inside with its token: of two callers, one gets in."""
        return bool(token_hash) and bool(
            tx.run(
                "UPDATE setup_door SET closed_at = ?, token_hash = ''"
                " WHERE id = 1 AND closed_at = 0 AND token_hash = ?",
                (now, token_hash),
            )
        )

    def close(self, tx: Tx, now: Micros) -> None:
        """Close the door because a user was made in another way. Closing it twice changes nothing."""
        tx.run("UPDATE setup_door SET closed_at = ?, token_hash = '' WHERE id = 1 AND closed_at = 0", (now,))


class SqlIdentity:
    """All stores of this feature, in SQL."""

    def __init__(self) -> None:
        self.tenants = SqlTenants()
        self.users = SqlUsers()
        self.sessions = SqlSessions()
        self.keys = SqlKeys()
        self.tickets = SqlTickets()
        self.setup = SqlSetup()
