"""`netsentinel users`: make users on the server's own machine, with the database at hand."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.cli.folder import settings_of_server
from netsentinel.cli.output import talk
from netsentinel.cli.serve import DataOption
from netsentinel.kernel.types import DEFAULT_TENANT, Role, TenantId, system_principal

if TYPE_CHECKING:
    from netsentinel.kernel.settings import Settings

users_app = typer.Typer(name="users", help="Create users.", no_args_is_help=True, add_completion=False)

TenantOption = Annotated[str, typer.Option(help="The tenant it belongs to.")]


@users_app.callback()
def _users() -> None:  # pyright: ignore[reportUnusedFunction] - a Typer app with one command needs it to stay a group
    """Create users."""


@users_app.command("create")
def create(
    *,
    name: Annotated[str, typer.Argument(help="The name to log in with.")],
    role: Annotated[Role, typer.Option(help="What the user may do.")] = Role.ANALYST,
    tenant: TenantOption = DEFAULT_TENANT,
    new_tenant: Annotated[bool, typer.Option("--new-tenant", help="Create the tenant as well.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
    ] = False,
    data_dir: DataOption = None,
) -> None:
    """Create a user. The password is asked for, twice; it never stands on the command line.

    A server may run on the same database meanwhile; the user can log in at once.
    """
    settings = settings_of_server(data_dir)
    password = _from_stdin() if password_stdin else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    user_id = asyncio.run(_create(settings, name, password, role, TenantId(tenant), new_tenant=new_tenant))
    sys.stdout.write(user_id + "\n")
    talk(f"{name} can log in as {role.value} of the tenant {tenant}.")


def _from_stdin() -> str:
    return sys.stdin.readline().rstrip("\r\n")


async def _create(
    settings: "Settings", name: str, password: str, role: Role, tenant: TenantId, *, new_tenant: bool
) -> str:
    from netsentinel.bootstrap import open_identity

    async with open_identity(settings) as identity:
        actor = system_principal(tenant)
        if new_tenant:
            await identity.users.create_tenant(actor, tenant, tenant)
        return (await identity.users.create(actor, name, password, role)).id
