"""`netsentinel keys`: make, list and revoke API keys and set tiers, with the server's database at hand."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.cli.folder import settings_of_server
from netsentinel.cli.identity import TenantOption, open_tenant, when
from netsentinel.cli.output import Output, OutputOption, print_records, talk
from netsentinel.cli.serve import DataOption
from netsentinel.kernel.clock import SystemClock, to_iso
from netsentinel.kernel.errors import ConflictError, NotFoundError
from netsentinel.kernel.types import DEFAULT_TENANT, Micros, Permission, Role, Tier

if TYPE_CHECKING:
    from netsentinel.identity import ApiKey
    from netsentinel.kernel.settings import Settings

keys_app = typer.Typer(
    name="keys", help="Create, list and revoke API keys, set tiers.", no_args_is_help=True, add_completion=False
)


@keys_app.command("create")
def create(
    *,
    name: Annotated[str, typer.Argument(help="For people: what will use the key, for example a sensor's name.")],
    role: Annotated[Role | None, typer.Option(help="What the key may do.")] = None,
    scope: Annotated[
        list[Permission] | None,
        typer.Option(help="Instead of a role: one thing that the key may do, for example events:write. Repeatable."),
    ] = None,
    expires_days: Annotated[int, typer.Option(min=0, max=3650, help="Days until it expires; 0 for never.")] = 0,
    tier: Annotated[Tier | None, typer.Option(help="How much it may ask for; left out, as much as its tenant.")] = None,
    tenant: TenantOption = DEFAULT_TENANT,
    data_dir: DataOption = None,
) -> None:
    """Create an API key and print it. It is shown this once; only its hash is kept."""
    settings = settings_of_server(data_dir)
    key = asyncio.run(_create(settings, name, role, scope or [], expires_days, tier, tenant))
    talk(f"The API key of {name}, of the tenant {tenant}, for the server of {settings.data_dir}.")
    talk("Keep it; it is not shown again:")
    sys.stdout.write(key + "\n")


@keys_app.command("list")
def list_keys(
    *,
    every: Annotated[bool, typer.Option("--all", help="Revoked and expired ones too.")] = False,
    tenant: TenantOption = DEFAULT_TENANT,
    data_dir: DataOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the tenant's API keys, oldest first: what each may do, and when it was used last."""
    now = SystemClock().now()
    keys = [key for key in asyncio.run(_all(settings_of_server(data_dir), tenant)) if every or key.is_valid(now)]
    print_records(
        output,
        keys,
        ("NAME", "BEGINS WITH", "MAY", "STATE", "CREATED", "LAST USED", "ID"),
        lambda key: (
            key.name,
            key.hint,
            _may(key),
            _state(key, now),
            to_iso(key.created_at),
            when(key.last_used_at),
            key.id,
        ),
    )


@keys_app.command("revoke")
def revoke(
    *,
    key: Annotated[str, typer.Argument(help="The key's id, or its name where one valid key has it.")],
    tenant: TenantOption = DEFAULT_TENANT,
    data_dir: DataOption = None,
) -> None:
    """Make an API key stop working at once, also on a server that runs; connections it holds open are closed."""
    revoked = asyncio.run(_revoke(settings_of_server(data_dir), key, tenant))
    talk(f"The key {revoked.name} ({revoked.id}) of the tenant {tenant} works no more.")


@keys_app.command("tier")
def set_tier(
    *,
    tier: Annotated[Tier, typer.Argument(help="How much may be asked for.")],
    key_id: Annotated[str, typer.Option(help="A key of the tenant, as `keys list` shows it.")] = "",
    tenant: TenantOption = DEFAULT_TENANT,
    data_dir: DataOption = None,
) -> None:
    """Give a tenant another tier, or with --key-id one of its keys. A running server minds it at once."""
    name = asyncio.run(_set_tier(settings_of_server(data_dir), tier, key_id, tenant))
    talk(f"{name} is {tier.value} from now on.")


def _may(key: "ApiKey") -> str:
    what = key.role.value if key.role else ", ".join(sorted(key.scopes))
    return f"{what} as {key.source}" if key.source else what


def _state(key: "ApiKey", now: Micros) -> str:
    if key.revoked_at:
        return f"revoked {to_iso(key.revoked_at)}"
    if not key.expires_at:
        return "works"
    return f"{'works until' if key.is_valid(now) else 'expired'} {to_iso(key.expires_at)}"


async def _all(settings: "Settings", tenant: str) -> "list[ApiKey]":
    async with open_tenant(settings, tenant) as (identity, actor):
        return await identity.keys.all(actor)


async def _revoke(settings: "Settings", wanted: str, tenant: str) -> "ApiKey":
    async with open_tenant(settings, tenant) as (identity, actor):
        now = SystemClock().now()
        keys = await identity.keys.all(actor)
        named = [key.id for key in keys if key.name == wanted and key.is_valid(now)]
        if len(named) > 1:
            raise ConflictError(f"{len(named)} keys are named {wanted}; say which by its id: {', '.join(named)}.")
        if not named and wanted not in {key.id for key in keys}:
            raise NotFoundError(f"The tenant {tenant} has no key of the id {wanted}, and no valid one of that name.")
        return await identity.keys.revoke(actor, named[0] if named else wanted)


async def _set_tier(settings: "Settings", tier: Tier, key_id: str, tenant: str) -> str:
    async with open_tenant(settings, tenant) as (identity, actor):
        if key_id:
            return f"The key {(await identity.keys.set_tier(actor, key_id, tier)).name}"
        return f"The tenant {(await identity.keys.set_tenant_tier(actor, tier)).name}"


async def _create(
    settings: "Settings",
    name: str,
    role: Role | None,
    scopes: list[Permission],
    expires_days: int,
    tier: Tier | None,
    tenant: str,
) -> str:
    from netsentinel.kernel.clock import DAY

    expires_at = SystemClock().now() + expires_days * DAY if expires_days else 0
    async with open_tenant(settings, tenant) as (identity, actor):
        made = await identity.keys.create(actor, name, role=role, scopes=scopes, expires_at=expires_at, tier=tier)
        return made.text
