"""Users and tenants: who there is."""

from netsentinel.identity.entries import (
    PASSWORD_CHANGED,
    TENANT_CREATED,
    USER_CREATED,
    USER_DISABLED,
    PasswordChanged,
    TenantCreated,
    UserCreated,
    UserDisabled,
)
from netsentinel.identity.model import Account, Tenant, User
from netsentinel.identity.names import checked_name, checked_tenant
from netsentinel.identity.passwords import PasswordRules
from netsentinel.identity.ports import IdentityStores, PasswordHashing
from netsentinel.identity.sessions import Sessions
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import ConflictError, NotAllowedError, NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Permission, Principal, Role, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx

_NO_USER = "There is no such user."


class Users:
    """Makes, lists and disables users, gives passwords, makes tenants. The tenant is always the actor's."""

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

    async def create(self, actor: Principal, name: str, password: str, role: Role) -> User:
        """Make a user in the actor's tenant.

        Raises:
            NotAllowedError: the actor may not manage users.
            InvalidInputError: the name is impossible, or the password is too short or too common.
            ConflictError: the tenant has a user of that name.
            NotFoundError: there is no such tenant.
        """
        _require(actor)
        account = await self.prepare(actor.tenant, name, password, role)

        def add(tx: Tx) -> None:
            self.add(tx, actor.id, account, first=False)
            self._stores.setup.close(tx, self._clock.now())

        await self._db.write(add)
        return account.user

    async def prepare(self, tenant: TenantId, name: str, password: str, role: Role) -> Account:
        """A checked and hashed account that `add` can store; the slow part, outside of any transaction."""
        shown = checked_name(name, "username")
        self._rules.check(password, shown, tenant)
        now = self._clock.now()
        return Account(User(new_id("usr", now), tenant, shown, role, now), await self._hashing.hash(password))

    def add(self, tx: Tx, actor_id: str, account: Account, *, first: bool) -> None:
        """Store an account in the caller's transaction. Errors as for `create`."""
        user = account.user
        if self._stores.tenants.find(tx, user.tenant) is None:
            raise NotFoundError(f"There is no tenant {user.tenant}.")
        if not self._stores.users.add(tx, account):
            raise ConflictError(f"There is a user named {user.name} already.")
        payload = UserCreated(name=user.name, role=user.role.value, first=first)
        tx.append(NewEntry(USER_CREATED, user.tenant, actor_id, user.id, payload))

    async def disable(self, actor: Principal, user_id: str) -> None:
        """Shut a user of the actor's tenant out: no login, and every session ends. Twice changes nothing.

        API keys that the user made belong to the tenant and go on working; revoke them by themselves.

        Raises:
            NotAllowedError: the actor may not manage users.
            ConflictError: it is the actor, who would have nobody left to undo it.
            NotFoundError: the tenant has no such user.
        """
        _require(actor)
        if user_id == actor.id:
            raise ConflictError("You cannot disable yourself; ask another administrator.")

        def change(tx: Tx) -> None:
            user = self._found(tx, actor.tenant, user_id)
            if self._stores.users.disable(tx, actor.tenant, user_id, self._clock.now()):
                ended = self._sessions.close_all_of(tx, user, "user disabled")
                payload = UserDisabled(name=user.name, sessions=ended)
                tx.append(NewEntry(USER_DISABLED, user.tenant, actor.id, user.id, payload))

        await self._db.write(change)

    async def set_password(self, actor: Principal, user_id: str, password: str) -> User:
        """Give a user of the actor's tenant another password: every session of the user ends.

        Raises:
            NotAllowedError: the actor may not manage users.
            NotFoundError: the tenant has no such user.
            InvalidInputError: the password is too short or too common.
        """
        _require(actor)
        user = await self._db.read(lambda tx: self._found(tx, actor.tenant, user_id))
        self._rules.check(password, user.name, user.tenant)
        hashed = await self._hashing.hash(password)

        def change(tx: Tx) -> None:
            account = self._stores.users.account(tx, user.tenant, user.name)
            if account is None or account.user.id != user.id:
                raise NotFoundError(_NO_USER)
            self._stores.users.set_password_hash(tx, user.tenant, user.id, account.password_hash, hashed)
            ended = self._sessions.close_all_of(tx, user, "password changed")
            payload = PasswordChanged(name=user.name, sessions=ended)
            tx.append(NewEntry(PASSWORD_CHANGED, user.tenant, actor.id, user.id, payload))

        await self._db.write(change)
        return user

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

    async def create_tenant(self, actor: Principal, tenant_id: str, name: str) -> Tenant:
        """Make a tenant. Only the system itself may, which is the command line on the server.

        Raises:
            NotAllowedError: the actor is not the system.
            InvalidInputError: the id or the name is impossible.
            ConflictError: there is a tenant of that id.
        """
        if actor.kind != "system":
            raise NotAllowedError("Tenants are made with the command line on the server.")
        tenant = Tenant(checked_tenant(tenant_id), checked_name(name), self._clock.now())

        def add(tx: Tx) -> None:
            if not self._stores.tenants.add(tx, tenant):
                raise ConflictError(f"There is a tenant {tenant.id} already.")
            tx.append(NewEntry(TENANT_CREATED, tenant.id, actor.id, tenant.id, TenantCreated(name=tenant.name)))

        await self._db.write(add)
        return tenant

    def _found(self, tx: ReadTx, tenant: TenantId, user_id: str) -> User:
        user = self._stores.users.find(tx, tenant, user_id)
        if user is None:
            raise NotFoundError(_NO_USER)
        return user


def _require(actor: Principal) -> None:
    if not actor.may(Permission.USERS_MANAGE):
        needed = Permission.USERS_MANAGE
        raise NotAllowedError(f"This needs the permission {needed}.", permission=needed.value)
