"""What `users` and `keys` share: a tenant, opened with the server's database at hand."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.kernel.clock import to_iso
from netsentinel.kernel.errors import ConflictError, NotFoundError
from netsentinel.kernel.types import Micros, Principal, TenantId, system_principal

if TYPE_CHECKING:
    from netsentinel.identity import IdentityService
    from netsentinel.kernel.settings import Settings

TenantOption = Annotated[str, typer.Option(help="The tenant it belongs to.")]


@asynccontextmanager
async def open_tenant(
    settings: "Settings", tenant: str, *, new: bool = False
) -> "AsyncGenerator[tuple[IdentityService, Principal]]":
    """Who there is, and the system as it acts in this tenant.

    Raises:
        NotFoundError: there is no such tenant.
        ConflictError: there is one, although it is to be new.
    """
    from netsentinel.bootstrap import open_identity

    async with open_identity(settings) as identity:
        actor = system_principal(TenantId(tenant))
        is_there = await identity.users.tenant(actor) is not None
        if new and is_there:
            raise ConflictError(f"There is a tenant {tenant} already; leave out --new-tenant.")
        if not new and not is_there:
            raise NotFoundError(f"There is no tenant {tenant}.")
        yield identity, actor


def when(moment: Micros) -> str:
    """A moment of the past that may not have come."""
    return to_iso(moment) if moment else "never"
