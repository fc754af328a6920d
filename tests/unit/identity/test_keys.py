"""API keys."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from netsentinel.identity.entries import KeyCreated, KeyRevoked, TierChanged
from netsentinel.identity.model import IdentityLimits
from netsentinel.identity.tokens import key_checksum
from netsentinel.kernel.clock import DAY, SECOND
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError, StorageFullError
from netsentinel.kernel.types import (
    DEFAULT_TENANT,
    ROLE_PERMISSIONS,
    Permission,
    Role,
    TenantId,
    Tier,
    system_principal,
)
from tests.identity import House

pytestmark = pytest.mark.anyio
SYSTEM = system_principal()


async def test_a_key_is_shown_once_and_then_admits(house: House) -> None:
    made = await house.service.keys.create(SYSTEM, "sensor", scopes=[Permission.EVENTS_WRITE])
    assert made.text.startswith(made.key.hint)
    assert len(made.key.hint) == 11
    admission = await house.service.validate_token(made.text)
    assert admission is not None
    assert admission.principal == made.key.principal()
    assert admission.ref == f"default/{made.key.id}"
    assert admission.principal.permissions == {Permission.EVENTS_WRITE}
    assert await house.service.validate_token(made.text) == admission
    entry = house.db.entries[-1]
    assert (entry.kind, entry.subject) == ("key.created", made.key.id)
    assert entry.payload == KeyCreated(name="sensor", role="", scopes=("events:write",), expires_at=0)
    assert made.text not in repr(house.stores.keys.__dict__)


async def test_a_mistyped_key_is_refused_without_a_query(house: House) -> None:
    made = await house.service.keys.create(SYSTEM, "sensor", role=Role.VIEWER)
    other = "x" if made.text[20] != "x" else "y"
    assert await house.service.validate_token(made.text[:20] + other + made.text[21:]) is None
    assert await house.service.validate_token("ns_key_") is None
    assert house.stores.keys.queries == 0


async def test_a_well_formed_key_that_nobody_made_is_refused(house: House) -> None:
    body = "ns_key_" + "0" * 30
    assert await house.service.validate_token(body + key_checksum(body)) is None
    assert house.stores.keys.queries == 1


async def test_a_key_ends_when_it_expires_or_is_revoked(house: House) -> None:
    keys, now = house.service.keys, house.clock.now()
    short = await keys.create(SYSTEM, "short", role=Role.VIEWER, expires_at=now + DAY)
    lasting = await keys.create(SYSTEM, "lasting", role=Role.VIEWER)
    house.clock.advance(DAY - 1)
    assert await house.service.still_valid(f"default/{short.key.id}")
    house.clock.advance(1)
    assert await keys.admit(short.text) is None
    assert not await house.service.still_valid(f"default/{short.key.id}")
    assert await keys.admit(lasting.text) is not None
    await keys.revoke(SYSTEM, lasting.key.id)
    assert await keys.admit(lasting.text) is None
    assert not await house.service.still_valid(f"default/{lasting.key.id}")
    assert house.db.entries[-1].payload == KeyRevoked(name="lasting")
    before = house.kinds()
    await keys.revoke(SYSTEM, lasting.key.id)
    assert house.kinds() == before


async def test_nobody_makes_a_key_that_can_do_more_than_they_can(house: House) -> None:
    keys = house.service.keys
    minter = replace(SYSTEM, id="key_1", permissions=ROLE_PERMISSIONS[Role.VIEWER] | {Permission.KEYS_MANAGE})
    with pytest.raises(NotAllowedError):
        await keys.create(minter, "more", role=Role.ADMIN)
    with pytest.raises(NotAllowedError):
        await keys.create(minter, "more", scopes=[Permission.EVENTS_WRITE])
    assert (await keys.create(minter, "same", role=Role.VIEWER)).key.created_by == "key_1"
    analyst = replace(SYSTEM, permissions=ROLE_PERMISSIONS[Role.ANALYST])
    with pytest.raises(NotAllowedError):
        await keys.create(analyst, "any", role=Role.VIEWER)
    with pytest.raises(NotAllowedError):
        await keys.all(analyst)
    with pytest.raises(NotAllowedError):
        await keys.revoke(analyst, "key_1")


async def test_a_key_makes_no_key_and_gives_no_tier_whatever_it_may(house: House) -> None:
    keys = house.service.keys
    admin = (await keys.create(SYSTEM, "admin", role=Role.ADMIN)).key.principal()
    for given in (
        keys.create(admin, "successor", role=Role.VIEWER),
        keys.set_tier(admin, admin.id, Tier.PREMIUM),
        keys.set_tier(admin, admin.id, None),
        keys.set_tenant_tier(admin, Tier.PREMIUM),
    ):
        with pytest.raises(NotAllowedError, match="log in for that"):
            await given
    assert [key.name for key in await keys.all(admin)] == ["admin"]


async def test_a_fresh_key_knows_its_tenants_tier(house: House) -> None:
    await house.service.keys.set_tenant_tier(SYSTEM, Tier.PREMIUM)
    made = await house.service.keys.create(SYSTEM, "one", role=Role.VIEWER)
    assert made.key == (await house.service.keys.all(SYSTEM))[0]


async def test_keys_belong_to_their_tenant(house: House) -> None:
    await house.user(tenant=TenantId("acme"), new_tenant=True)
    there = system_principal(TenantId("acme"))
    made = await house.service.keys.create(there, "sensor", role=Role.VIEWER)
    admission = await house.service.validate_token(made.text)
    assert admission is not None
    assert admission.principal.tenant == "acme"
    assert await house.service.keys.all(SYSTEM) == []
    with pytest.raises(NotFoundError):
        await house.service.keys.revoke(SYSTEM, made.key.id)
    with pytest.raises(NotFoundError):
        await house.service.keys.create(system_principal(TenantId("nobody")), "sensor", role=Role.VIEWER)
    assert not await house.service.still_valid(f"{DEFAULT_TENANT}/{made.key.id}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x"},
        {"name": "x", "role": Role.VIEWER, "scopes": [Permission.EVENTS_WRITE]},
        {"name": "", "role": Role.VIEWER},
        {"name": "x", "role": Role.VIEWER, "expires_at": 1},
    ],
)
async def test_impossible_keys_are_refused(house: House, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        await house.service.keys.create(SYSTEM, **wrong)  # type: ignore[arg-type] - that is the point
    assert house.db.entries == []


async def test_the_last_use_is_written_down_once_a_minute(house: House) -> None:
    made = await house.service.keys.create(SYSTEM, "sensor", role=Role.VIEWER)
    used: list[int] = []
    for _ in range(5):
        await house.service.validate_token(made.text)
        used.append((await house.service.keys.all(SYSTEM))[0].last_used_at)
        house.clock.advance(30 * SECOND)
    assert [at - used[0] for at in used] == [0, 0, 60 * SECOND, 60 * SECOND, 120 * SECOND]


async def test_a_full_disk_does_not_shut_keys_out(house: House) -> None:
    made = await house.service.keys.create(SYSTEM, "sensor", role=Role.VIEWER)
    house.db.failure = StorageFullError("full")
    assert await house.service.validate_token(made.text) is not None


async def test_the_local_key_is_made_once_and_private(house: House, tmp_path: Path) -> None:
    path = tmp_path / "data" / "local.key"
    await house.service.ensure_local_key(path)
    text = path.read_text(encoding="ascii").strip()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["local.key"]
    admission = await house.service.validate_token(text)
    assert admission is not None
    assert (admission.principal.role, admission.principal.tenant) == (Role.ANALYST, DEFAULT_TENANT)
    await house.service.ensure_local_key(path)
    assert path.read_text(encoding="ascii").strip() == text
    assert house.kinds() == ["key.created"]


async def test_a_local_key_that_others_could_read_is_taken_from_them(house: House, tmp_path: Path) -> None:
    path = tmp_path / "local.key"
    await house.service.ensure_local_key(path)
    path.chmod(0o644)
    await house.service.ensure_local_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("broken", ["", "nonsense", "ns_key_ü", None])
async def test_a_lost_local_key_is_replaced_and_the_old_one_revoked(
    house: House, tmp_path: Path, broken: str | None
) -> None:
    path = tmp_path / "local.key"
    await house.service.ensure_local_key(path)
    old = path.read_text(encoding="ascii").strip()
    if broken is None:
        path.unlink()
    else:
        path.write_text(broken, encoding="utf-8")
    await house.service.ensure_local_key(path)
    assert await house.service.validate_token(old) is None
    assert await house.service.validate_token(path.read_text(encoding="ascii").strip()) is not None
    assert house.kinds() == ["key.created", "key.revoked", "key.created"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_tier_is_given_and_announced(house: House) -> None:
    made = await house.service.keys.create(SYSTEM, "sensor", role=Role.VIEWER, tier=Tier.PREMIUM)
    changed = await house.service.keys.set_tier(SYSTEM, made.key.id, Tier.UNLIMITED)
    assert changed.tier is Tier.UNLIMITED
    await house.service.keys.set_tier(SYSTEM, made.key.id, Tier.UNLIMITED)  # nothing changes, nothing is told
    await house.service.keys.set_tenant_tier(SYSTEM, Tier.PREMIUM)
    assert await house.service.keys.tenant_tier(DEFAULT_TENANT) is Tier.PREMIUM
    told = [entry.payload for entry in house.db.entries if entry.kind == "tier.changed"]
    assert told == [
        TierChanged(of="key", name="sensor", before="premium", after="unlimited"),
        TierChanged(of="tenant", name="Default", before="standard", after="premium"),
    ]
    with pytest.raises(NotFoundError):
        await house.service.keys.set_tier(SYSTEM, "key_none", None)
    with pytest.raises(NotFoundError):
        await house.service.keys.set_tenant_tier(system_principal(TenantId("nobody")), Tier.PREMIUM)


async def test_administrators_give_no_more_than_premium_unless_the_operator_says_so(house: House) -> None:
    keys = house.service.keys
    admin = (await house.user("ann")).principal()
    made = await keys.create(admin, "one", role=Role.VIEWER, tier=Tier.PREMIUM)
    for wrong in (
        keys.create(admin, "two", role=Role.VIEWER, tier=Tier.UNLIMITED),
        keys.set_tier(admin, made.key.id, Tier.UNLIMITED),
        keys.set_tenant_tier(admin, Tier.UNLIMITED),
    ):
        with pytest.raises(NotAllowedError, match="server's own machine"):
            await wrong
    assert (await keys.set_tier(SYSTEM, made.key.id, Tier.UNLIMITED)).tier is Tier.UNLIMITED
    open_house = House(limits=IdentityLimits(top_tier=Tier.UNLIMITED))
    other = await open_house.service.keys.create(admin, "one", role=Role.VIEWER, tier=Tier.UNLIMITED)
    assert other.key.tier is Tier.UNLIMITED


async def test_an_earlier_local_key_becomes_unlimited(house: House, tmp_path: Path) -> None:
    path = tmp_path / "local.key"
    await house.service.ensure_local_key(path)
    (key,) = await house.service.keys.all(SYSTEM)
    await house.service.keys.set_tier(SYSTEM, key.id, None)
    await house.service.ensure_local_key(path)
    admission = await house.service.validate_token(path.read_text().strip())
    assert admission is not None
    assert admission.principal.tier is Tier.UNLIMITED
