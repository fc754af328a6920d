"""Users and tenants: who there is."""

from dataclasses import replace

from netsentinel.identity.entries import (
    PASSWORD_CHANGED,
    ROLE_CHANGED,
    TENANT_CREATED,
    USER_CREATED,
    USER_DISABLED,
    USER_ENABLED,
    PasswordChanged,
    RoleChanged,
    TenantCreated,
    UserCreated,
    UserDisabled,
    UserEnabled,
)
from netsentinel.identity.model import NEVER, Account, Tenant, User
from netsentinel.identity.names import checked_tenant, checked_username
from netsentinel.identity.passwords import PasswordRules
from netsentinel.identity.ports import IdentityStores, PasswordHashing
from netsentinel.identity.sessions import Sessions
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import ConflictError, NotAllowedError, NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import ROLE_PERMISSIONS, Permission, Principal, Role, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx

_NO_USER = "There is no such user."
_CHANGED = "Somebody else has just changed this user. Look at what holds now, then do it again."


class Users:
    """Makes and lists users, gives roles and passwords, shuts out and lets in, makes tenants.

    The tenant is always the actor's.
    """

    def __init__(
        self,
        db: Database,
        stores: IdentityStores,
        clock: Clock,
        hashing: PasswordHashing,
        rules: PasswordRules,
        sessions: Sessions,
    ) -> None:
        self._db = db
        self._stores = stores
        self._clock = clock
        self._hashing = hashing
        self._rules = rules
        self._sessions = sessions

    async def create(self, actor: Principal, name: str, password: str, role: Role, *, new_tenant: bool = False) -> User:
        """Make a user in the actor's tenant.

        Args:
            actor: who does it.
            name: what the user logs in with.
            password: as it was typed.
            role: what the user may do.
            new_tenant: make the tenant, too: both, or neither. Only the system itself may, which is the command line.

        Raises:
            NotAllowedError: the actor may not manage users, is a key, may do less itself than the role, or may not
                make tenants.
            InvalidInputError: the name or the tenant's id is impossible, or the password is too short or too common.
            ConflictError: the tenant has a user of that name, or is there although it is to be made.
            NotFoundError: there is no such tenant.
        """
        _require_giver(actor, role)
        account = await self.prepare(actor.tenant, name, password, role)

        def add(tx: Tx) -> None:
            if new_tenant:
                self._add_tenant(tx, actor)
            self.add(tx, actor.id, account, first=False)
            self._stores.setup.close(tx, self._clock.now())

        await self._db.write(add)
        return account.user

    async def check_name(self, actor: Principal, name: str) -> None:
        """Refuse a name that `create` would refuse, before anybody thinks of a password.

        Raises:
            NotAllowedError: the actor may not manage users.
            InvalidInputError: the name is impossible.
            ConflictError: the tenant has a user of that name.
        """
        _require(actor)
        shown = checked_username(name)
        account = await self._db.read(lambda tx: self._stores.users.account(tx, actor.tenant, shown))
        if account is not None:
            raise ConflictError(_taken(account.user))

    def new_password(self) -> str:
        """A random password that `create` and `set_password` take, for somebody to begin with."""
        return self._rules.new_password()

    async def prepare(self, tenant: TenantId, name: str, password: str, role: Role) -> Account:
        """A checked and hashed account that `add` can store; the slow part, outside of any transaction."""
        shown = checked_username(name)
        self._rules.check(password, shown, tenant)
        now = self._clock.now()
        return Account(User(new_id("usr", now), tenant, shown, role, now), await self._hashing.hash(password))

    def add(self, tx: Tx, actor_id: str, account: Account, *, first: bool) -> None:
        """Store an account in the caller's transaction. Errors as for `create`."""
        user = account.user
        if self._stores.tenants.find(tx, user.tenant) is None:
            raise NotFoundError(f"There is no tenant {user.tenant}.")
        if not self._stores.users.add(tx, account):
            raise ConflictError(_taken(user))
        payload = UserCreated(name=user.name, role=user.role.value, first=first)
        tx.append(NewEntry(USER_CREATED, user.tenant, actor_id, user.id, payload))

    async def disable(self, actor: Principal, user_id: str, *, last_administrator: bool = False) -> None:
        """Shut a user out, as `change` does. API keys that the user made belong to the tenant and go on working."""
        await self.change(actor, user_id, enabled=False, last_administrator=last_administrator)

    async def enable(self, actor: Principal, user_id: str) -> None:
        """Let a user log in again, as `change` does."""
        await self.change(actor, user_id, enabled=True)

    async def set_role(self, actor: Principal, user_id: str, role: Role, *, last_administrator: bool = False) -> None:
        """Give a user another role, as `change` does."""
        await self.change(actor, user_id, role=role, last_administrator=last_administrator)

    async def change(
        self,
        actor: Principal,
        user_id: str,
        *,
        role: Role | None = None,
        enabled: bool | None = None,
        last_administrator: bool = False,
    ) -> User:
        """Give a user of the actor's tenant another role, shut the user out or let the user in: all of it, or nothing.

        What is so already changes nothing. Every session of the user ends, so that none goes on with what was.

        Args:
            actor: who does it. A key may shut users out, and do nothing else.
            user_id: which user.
            role: what the user may do from now on; None leaves it.
            enabled: whether the user may log in; None leaves it. Who is let in has the password of before.
            last_administrator: do it even when nobody is left in the tenant who may manage users.

        Returns:
            The user as it is then.

        Raises:
            NotAllowedError: the actor may not manage users, is a key that would give somebody something, or may do
                less itself than the user or the role.
            ConflictError: actors cannot disable themselves, who would have nobody left to undo it; nor can the last
                active administrator be disabled or given another role.
            NotFoundError: the tenant has no such user.
        """
        _require(actor)
        if enabled is False and user_id == actor.id:
            raise ConflictError("You cannot disable yourself; ask another administrator.")
        if role is not None or enabled:
            _require_giver(actor, *([role] if role else []))

        def change(tx: Tx) -> User:
            user = self._found_alone(tx, actor.tenant, user_id)
            if role is not None or enabled:
                _require_giver(actor, user.role)
            if not last_administrator and (enabled is False or role not in {None, user.role}):
                self._check_other_administrators(tx, user)
            if role is not None and role is not user.role:
                user = self._give_role(tx, actor, user, role)
            if enabled is not None and enabled is user.is_disabled:
                user = self._set_enabled(tx, actor, user, enabled=enabled)
            return user

        return await self._db.write(change)

    async def set_password(self, actor: Principal, user_id: str, password: str) -> User:
        """Give a user of the actor's tenant another password: every session of the user ends.

        Returns:
            The user. One who is disabled still cannot log in, and has the new password when enabled again.

        Raises:
            NotAllowedError: the actor may not manage users, is a key, or may do less itself than the user.
            NotFoundError: the tenant has no such user.
            InvalidInputError: the password is too short or too common.
            ConflictError: it is the actor, who states the present password for that (`Logins.change_password`); or the
                password was changed at the same moment by somebody else.
        """
        _require_giver(actor)
        if user_id == actor.id:
            raise ConflictError("Change your own password with the present one, in the menu with your name.")
        user = await self._db.read(lambda tx: self._found(tx, actor.tenant, user_id))
        _require_giver(actor, user.role)
        self._rules.check(password, user.name, user.tenant)
        hashed = await self._hashing.hash(password)

        def change(tx: Tx) -> User:
            account = self._stores.users.account(tx, user.tenant, user.name)
            if account is None or account.user.id != user.id:
                raise NotFoundError(_NO_USER)
            _require_giver(actor, account.user.role)
            self.replace_password(tx, actor.id, account, hashed)
            return account.user

        return await self._db.write(change)

    def replace_password(self, tx: Tx, actor_id: str, account: Account, hashed: str, *, but: str = "") -> None:
        """Give an account another hash in the caller's transaction, and end the user's sessions but the one of this id.

        Raises:
            ConflictError: the account has another hash by now than it is stated with.
        """
        user = account.user
        if not self._stores.users.set_password_hash(tx, user.tenant, user.id, account.password_hash, hashed):
            raise ConflictError(_CHANGED)
        ended = self._sessions.close_all_of(tx, user, "password changed", but=but)
        payload = PasswordChanged(name=user.name, sessions=ended)
        tx.append(NewEntry(PASSWORD_CHANGED, user.tenant, actor_id, user.id, payload))

    async def named(self, actor: Principal, name: str) -> User:
        """The user of this name in the actor's tenant, in whatever case.

        Raises:
            NotAllowedError: the actor may not manage users.
            NotFoundError: the tenant has no user of that name.
        """
        _require(actor)
        account = await self._db.read(lambda tx: self._stores.users.account(tx, actor.tenant, name))
        if account is None:
            raise NotFoundError(f"The tenant {actor.tenant} has no user named {name}.")
        return account.user

    async def all(self, actor: Principal) -> list[User]:
        """Every user of the actor's tenant, by name.

        Raises:
            NotAllowedError: the actor may not manage users.
        """
        _require(actor)
        return await self._db.read(lambda tx: self._stores.users.all(tx, actor.tenant))

    async def tenant(self, actor: Principal) -> Tenant | None:
        """The actor's tenant; None when there is none of that id (yet).

        Raises:
            NotAllowedError: the actor may not manage users.
        """
        _require(actor)
        return await self._db.read(lambda tx: self._stores.tenants.find(tx, actor.tenant))

    def _add_tenant(self, tx: Tx, actor: Principal) -> None:
        if actor.kind != "system":
            raise NotAllowedError("Tenants are made with the command line on the server.")
        tenant_id = checked_tenant(actor.tenant)
        tenant = Tenant(tenant_id, tenant_id, self._clock.now())
        if not self._stores.tenants.add(tx, tenant):
            raise ConflictError(f"There is a tenant {tenant.id} already.")
        tx.append(NewEntry(TENANT_CREATED, tenant.id, actor.id, tenant.id, TenantCreated(name=tenant.name)))

    def _found_alone(self, tx: Tx, tenant: TenantId, user_id: str) -> User:
        """The user, in a transaction that is the only one to change roles and states of this tenant's users."""
        tx.alone(f"users of {tenant}")
        return self._found(tx, tenant, user_id)

    def _check_other_administrators(self, tx: Tx, user: User) -> None:
        if user.role is not Role.ADMIN or user.is_disabled:
            return
        everybody = self._stores.users.all(tx, user.tenant)
        if not any(other.role is Role.ADMIN and not other.is_disabled for other in everybody if other.id != user.id):
            raise ConflictError(
                f"{user.name} is the only active administrator of the tenant {user.tenant}; make or enable another one"
                " first. With --last-administrator the command line does it all the same."
            )

    def _give_role(self, tx: Tx, actor: Principal, user: User, role: Role) -> User:
        after = replace(user, role=role)
        self._change(tx, user, after)
        ended = self._sessions.close_all_of(tx, user, "role changed")
        payload = RoleChanged(name=user.name, before=user.role.value, after=role.value, sessions=ended)
        tx.append(NewEntry(ROLE_CHANGED, user.tenant, actor.id, user.id, payload))
        return after

    def _set_enabled(self, tx: Tx, actor: Principal, user: User, *, enabled: bool) -> User:
        after = replace(user, disabled_at=NEVER if enabled else self._clock.now())
        self._change(tx, user, after)
        if enabled:
            tx.append(NewEntry(USER_ENABLED, user.tenant, actor.id, user.id, UserEnabled(name=user.name)))
        else:
            ended = self._sessions.close_all_of(tx, user, "user disabled")
            payload = UserDisabled(name=user.name, sessions=ended)
            tx.append(NewEntry(USER_DISABLED, user.tenant, actor.id, user.id, payload))
        return after

    def _change(self, tx: Tx, before: User, after: User) -> None:
        if not self._stores.users.change(tx, before, after):
            raise ConflictError(_CHANGED)

    def _found(self, tx: ReadTx, tenant: TenantId, user_id: str) -> User:
        user = self._stores.users.find(tx, tenant, user_id)
        if user is None:
            raise NotFoundError(_NO_USER)
        return user


def _taken(user: User) -> str:
    return f"There is a user named {user.name} already."


def _require(actor: Principal, *permissions: Permission) -> None:
    for needed in (Permission.USERS_MANAGE, *permissions):
        if not actor.may(needed):
            raise NotAllowedError(f"This needs the permission {needed}.", permission=needed.value)


def _require_giver(actor: Principal, *roles: Role) -> None:
    """Who gives somebody access is no key, whose revocation that would outlive, and may do what these roles may."""
    _require(actor)
    if actor.kind == "key":
        raise NotAllowedError("An API key makes or lets in nobody, and gives no role or password: log in for that.")
    for role in roles:
        _require(actor, *sorted(ROLE_PERMISSIONS[role]))
