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
        return (*self.installed_of(tenant), *self.own_of(tenant))

    def installed_of(self, tenant: TenantId) -> tuple[Rule, ...]:
        """The installed rules that look at a tenant's events."""
        left_out = self._disabled.get(tenant, frozenset()).union(rule.id for rule in self._own.get(tenant, ()))
        return tuple(rule for rule in self._installed if rule.id not in left_out)

    def own_of(self, tenant: TenantId) -> tuple[Rule, ...]:
        """The rules of its own that look at a tenant's events, and at nobody else's."""
        disabled = self._disabled.get(tenant, frozenset())
        return tuple(rule for rule in self._own.get(tenant, ()) if rule.id not in disabled)
