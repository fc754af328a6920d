"""`netsentinel users`: users and their passwords, on the server's own machine, with the database at hand."""

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.cli.folder import settings_of_server
from netsentinel.cli.identity import TenantOption, open_tenant, when
from netsentinel.cli.output import Output, OutputOption, counted, print_records, talk
from netsentinel.cli.serve import DataOption
from netsentinel.kernel.clock import to_iso
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import DEFAULT_TENANT, Role

if TYPE_CHECKING:
    from netsentinel.identity import User
    from netsentinel.kernel.settings import Settings

users_app = typer.Typer(
    name="users",
    help="Create, list, disable and enable users, give roles and passwords.",
    no_args_is_help=True,
    add_completion=False,
)

NameArgument = Annotated[str, typer.Argument(help="The name to log in with.")]
PasswordOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]
LastOption = Annotated[
    bool, typer.Option("--last-administrator", help="Do it even when the tenant has no other active administrator.")
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
    asyncio.run(_check_new(settings, name, tenant, new_tenant=new_tenant))
    password = _password(from_stdin=password_stdin)
    user_id = asyncio.run(_create(settings, name, password, role, tenant, new_tenant=new_tenant))
    sys.stdout.write(user_id + "\n")
    talk(f"{name} can log in as {role.value} of the tenant {tenant}.")


@users_app.command("list")
def list_users(
    *, tenant: TenantOption = DEFAULT_TENANT, data_dir: DataOption = None, output: OutputOption = Output.TABLE
) -> None:
    """Show the tenant's users by name, disabled ones too."""
    print_records(
        output,
        asyncio.run(_all(settings_of_server(data_dir), tenant)),
        ("NAME", "ROLE", "STATE", "CREATED", "LAST LOGIN", "ID"),
        lambda user: (
            user.name,
            user.role.value,
            f"disabled {to_iso(user.disabled_at)}" if user.is_disabled else "may log in",
            to_iso(user.created_at),
            when(user.last_login_at),
            user.id,
        ),
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
    user = asyncio.run(_named(settings, name, tenant))
    user = asyncio.run(_set_password(settings, user, _password(from_stdin=password_stdin)))
    if user.is_disabled:
        talk(f"{user.name} of the tenant {tenant} has the new password, but is disabled: netsentinel users enable.")
    else:
        talk(f"{user.name} of the tenant {tenant} logs in with the new password from now on; every session has ended.")


@users_app.command("disable")
def disable(
    *,
    name: NameArgument,
    last_administrator: LastOption = False,
    tenant: TenantOption = DEFAULT_TENANT,
    data_dir: DataOption = None,
) -> None:
    """Shut a user out: no login, and every session ends. What the user did stays under the user's name."""
    settings = settings_of_server(data_dir)
    user, keys = asyncio.run(_disable(settings, name, tenant, last_administrator=last_administrator))
    talk(f"{user.name} of the tenant {tenant} can no longer log in.")
    if keys:
        work = "works on" if keys == 1 else "work on"
        talk(f"{counted(keys, 'API key')} that {user.name} made {work}: netsentinel keys list, keys revoke.")


@users_app.command("enable")
def enable(*, name: NameArgument, tenant: TenantOption = DEFAULT_TENANT, data_dir: DataOption = None) -> None:
    """Let a user log in again who was disabled, with the role and the password of before."""
    user = asyncio.run(_enable(settings_of_server(data_dir), name, tenant))
    talk(f"{user.name} of the tenant {tenant} may log in, as {user.role.value}.")


@users_app.command("role")
def set_role(
    *,
    name: NameArgument,
    role: Annotated[Role, typer.Argument(help="What the user may do from now on.")],
    last_administrator: LastOption = False,
    tenant: TenantOption = DEFAULT_TENANT,
    data_dir: DataOption = None,
) -> None:
    """Give a user another role. The user's sessions end, so that none goes on with the old one."""
    settings = settings_of_server(data_dir)
    user = asyncio.run(_set_role(settings, name, role, tenant, last_administrator=last_administrator))
    if user.role is role:
        talk(f"{user.name} of the tenant {tenant} is {role.value} already.")
    else:
        talk(f"{user.name} of the tenant {tenant} is {role.value} from the next login on; every session has ended.")


def _password(*, from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else _ask_password()


def _ask_password() -> str:
    """A password that is typed twice, at the terminal.

    Raises:
        InvalidInputError: there is no terminal to ask at.
    """
    if not _has_terminal():
        raise InvalidInputError(
            "There is no terminal to ask for the password; give it on the first line of standard input, with"
            " --password-stdin."
        )
    return typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)


def _has_terminal() -> bool:
    """Whether what is typed can be hidden; a terminal is asked even where standard input is something else."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return sys.stdin.isatty()
    return True


async def _check_new(settings: "Settings", name: str, tenant: str, *, new_tenant: bool) -> None:
    async with open_tenant(settings, tenant, new=new_tenant) as (identity, actor):
        await identity.users.check_name(actor, name)


async def _create(settings: "Settings", name: str, password: str, role: Role, tenant: str, *, new_tenant: bool) -> str:
    async with open_tenant(settings, tenant, new=new_tenant) as (identity, actor):
        return (await identity.users.create(actor, name, password, role, new_tenant=new_tenant)).id


async def _all(settings: "Settings", tenant: str) -> "list[User]":
    async with open_tenant(settings, tenant) as (identity, actor):
        return await identity.users.all(actor)


async def _named(settings: "Settings", name: str, tenant: str) -> "User":
    async with open_tenant(settings, tenant) as (identity, actor):
        return await identity.users.named(actor, name)


async def _set_password(settings: "Settings", user: "User", password: str) -> "User":
    async with open_tenant(settings, user.tenant) as (identity, actor):
        return await identity.users.set_password(actor, user.id, password)


async def _disable(settings: "Settings", name: str, tenant: str, *, last_administrator: bool) -> "tuple[User, int]":
    """The user, and how many valid keys the user had made."""
    from netsentinel.kernel.clock import SystemClock

    async with open_tenant(settings, tenant) as (identity, actor):
        user = await identity.users.named(actor, name)
        await identity.users.disable(actor, user.id, last_administrator=last_administrator)
        now = SystemClock().now()
        keys = await identity.keys.all(actor)
        return user, sum(key.created_by == user.id and key.is_valid(now) for key in keys)


async def _enable(settings: "Settings", name: str, tenant: str) -> "User":
    async with open_tenant(settings, tenant) as (identity, actor):
        user = await identity.users.named(actor, name)
        await identity.users.enable(actor, user.id)
        return user


async def _set_role(settings: "Settings", name: str, role: Role, tenant: str, *, last_administrator: bool) -> "User":
    """The user as it was."""
    async with open_tenant(settings, tenant) as (identity, actor):
        user = await identity.users.named(actor, name)
        await identity.users.set_role(actor, user.id, role, last_administrator=last_administrator)
        return user
