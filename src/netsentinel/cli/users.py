"""`netsentinel users`: users and their passwords, on the server's own machine, with the database at hand."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.cli.folder import settings_of_server
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, talk
from netsentinel.cli.serve import DataOption
from netsentinel.kernel.clock import to_iso
from netsentinel.kernel.types import DEFAULT_TENANT, Role, TenantId, system_principal

if TYPE_CHECKING:
    from netsentinel.identity import User
    from netsentinel.kernel.settings import Settings

users_app = typer.Typer(
    name="users", help="Create, list and disable users, give passwords.", no_args_is_help=True, add_completion=False
)

TenantOption = Annotated[str, typer.Option(help="The tenant it belongs to.")]
NameArgument = Annotated[str, typer.Argument(help="The name to log in with.")]
PasswordOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]


@users_app.command("create")
def create(
    *,
    name: NameArgument,
    role: Annotated[Role, typer.Option(help="What the user may do.")] = Role.ANALYST,
    tenant: TenantOption = DEFAULT_TENANT,
    new_tenant: Annotated[bool, typer.Option("--new-tenant", help="Create the tenant as well.")] = False,
    password_stdin: PasswordOption = False,
    data_dir: DataOption = None,
) -> None:
    """Create a user. The password is asked for, twice; it never stands on the command line.

    A server may run on the same database meanwhile; the user can log in at once.
    """
    settings = settings_of_server(data_dir)
    password = _password(from_stdin=password_stdin)
    user_id = asyncio.run(_create(settings, name, password, role, TenantId(tenant), new_tenant=new_tenant))
    sys.stdout.write(user_id + "\n")
    talk(f"{name} can log in as {role.value} of the tenant {tenant}.")


@users_app.command("list")
def list_users(
    *, tenant: TenantOption = DEFAULT_TENANT, data_dir: DataOption = None, output: OutputOption = Output.TABLE
) -> None:
    """Show the tenant's users by name, disabled ones too."""
    users = asyncio.run(_all(settings_of_server(data_dir), TenantId(tenant)))
    if output is Output.JSON:
        print_json(users)
        return
    print_table(
        ("NAME", "ROLE", "STATE", "CREATED", "LAST LOGIN", "ID"),
        [
            (
                user.name,
                user.role.value,
                f"disabled {to_iso(user.disabled_at)}" if user.is_disabled else "may log in",
                to_iso(user.created_at),
                to_iso(user.last_login_at) if user.last_login_at else "never",
                user.id,
            )
            for user in users
        ],
    )


@users_app.command("password")
def password(
    *,
    name: NameArgument,
    tenant: TenantOption = DEFAULT_TENANT,
    password_stdin: PasswordOption = False,
    data_dir: DataOption = None,
) -> None:
    """Give a user another password, for example a forgotten one's; it is asked for, twice. The user's sessions end."""
    settings = settings_of_server(data_dir)
    user = asyncio.run(_set_password(settings, name, _password(from_stdin=password_stdin), TenantId(tenant)))
    talk(f"{user.name} of the tenant {tenant} logs in with the new password from now on; every session has ended.")


@users_app.command("disable")
def disable(*, name: NameArgument, tenant: TenantOption = DEFAULT_TENANT, data_dir: DataOption = None) -> None:
    """Shut a user out for good: no login, and every session ends. What the user did stays under the user's name."""
    user, keys = asyncio.run(_disable(settings_of_server(data_dir), name, TenantId(tenant)))
    talk(f"{user.name} of the tenant {tenant} can no longer log in.")
    if keys:
        work = "works on" if keys == 1 else "work on"
        talk(f"{counted(keys, 'API key')} that {user.name} made {work}: netsentinel keys list, keys revoke.")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return typer.prompt("Password", hide_input=True, confirmation_prompt=True)


async def _create(
    settings: "Settings", name: str, password: str, role: Role, tenant: TenantId, *, new_tenant: bool
) -> str:
    from netsentinel.bootstrap import open_identity

    async with open_identity(settings) as identity:
        actor = system_principal(tenant)
        if new_tenant:
            await identity.users.create_tenant(actor, tenant, tenant)
        return (await identity.users.create(actor, name, password, role)).id


async def _all(settings: "Settings", tenant: TenantId) -> "list[User]":
    from netsentinel.bootstrap import open_identity

    async with open_identity(settings) as identity:
        return await identity.users.all(system_principal(tenant))


async def _set_password(settings: "Settings", name: str, password: str, tenant: TenantId) -> "User":
    from netsentinel.bootstrap import open_identity

    async with open_identity(settings) as identity:
        actor = system_principal(tenant)
        user = await identity.users.named(actor, name)
        return await identity.users.set_password(actor, user.id, password)


async def _disable(settings: "Settings", name: str, tenant: TenantId) -> "tuple[User, int]":
    """The user, and how many valid keys the user had made."""
    from netsentinel.bootstrap import open_identity
    from netsentinel.kernel.clock import SystemClock

    async with open_identity(settings) as identity:
        actor = system_principal(tenant)
        user = await identity.users.named(actor, name)
        await identity.users.disable(actor, user.id)
        now = SystemClock().now()
        keys = await identity.keys.all(actor)
        return user, sum(key.created_by == user.id and key.is_valid(now) for key in keys)
