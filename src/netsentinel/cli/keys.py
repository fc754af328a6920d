"""`netsentinel keys`: make API keys on the server's own machine, with the database at hand."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.cli.output import talk
from netsentinel.cli.serve import DataOption, settings_from
from netsentinel.cli.users import TenantOption
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, Role, TenantId, system_principal

if TYPE_CHECKING:
    from netsentinel.kernel.settings import Settings

keys_app = typer.Typer(name="keys", help="Create API keys.", no_args_is_help=True, add_completion=False)


@keys_app.callback()
def _keys() -> None:  # pyright: ignore[reportUnusedFunction] - a Typer app with one command needs it to stay a group
    """Create API keys."""


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
    tenant: TenantOption = DEFAULT_TENANT,
    data_dir: DataOption = None,
) -> None:
    """Create an API key and print it. It is shown this once; only its hash is kept."""
    settings = settings_from(data_dir=data_dir)
    key = asyncio.run(_create(settings, name, role, scope or [], expires_days, TenantId(tenant)))
    talk(f"The API key of {name}, of the tenant {tenant}. Keep it; it is not shown again:")
    sys.stdout.write(key + "\n")


async def _create(
    settings: "Settings", name: str, role: Role | None, scopes: list[Permission], expires_days: int, tenant: TenantId
) -> str:
    from netsentinel.bootstrap import open_identity
    from netsentinel.kernel.clock import DAY, SystemClock

    expires_at = SystemClock().now() + expires_days * DAY if expires_days else 0
    async with open_identity(settings) as identity:
        made = await identity.keys.create(
            system_principal(tenant), name, role=role, scopes=scopes, expires_at=expires_at
        )
        return made.text
