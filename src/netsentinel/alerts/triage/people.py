"""Who can look after an alert: the users of its tenant that may log in and change alerts."""

from dataclasses import dataclass
from typing import Protocol

from netsentinel.identity import Users
from netsentinel.kernel.types import ROLE_PERMISSIONS, Permission, TenantId, system_principal


@dataclass(frozen=True, slots=True)
class Person:
    """A user, as far as others need to know."""

    id: str
    name: str


class People(Protocol):
    """Knows who there is."""

    async def of(self, tenant: TenantId) -> tuple[Person, ...]:
        """Who can look after alerts of a tenant, by name."""
        ...


class TenantUsers:
    """The people that the identity feature knows."""

    def __init__(self, users: Users) -> None:
        self._users = users

    async def of(self, tenant: TenantId) -> tuple[Person, ...]:
        """Who can look after alerts of a tenant, by name."""
        users = await self._users.all(system_principal(tenant))
        return tuple(
            Person(user.id, user.name)
            for user in users
            if not user.is_disabled and Permission.ALERTS_WRITE in ROLE_PERMISSIONS[user.role]
        )
