"""`netsentinel keys`: make API keys and set tiers on the server's own machine, with the database at hand."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.cli.folder import settings_of_server
from netsentinel.cli.output import talk
from netsentinel.cli.serve import DataOption
from netsentinel.cli.users import TenantOption
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, Role, TenantId, Tier, system_principal

if TYPE_CHECKING:
    from netsentinel.kernel.settings import Settings

keys_app = typer.Typer(name="keys", help="Create API keys, set tiers.", no_args_is_help=True, add_completion=False)


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
    key = asyncio.run(_create(settings, name, role, scope or [], expires_days, tier, TenantId(tenant)))
    talk(f"The API key of {name}, of the tenant {tenant}, for the server of {settings.data_dir}.")
    talk("Keep it; it is not shown again:")
    sys.stdout.write(key + "\n")


@keys_app.command("tier")
def set_tier(
    *,
    tier: Annotated[Tier, typer.Argument(help="How much may be asked for.")],
    key_id: Annotated[str, typer.Option(help="A key of the tenant, as `usage --tenant` shows it.")] = "",
    tenant: TenantOption = DEFAULT_TENANT,
    data_dir: DataOption = None,
) -> None:
    """Give a tenant another tier, or with --key-id one of its keys. A running server minds it at once."""
    name = asyncio.run(_set_tier(settings_of_server(data_dir), tier, key_id, TenantId(tenant)))
    talk(f"{name} is {tier.value} from now on.")


async def _set_tier(settings: "Settings", tier: Tier, key_id: str, tenant: TenantId) -> str:
    from netsentinel.bootstrap import open_identity

    async with open_identity(settings) as identity:
        actor = system_principal(tenant)
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
    tenant: TenantId,
) -> str:
    from netsentinel.bootstrap import open_identity
    from netsentinel.kernel.clock import DAY, SystemClock

    expires_at = SystemClock().now() + expires_days * DAY if expires_days else 0
    async with open_identity(settings) as identity:
        made = await identity.keys.create(
            system_principal(tenant), name, role=role, scopes=scopes, expires_at=expires_at, tier=tier
        )
        return made.text
