"""Which rules look at whose events: the installed for everybody, a tenant's own for it, without what it disabled."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from netsentinel.detection.rules.model import Rule
from netsentinel.kernel.types import TenantId


class OwnPack(msgspec.Struct, frozen=True):
    """An archive of rules that a tenant added."""

    tenant: TenantId
    path: str


class Selection(msgspec.Struct, frozen=True):
    """What tenants decided about rules. Crosses the process boundary as MessagePack."""

    packs: tuple[OwnPack, ...] = ()
    disabled: dict[TenantId, tuple[str, ...]] = {}
    """Ids of the rules that a tenant does not want, its own or the installation's."""


class Choice:
    """The rules of each tenant.

    A tenant's own rule takes the place of the installation's rule with the same id, for that tenant.

    Args:
        installed: rules that look at everybody's events.
        own: further rules of some tenants.
        disabled: ids that some tenants do not want.
    """

    def __init__(
        self,
        installed: Sequence[Rule],
        own: Mapping[TenantId, Sequence[Rule]] | None = None,
        disabled: Mapping[TenantId, Iterable[str]] | None = None,
    ) -> None:
        self._installed = tuple(installed)
        self._own = {tenant: tuple(rules) for tenant, rules in (own or {}).items() if rules}
        self._disabled = {tenant: frozenset(ids) for tenant, ids in (disabled or {}).items() if ids}
        self.is_plain = not self._own and not self._disabled
        """Whether all tenants have the installed rules, all of them."""

    def of(self, tenant: TenantId) -> tuple[Rule, ...]:
        """The rules that look at a tenant's events: the installed ones first."""
        own = self._own.get(tenant, ())
        disabled = self._disabled.get(tenant, frozenset())
        replaced = {rule.id for rule in own}
        installed = (rule for rule in self._installed if rule.id not in disabled and rule.id not in replaced)
        return (*installed, *(rule for rule in own if rule.id not in disabled))

    def union(self, tenants: Iterable[TenantId]) -> tuple[Rule, ...]:
        """Every rule that at least one of these tenants has, each once."""
        return tuple({id(rule): rule for tenant in tenants for rule in self.of(tenant)}.values())
