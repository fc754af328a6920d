"""API keys over HTTP: which there are, what each may do, and making and revoking them."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.answers import answer, problems, secret_answer
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.identity import NEVER, ApiKey
from netsentinel.kernel.types import Micros, Permission, Principal, Role, Tier

router = LateRouter(prefix="/api/v2/api-keys", tags=["people and keys"])

Keeper = Annotated[Principal, Depends(Requires(Permission.KEYS_MANAGE))]


@dataclass(frozen=True, slots=True)
class KeyItem:
    """What a program shows instead of logging in. Times are microseconds since 1970 UTC, 0 for never."""

    id: str
    name: str
    hint: str
    """How its text begins, so that a key that turns up somewhere can be told."""
    state: Literal["valid", "expired", "revoked"]
    role: Role | None
    """null for a key with scopes of its own."""
    scopes: tuple[Permission, ...]
    """What a key without a role may do, sorted."""
    source: str
    """The only source that it may send events for; empty for any."""
    tier: Tier | None
    """How much it may ask for; null for as much as its tenant."""
    tenant_tier: Tier
    created_by: str
    """Id of the user or key that made it; `system` for the command line on the server."""
    created_at: Micros
    expires_at: Micros
    last_used_at: Micros
    """Up to a minute old."""
    revoked_at: Micros

    @classmethod
    def of(cls, key: ApiKey, now: Micros) -> "KeyItem":
        """The key, for those who manage keys."""
        return cls(
            id=key.id,
            name=key.name,
            hint=key.hint,
            state="revoked" if key.revoked_at != NEVER else "valid" if key.is_valid(now) else "expired",
            role=key.role,
            scopes=tuple(sorted(key.scopes)),
            source=key.source,
            tier=key.tier,
            tenant_tier=key.tenant_tier,
            created_by=key.created_by,
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            revoked_at=key.revoked_at,
        )


@dataclass(frozen=True, slots=True)
class KeyList:
    """Keys of the tenant, oldest first."""

    items: tuple[KeyItem, ...]


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A fresh key. Its text is shown this once; only its hash is kept."""

    key: KeyItem
    text: str


class NewApiKey(BaseModel):
    """A key to make: with a role, or with scopes."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=256, description="For people: what will use it. 1 to 64 visible characters.")
    role: Role | None = Field(None, description="What it may do; left out where `scopes` say it.")
    scopes: set[Permission] = Field(set(), description="The permissions of a key without a role.")
    expires_at: int = Field(
        NEVER, ge=0, le=2**63 - 1, description="When it stops working, microseconds since 1970 UTC; 0 for never."
    )
    tier: Tier | None = Field(None, description="How much it may ask for; left out or null, as much as its tenant.")


@router.get("", response_model=KeyList, responses=problems(400, 401, 403))
async def list_keys(
    principal: Keeper,
    services: Served,
    every: Annotated[bool, Query(alias="all", description="Revoked and expired ones too.")] = False,
) -> Response:
    """The tenant's keys, oldest first: what each may do, and when it was used last. Their texts are kept nowhere."""
    now = services.clock.now()
    keys = await services.keys.all(principal)
    return answer(KeyList(tuple(KeyItem.of(key, now) for key in keys if every or key.is_valid(now))))


@router.post("", status_code=201, response_model=CreatedKey, responses=problems(400, 401, 403))
async def create_key(body: NewApiKey, principal: Keeper, request: Request, services: Served) -> Response:
    """Make a key that may do no more than its maker. Its text is in the answer and never again. A key makes none."""
    made = await services.keys.create(
        principal, body.name, role=body.role, scopes=body.scopes, expires_at=body.expires_at, tier=body.tier
    )
    return secret_answer(request, CreatedKey(KeyItem.of(made.key, services.clock.now()), made.text), 201)


@router.delete("/{key_id}", status_code=204, response_class=Response, responses=problems(401, 403, 404))
async def revoke_key(key_id: Annotated[str, Path(max_length=64)], principal: Keeper, services: Served) -> Response:
    """Make a key stop working at once; connections that it holds are closed. Twice changes nothing."""
    await services.keys.revoke(principal, key_id)
    return Response(status_code=204)
