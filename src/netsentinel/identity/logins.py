"""Logins: a name and a password open a session, provided that both still hold when it begins; and own passwords."""

from netsentinel.identity.entries import LOGIN_FAILED, LoginFailed
from netsentinel.identity.model import Account, Admission, LoginResult
from netsentinel.identity.names import name_key, tenant_key
from netsentinel.identity.passwords import MAX_LENGTH, PasswordRules
from netsentinel.identity.ports import IdentityStores, PasswordHashing
from netsentinel.identity.refs import parse_ref
from netsentinel.identity.sessions import Sessions
from netsentinel.identity.throttle import LoginThrottle
from netsentinel.identity.users import Users
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import (
    NotAllowedError,
    NotAuthenticatedError,
    ThrottledError,
    WeakPasswordError,
    WrongPasswordError,
)
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage.ports import Database, Tx

_WRONG = "The name, the password or the tenant is wrong."
_NOBODY = "anonymous"
_TRIES = 3
"""How often an account is compared that changes meanwhile; another login that hashes the password anew changes it."""


class Logins:
    """Opens sessions for names and passwords, and lets people give themselves another password."""

    def __init__(
        self,
        db: Database,
        stores: IdentityStores,
        hashing: PasswordHashing,
        rules: PasswordRules,
        throttle: LoginThrottle,
        sessions: Sessions,
        users: Users,
    ) -> None:
        self._db = db
        self._stores = stores
        self._hashing = hashing
        self._rules = rules
        self._throttle = throttle
        self._sessions = sessions
        self._users = users

    async def authenticate(
        self, name: str, password: str, tenant: TenantId, address: str, user_agent: str
    ) -> LoginResult:
        """A new session, as `IdentityService.authenticate` promises it.

        Raises:
            ThrottledError: too many failures from this address; the password was not looked at.
            NotAuthenticatedError: name, password or tenant is wrong, or the user is disabled.
        """
        name, tenant = name[:MAX_LENGTH], tenant_key(tenant)
        attempt = self._throttle.start(address, tenant, name_key(name))
        try:
            result = await self._enter(name, password, tenant, address, user_agent)
        except ThrottledError:
            attempt.take_back()
            raise
        attempt.take_back()
        return result

    async def change_password(self, admission: Admission, old: str, new: str, *, address: str = "") -> None:
        """Give the user whom a session admitted another password: every other session of the user ends.

        Args:
            admission: what admitted the user; this session goes on.
            old: the present password, as it was typed.
            new: the password from now on.
            address: the browser's network address, which failures are counted for together with those of logins.

        Raises:
            NotAllowedError: it is a key that was admitted, which has no password.
            WeakPasswordError: the new password is too short, too common, or the present one.
            ThrottledError: too many failures from this address; the password was not looked at.
            WrongPasswordError: it is not the present password.
            ConflictError: the password was changed at the same moment by somebody else.
        """
        user = admission.principal
        if user.kind != "user":
            raise NotAllowedError("Only people have a password. Revoke the key, and make another one.")
        tenant, kept = parse_ref(admission.ref)
        self._rules.check(new, user.name, tenant)
        attempt = self._throttle.start(address, tenant, name_key(user.name))
        account = await self._db.read(lambda tx: self._stores.users.account(tx, tenant, user.name))
        try:
            fits = await self._fits(old, account)
            if fits:
                self._rules.check_other(new, old)
            hashed = await self._hashing.hash(new) if fits else ""
        except (ThrottledError, WeakPasswordError):
            attempt.take_back()
            raise
        if account is None or not fits:
            await self._record_failure(tenant, account, address, "wrong present password")
            raise WrongPasswordError("What you typed as your present password is not it.", field="old_password")
        attempt.take_back()
        await self._db.write(lambda tx: self._users.replace_password(tx, user.id, account, hashed, but=kept))

    async def _enter(self, name: str, password: str, tenant: TenantId, address: str, user_agent: str) -> LoginResult:
        account: Account | None = None
        for _ in range(_TRIES):
            account = await self._db.read(lambda tx: self._stores.users.account(tx, tenant, name))
            fits = await self._fits(password, account)
            if account is None or not fits or account.user.is_disabled:
                reason = "unknown user" if account is None else "user disabled" if fits else "wrong password"
                await self._record_failure(tenant, account, address, reason)
                raise NotAuthenticatedError(_WRONG)
            result = await self._open(account, await self._fresh_hash(account, password), address, user_agent)
            if result is not None:
                return result
        await self._record_failure(tenant, account, address, "user changed meanwhile")
        raise NotAuthenticatedError(_WRONG)

    async def _open(self, account: Account, fresh: str, address: str, user_agent: str) -> LoginResult | None:
        """The session; None when the user was disabled or has another hash than the one that was compared."""

        def enter(tx: Tx) -> LoginResult:
            result = self._sessions.open(tx, account, address, user_agent)
            if fresh:
                user = account.user
                self._stores.users.set_password_hash(tx, user.tenant, user.id, account.password_hash, fresh)
            return result

        try:
            return await self._db.write(enter)
        except NotAuthenticatedError:
            return None

    async def _fits(self, password: str, account: Account | None) -> bool:
        """Whether it is the account's password. One that is longer than any can be is refused without the work."""
        if len(password) > MAX_LENGTH:
            return False
        return await self._hashing.matches(password, account.password_hash if account else None)

    async def _fresh_hash(self, account: Account, password: str) -> str:
        """Another hash of the same password when the parameters have changed since; otherwise empty."""
        if not self._hashing.is_outdated(account.password_hash):
            return ""
        try:
            return await self._hashing.hash(password)
        except ThrottledError:
            return ""  # many people log in at this moment; the next login will do

    async def _record_failure(self, tenant: TenantId, account: Account | None, address: str, reason: str) -> None:
        """The same work whoever it was for: one transaction with one entry."""

        def record(tx: Tx) -> None:
            known = tenant if self._stores.tenants.find(tx, tenant) is not None else DEFAULT_TENANT
            tx.append(failure(known, account, address, reason))

        await self._db.write(record)


def failure(tenant: TenantId, account: Account | None, address: str, reason: str) -> NewEntry:
    """The entry of a login or a set-up that was refused."""
    user = account.user if account else None
    payload = LoginFailed(user=user.name if user else "", address=address, reason=reason)
    return NewEntry(LOGIN_FAILED, tenant, _NOBODY, user.id if user else "", payload)
