"""API keys: made once, shown once, valid until they expire or are revoked."""

import asyncio
import platform
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import structlog

from netsentinel.identity.entries import KEY_CREATED, KEY_REVOKED, TIER_CHANGED, KeyCreated, KeyRevoked, TierChanged
from netsentinel.identity.model import NEVER, Admission, ApiKey, NewKey, Tenant
from netsentinel.identity.names import MAX_NAME, checked_name
from netsentinel.identity.ports import IdentityStores
from netsentinel.identity.refs import KEY, ref_of
from netsentinel.identity.tokens import KEY_HINT_LENGTH, is_well_formed_api_key, new_api_key, token_hash
from netsentinel.kernel.clock import MINUTE, Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError, UnavailableError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.shared import SharedReads
from netsentinel.kernel.types import (
    ROLE_PERMISSIONS,
    Micros,
    Permission,
    Principal,
    Role,
    TenantId,
    Tier,
    system_principal,
)
from netsentinel.storage.ports import Database, Tx
from netsentinel.storage.private_file import read_private, write_private

TOUCH_EVERY: Micros = MINUTE
"""The last use is written down at most so often, not with every request."""
LOCAL_KEY_NAME = "local command line on"

_log = structlog.get_logger("netsentinel.identity")


class ApiKeys:
    """Makes, lists, revokes and recognises API keys."""

    def __init__(self, db: Database, stores: IdentityStores, clock: Clock, *, top_tier: Tier = Tier.PREMIUM) -> None:
        self._db = db
        self._stores = stores
        self._clock = clock
        self._by_token = SharedReads(self._find_by_token)
        self._top_tier = top_tier

    async def create(
        self,
        actor: Principal,
        name: str,
        *,
        role: Role | None = None,
        scopes: Collection[Permission] = (),
        expires_at: Micros = NEVER,
        tier: Tier | None = None,
    ) -> NewKey:
        """Make a key in the actor's tenant. Its text is in the answer and never again.

        Args:
            actor: who makes it; the key cannot do more than this principal.
            name: for people, for example the sensor's.
            role: what the key may do, or None when `scopes` says it.
            scopes: the permissions of a key without a role.
            expires_at: when it stops working.
            tier: how much it may ask for; None for as much as its tenant.

        Raises:
            NotAllowedError: the actor may not make keys, is a key (of which two would have to be revoked then), lacks
                a permission that the key would have, or may not give that tier.
            InvalidInputError: the name or the expiry is impossible, or not exactly one of role and scopes is given.
            NotFoundError: there is no such tenant.
        """
        if (role is None) == (not scopes):
            raise InvalidInputError("A key has either a role or a set of permissions.", field="role")
        permissions = frozenset(scopes) if role is None else ROLE_PERMISSIONS[role]
        _require(actor, Permission.KEYS_MANAGE, *sorted(permissions))
        self._check_giver(actor, tier)
        return await self._make(actor, name, role, frozenset(scopes), expires_at, tier=tier)

    async def set_tier(self, actor: Principal, key_id: str, tier: Tier | None) -> ApiKey:
        """Give a key of the actor's tenant another tier, from its next request on; the key as it is then.

        Args:
            actor: who does it.
            key_id: which key.
            tier: how much it may ask for; None for as much as its tenant.

        Raises:
            NotAllowedError: the actor may not manage keys, is a key, or may not give that tier.
            NotFoundError: the tenant has no such key.
        """
        _require(actor, Permission.KEYS_MANAGE)
        self._check_giver(actor, tier)

        def change(tx: Tx) -> ApiKey:
            key = self._stores.keys.find(tx, actor.tenant, key_id)
            if key is None:
                raise NotFoundError(_no_key(actor, key_id))
            if self._stores.keys.set_tier(tx, actor.tenant, key_id, tier):
                payload = TierChanged(of="key", name=key.name, before=key.tier or "", after=tier or "")
                tx.append(NewEntry(TIER_CHANGED, key.tenant, actor.id, key.id, payload))
            return replace(key, tier=tier)

        return await self._db.write(change)

    async def tenant_tier(self, tenant: TenantId) -> Tier:
        """How much the tenant's keys may ask for that have no tier of their own."""
        found = await self._db.read(lambda tx: self._stores.tenants.find(tx, tenant))
        return Tier.STANDARD if found is None else found.tier

    async def set_tenant_tier(self, actor: Principal, tier: Tier) -> Tenant:
        """Give the actor's tenant another tier: it counts for all keys that have none of their own.

        Raises:
            NotAllowedError: the actor may not manage keys, is a key, or may not give that tier.
            NotFoundError: there is no such tenant.
        """
        _require(actor, Permission.KEYS_MANAGE)
        self._check_giver(actor, tier)

        def change(tx: Tx) -> Tenant:
            tenant = self._stores.tenants.find(tx, actor.tenant)
            if tenant is None:
                raise NotFoundError(f"There is no tenant {actor.tenant}.")
            if self._stores.tenants.set_tier(tx, tenant.id, tier):
                payload = TierChanged(of="tenant", name=tenant.name, before=tenant.tier, after=tier)
                tx.append(NewEntry(TIER_CHANGED, tenant.id, actor.id, tenant.id, payload))
            return replace(tenant, tier=tier)

        return await self._db.write(change)

    async def create_for_source(self, actor: Principal, source: str, *, expires_at: Micros = NEVER) -> NewKey:
        """Make a key that may send the events of one source of the actor's tenant, and do nothing else.

        Raises:
            NotAllowedError: the actor may not configure sources.
            InvalidInputError: it would expire before it is made.
        """
        _require(actor, Permission.SOURCES_WRITE)
        scopes = frozenset({Permission.EVENTS_WRITE})
        return await self._make(actor, f"source {source}"[:MAX_NAME], None, scopes, expires_at, source)

    async def _make(
        self,
        actor: Principal,
        name: str,
        role: Role | None,
        scopes: frozenset[Permission],
        expires_at: Micros,
        source: str = "",
        tier: Tier | None = None,
    ) -> NewKey:
        now = self._clock.now()
        if expires_at != NEVER and expires_at <= now:
            raise InvalidInputError("The key would expire before it is made.", field="expires_at")
        text = new_api_key()
        key = ApiKey(
            id=new_id(KEY, now),
            tenant=actor.tenant,
            name=checked_name(name),
            hint=text[:KEY_HINT_LENGTH],
            role=role,
            scopes=scopes,
            created_by=actor.id,
            created_at=now,
            expires_at=expires_at,
            source=source,
            tier=tier,
        )
        tenant = await self._db.write(lambda tx: self._add(tx, actor, key, text))
        return NewKey(replace(key, tenant_tier=tenant.tier), text)

    async def revoke(self, actor: Principal, key_id: str) -> ApiKey:
        """Make a key of the actor's tenant stop working at once; the key as it was. Twice changes nothing.

        Raises:
            NotAllowedError: the actor may not manage keys.
            NotFoundError: the tenant has no such key.
        """
        _require(actor, Permission.KEYS_MANAGE)
        return await self._db.write(lambda tx: self._revoke(tx, actor, key_id))

    async def revoke_of_source(self, actor: Principal, source: str) -> int:
        """Make the keys that are bound to a source stop working: it is configured no more. How many there were.

        Raises:
            NotAllowedError: the actor may not configure sources.
        """
        _require(actor, Permission.SOURCES_WRITE)

        def revoke(tx: Tx) -> int:
            bound = [
                key for key in self._stores.keys.all(tx, actor.tenant) if key.source == source and not key.revoked_at
            ]
            for key in bound:
                self._revoke(tx, actor, key.id)
            return len(bound)

        return await self._db.write(revoke)

    async def all(self, actor: Principal) -> list[ApiKey]:
        """Every key of the actor's tenant, oldest first, revoked ones too.

        Raises:
            NotAllowedError: the actor may not manage keys.
        """
        _require(actor, Permission.KEYS_MANAGE)
        return await self._db.read(lambda tx: self._stores.keys.all(tx, actor.tenant))

    async def admit(self, text: str) -> Admission | None:
        """Who stands behind the key. A mistyped one is refused without a query."""
        if not is_well_formed_api_key(text):
            return None
        digest = token_hash(text)
        key = await self._by_token.get(digest)
        now = self._clock.now()
        if key is None or not key.is_valid(now):
            return None
        if now - key.last_used_at >= TOUCH_EVERY:
            await self._note_use(key, now)
        return admission_of(key)

    async def _find_by_token(self, digest: str) -> ApiKey | None:
        return await self._db.read(lambda tx: self._stores.keys.by_token(tx, digest))

    async def find(self, tenant: TenantId, key_id: str) -> Admission | None:
        """The admission of a key that is still valid. It does not count as a use."""
        key = await self._db.read(lambda tx: self._stores.keys.find(tx, tenant, key_id))
        return admission_of(key) if key is not None and key.is_valid(self._clock.now()) else None

    async def ensure_local(self, path: Path) -> None:
        """Have a valid analyst's key in this file, readable by its owner only, for the command line on this machine.

        A key that is there and works is kept. Otherwise a new one is made, and this machine's older ones are revoked.
        It is unlimited: who can read the file could as well change the database.
        """
        text = await asyncio.to_thread(read_private, path)
        actor = system_principal()
        known = await self.admit(text) if text else None
        if known is not None:
            if known.principal.tenant == actor.tenant:
                await self.set_tier(actor, known.principal.id, Tier.UNLIMITED)
            return
        name = f"{LOCAL_KEY_NAME} {platform.node() or 'this machine'}"[:64]
        for key in await self.all(actor):
            if key.name == name and key.created_by == actor.id and key.revoked_at == NEVER:
                await self.revoke(actor, key.id)
        made = await self.create(actor, name, role=Role.ANALYST, tier=Tier.UNLIMITED)
        await asyncio.to_thread(write_private, path, made.text)

    def _check_giver(self, actor: Principal, tier: Tier | None) -> None:
        """Who makes a key or gives a tier is no key: it would give itself more, or outlive its revocation."""
        if actor.kind == "key":
            raise NotAllowedError("An API key makes no keys and gives no tiers: log in for that.")
        if actor.kind != "system" and tier is not None and tier.rank > self._top_tier.rank:
            raise NotAllowedError(
                f"The tier {tier} is given on the server's own machine: netsentinel keys tier. Here {self._top_tier} is"
                " the highest."
            )

    async def _note_use(self, key: ApiKey, now: Micros) -> None:
        """Bookkeeping that a request can do without: with a full disk, reading goes on."""
        try:
            await self._db.write(lambda tx: self._stores.keys.touch(tx, key.tenant, key.id, now))
        except UnavailableError as error:
            _log.warning("key_use_not_noted", code=error.code)

    def _add(self, tx: Tx, actor: Principal, key: ApiKey, text: str) -> Tenant:
        tenant = self._stores.tenants.find(tx, key.tenant)
        if tenant is None:
            raise NotFoundError(f"There is no tenant {key.tenant}.")
        self._stores.keys.add(tx, key, token_hash(text))
        payload = KeyCreated(
            name=key.name,
            role=key.role.value if key.role else "",
            scopes=tuple(sorted(key.scopes)),
            expires_at=key.expires_at,
            source=key.source,
            tier=key.tier or "",
        )
        tx.append(NewEntry(KEY_CREATED, key.tenant, actor.id, key.id, payload))
        return tenant

    def _revoke(self, tx: Tx, actor: Principal, key_id: str) -> ApiKey:
        key = self._stores.keys.find(tx, actor.tenant, key_id)
        if key is None:
            raise NotFoundError(_no_key(actor, key_id))
        if self._stores.keys.revoke(tx, actor.tenant, key_id, self._clock.now()):
            tx.append(NewEntry(KEY_REVOKED, key.tenant, actor.id, key.id, KeyRevoked(name=key.name)))
        return key


def _no_key(actor: Principal, key_id: str) -> str:
    return f"The tenant {actor.tenant} has no key of the id {key_id}."


def admission_of(key: ApiKey) -> Admission:
    """What a valid key admits."""
    return Admission(key.principal(), ref_of(key.tenant, key.id), key.expires_at)


def _require(actor: Principal, *permissions: Permission) -> None:
    for permission in permissions:
        if not actor.may(permission):
            raise NotAllowedError(f"This needs the permission {permission}.", permission=permission.value)
