"""How many requests were made and how many are left, and the tiers that decide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires, authenticated
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served, Services
from netsentinel.kernel.errors import NotAllowedError
from netsentinel.kernel.types import Permission, Principal, Tier
from netsentinel.limits import ClassUsage, RequestClass, UsageOfDay

router = LateRouter(tags=["usage"])

Visitor = Annotated[Principal, Depends(authenticated())]
KeyKeeper = Annotated[Principal, Depends(Requires(Permission.KEYS_MANAGE))]


@dataclass(frozen=True, slots=True)
class Consumer:
    """Somebody who made requests."""

    id: str
    name: str
    """Empty for one who is gone, or whom the caller may not know."""
    kind: str
    """`user` or `key`."""
    tier: str
    """A key's own tier, `unlimited` for example; empty for one that has its tenant's, and for users."""
    revoked: bool


@dataclass(frozen=True, slots=True)
class Usage:
    """What the caller, or the caller's tenant, asked for."""

    scope: str
    """`own` or `tenant`."""
    tier: Tier
    """The caller's."""
    tenant_tier: Tier
    """Of the tenant's keys that have none of their own."""
    windows: tuple[ClassUsage, ...]
    """The caller's own classes as they stand now."""
    days: tuple[UsageOfDay, ...]
    """Newest first."""
    consumers: tuple[Consumer, ...]
    """With the scope `tenant`: who stands in `days`, and every key that is not revoked."""


@dataclass(frozen=True, slots=True)
class TierSet:
    """Whose tier it is now."""

    id: str
    name: str
    tier: str
    """Empty for a key that has its tenant's."""


class NewTenantTier(BaseModel):
    """The tier of a tenant."""

    model_config = ConfigDict(extra="forbid")

    tier: Tier


class NewKeyTier(BaseModel):
    """The tier of a key."""

    model_config = ConfigDict(extra="forbid")

    tier: Tier | None = Field(description="null for the tenant's.")


@router.get("/api/v2/usage", response_model=Usage, responses=problems(400, 401, 403, 429))
async def show_usage(
    principal: Visitor,
    services: Served,
    scope: Annotated[
        Literal["own", "tenant"], Query(description="`tenant` for everybody's, which needs keys:manage.")
    ] = "own",
    days: Annotated[int, Query(ge=1, le=366, description="So many days, today's (UTC) included.")] = 30,
) -> Response:
    """The requests by day and class, the limits, and what is left of them now."""
    if scope == "tenant" and not principal.may(Permission.KEYS_MANAGE):
        needed = Permission.KEYS_MANAGE
        raise NotAllowedError(f"This needs the permission {needed}.", permission=needed.value)
    limits = services.limits
    history = await limits.history(principal.tenant, None if scope == "tenant" else principal.id, days)
    classes = [RequestClass.SESSION] if principal.kind == "user" else [RequestClass.API, RequestClass.INTAKE]
    classes.append(RequestClass.UPLOAD)
    return answer(
        Usage(
            scope=scope,
            tier=principal.tier,
            tenant_tier=await services.keys.tenant_tier(principal.tenant),
            windows=tuple(limits.usage(principal, each) for each in classes),
            days=tuple(history),
            consumers=await _consumers(services, principal, history) if scope == "tenant" else (),
        )
    )


@router.put("/api/v2/tenants/current/tier", response_model=TierSet, responses=problems(400, 401, 403, 429))
async def set_tenant_tier(body: NewTenantTier, principal: KeyKeeper, services: Served) -> Response:
    """Give the caller's tenant a tier: it counts at once for all keys that have none of their own. A key gives none."""
    tenant = await services.keys.set_tenant_tier(principal, body.tier)
    return answer(TierSet(tenant.id, tenant.name, tenant.tier))


@router.put("/api/v2/api-keys/{key_id}/tier", response_model=TierSet, responses=problems(400, 401, 403, 404, 429))
async def set_key_tier(
    key_id: Annotated[str, Path(max_length=64)], body: NewKeyTier, principal: KeyKeeper, services: Served
) -> Response:
    """Give a key a tier of its own, or with null the tenant's. It counts from its next request on. A key gives none."""
    key = await services.keys.set_tier(principal, key_id, body.tier)
    return answer(TierSet(key.id, key.name, key.tier or ""))


async def _consumers(services: Services, principal: Principal, history: Sequence[UsageOfDay]) -> tuple[Consumer, ...]:
    """Those in the history and the keys that could be, by name."""
    seen = {each.principal for each in history}
    found = {
        key.id: Consumer(key.id, key.name, "key", key.tier or "", bool(key.revoked_at))
        for key in await services.keys.all(principal)
        if key.id in seen or not key.revoked_at
    }
    if principal.may(Permission.USERS_MANAGE):
        for user in await services.users.all(principal):
            if user.id in seen:
                found[user.id] = Consumer(user.id, user.name, "user", "", user.is_disabled)
    for each in seen - found.keys():
        found[each] = Consumer(each, "", "key" if each.startswith("key_") else "user", "", revoked=False)
    return tuple(sorted(found.values(), key=lambda one: (one.name.casefold(), one.id)))
