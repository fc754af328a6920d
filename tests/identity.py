"""An identity service on stores in memory, with a clock that stands still and hashing that costs nothing."""

from dataclasses import dataclass, field

from netsentinel.identity import IdentityLimits, IdentityService, LoginResult, User
from netsentinel.identity.testing import MemoryIdentity, PlainHashing
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, Role, TenantId, system_principal
from netsentinel.storage.testing import MemoryDatabase

PASSWORD = "tractor vivid plum seventeen"


@dataclass
class House:
    """A service with everything around it."""

    clock: FakeClock = field(default_factory=FakeClock)
    db: MemoryDatabase = field(default_factory=MemoryDatabase)
    stores: MemoryIdentity = field(default_factory=MemoryIdentity)
    hashing: PlainHashing = field(default_factory=PlainHashing)
    limits: IdentityLimits = field(default_factory=IdentityLimits)

    def __post_init__(self) -> None:
        self.service = IdentityService(self.db, self.stores, self.clock, self.limits, self.hashing)

    async def user(
        self,
        name: str = "ann",
        role: Role = Role.ADMIN,
        tenant: TenantId = DEFAULT_TENANT,
        *,
        new_tenant: bool = False,
    ) -> User:
        return await self.service.users.create(system_principal(tenant), name, PASSWORD, role, new_tenant=new_tenant)

    async def login(self, name: str = "ann") -> LoginResult:
        """Log a user in, who is made when there is none of that name."""
        if self.stores.users.account(None, DEFAULT_TENANT, name) is None:  # type: ignore[arg-type] - fakes need none
            await self.user(name)
        return await self.service.authenticate(name, PASSWORD)

    def kinds(self) -> list[str]:
        """What was announced so far."""
        return [entry.kind for entry in self.db.entries]
