"""What people and programs do with sources: list them, configure them, try them out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from netsentinel.events.configured.model import SOURCE_NAME, Origin, SourceConfig, SourceItem
from netsentinel.events.configured.ports import SourceConfigStore
from netsentinel.events.configured.supervisor import Household, SourceSupervisor, kind_of, prepared
from netsentinel.events.entries import (
    SOURCE_CHANGED,
    SOURCE_CREATED,
    SOURCE_REMOVED,
    SourceConfigured,
    SourceRemoved,
)
from netsentinel.events.formats import FORMATS
from netsentinel.events.meter import SourceMeter
from netsentinel.events.ports import SourceStatus, SourceStore
from netsentinel.events.sources.port import SourceTest, decoded
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Database, Tx

MAX_SOURCES: Final = 200
"""Configured sources of one tenant."""


@dataclass(frozen=True, slots=True)
class KindItem:
    """A kind of source that can be configured."""

    name: str
    summary: str
    schema: Mapping[str, Any]
    """JSON Schema of its options."""


@dataclass(frozen=True, slots=True)
class SourceShelf:
    """What can be configured, and what the server's settings let a source open."""

    kinds: tuple[KindItem, ...]
    formats: tuple[str, ...]
    folders: tuple[str, ...]
    """Folders that this tenant's sources may read, with what is below them."""
    addresses: tuple[str, ...]
    """Addresses that sources may listen on."""
    ports: tuple[tuple[int, int], ...]
    """Spans of ports that sources may listen on, both ends included."""
    tls: bool
    """Whether the server has a certificate for sources."""


class ConfiguredSources:
    """Sources as people see them: what is configured, what arrives, and how it is doing."""

    def __init__(
        self,
        db: Database,
        stores: tuple[SourceConfigStore, SourceStore],
        supervisor: SourceSupervisor,
        house: Household,
        meter: SourceMeter,
        clock: Clock,
    ) -> None:
        self._db = db
        self._configs, self._counts = stores
        self._supervisor = supervisor
        self._house = house
        self._meter = meter
        self._clock = clock

    async def all(self, tenant: TenantId) -> list[SourceItem]:
        """Every source that is configured or ever sent something, by name."""
        counts, stored = await self._db.read(lambda tx: (self._counts.all(tx, tenant), self._configs.all(tx)))
        configs = {one.name: one for one in stored if one.tenant == tenant}
        configs |= {one.name: one for one in self._house.fixed if one.tenant == tenant}
        found = {one.name: one for one in counts}
        return [self._item(tenant, name, configs.get(name), found.get(name)) for name in sorted({*configs, *found})]

    async def one(self, tenant: TenantId, name: str) -> SourceItem:
        """The source of this name.

        Raises:
            NotFoundError: there is none.
        """
        for item in await self.all(tenant):
            if item.name == name:
                return item
        raise NotFoundError(f"There is no source {name[:64]!r}.")

    def shelf(self, tenant: TenantId) -> SourceShelf:
        """What can be configured."""
        around = self._house.around(SourceConfig(tenant, "any", "", "", True, {}))
        kinds = (
            KindItem(kind.name, kind.summary, _schema(kind.options)) for _, kind in sorted(self._house.kinds.items())
        )
        fence = around.fence
        return SourceShelf(
            kinds=tuple(kinds),
            formats=tuple(FORMATS),
            folders=tuple(map(str, fence.folders)),
            addresses=tuple(fence.addresses),
            ports=tuple((span.start, span.stop - 1) for span in fence.ports),
            tls=around.certificate is not None,
        )

    async def create(
        self,
        actor: Principal,
        name: str,
        kind: str,
        options: Mapping[str, Any],
        *,
        format: str = "",  # noqa: A002 - the wire's name
        enabled: bool = True,
    ) -> SourceItem:
        """Configure a source and start it.

        Args:
            actor: who does; the source belongs to this principal's tenant.
            name: letters, digits and `._:-`, at most 64.
            kind: name of a kind.
            options: as the kind declares them.
            format: name of a format, or empty to recognise each record.
            enabled: whether it runs.

        Raises:
            InvalidInputError: name, kind, format or options are impossible; the sentence says which.
            NotAllowedError: the server's settings do not let the source open that.
            ConflictError: the tenant has a source of that name, or too many.
        """
        if not SOURCE_NAME.fullmatch(name):
            raise InvalidInputError("A source's name has letters, digits and . _ : -, at most 64.", field="name")
        now = self._clock.now()
        config = self._checked(SourceConfig(actor.tenant, name, kind, format, enabled, options, now, actor.id, now))
        self._not_fixed(actor.tenant, name)

        def add(tx: Tx) -> None:
            tx.alone(f"sources of {actor.tenant}")
            if sum(one.tenant == actor.tenant for one in self._configs.all(tx)) >= MAX_SOURCES:
                raise ConflictError(f"There are {MAX_SOURCES} sources already; remove one first.")
            if not self._configs.add(tx, config):
                raise ConflictError(f"There is a source {name} already.")
            tx.append(NewEntry(SOURCE_CREATED, config.tenant, actor.id, name, _announced(config)))

        await self._db.write(add)
        await self._supervisor.apply()
        return await self.one(actor.tenant, name)

    async def change(
        self,
        actor: Principal,
        name: str,
        *,
        options: Mapping[str, Any] | None = None,
        format: str | None = None,  # noqa: A002 - the wire's name
        enabled: bool | None = None,
    ) -> SourceItem:
        """Configure a source otherwise; what is left out stays. It starts again when something changed.

        Raises:
            NotFoundError: no source of that name is configured.
            InvalidInputError: format or options are impossible.
            NotAllowedError: the server's settings do not let the source open that.
            ConflictError: it is configured in the server's own file.
        """
        self._not_fixed(actor.tenant, name)
        old = await self._stored(actor.tenant, name)
        new = replace(
            old,
            options=old.options if options is None else options,
            format=old.format if format is None else format,
            enabled=old.enabled if enabled is None else enabled,
        )
        if new.enabled or options is not None or format is not None:  # what is forbidden by now can still be disabled
            new = self._checked(new)
        if new != old:
            changed = replace(new, changed_at=self._clock.now())

            def store(tx: Tx) -> None:
                if not self._configs.change(tx, changed):
                    raise NotFoundError(f"No source {name[:64]!r} is configured.")
                tx.append(NewEntry(SOURCE_CHANGED, changed.tenant, actor.id, name, _announced(changed)))

            await self._db.write(store)
            await self._supervisor.apply()
        return await self.one(actor.tenant, name)

    async def remove(self, actor: Principal, name: str) -> None:
        """Stop a source and forget its configuration. What it brought, and its counts, stay.

        Raises:
            NotFoundError: no source of that name is configured.
            ConflictError: it is configured in the server's own file.
        """
        self._not_fixed(actor.tenant, name)
        old = await self._stored(actor.tenant, name)

        def remove(tx: Tx) -> None:
            if self._configs.remove(tx, actor.tenant, name):
                tx.append(NewEntry(SOURCE_REMOVED, actor.tenant, actor.id, name, SourceRemoved(kind=old.kind)))

        await self._db.write(remove)
        await self._supervisor.apply()

    async def test(self, tenant: TenantId, name: str) -> SourceTest:
        """Try a configured source out: open what it opens, and say what is there.

        Raises:
            NotFoundError: no source of that name is configured.
            InvalidInputError: its configuration makes no sense (any more).
            NotAllowedError: the server's settings do not let it open that (any more).
        """
        config = self._supervisor.fixed(tenant, name) or await self._stored(tenant, name)
        kind, options, around = prepared(config, self._house)
        return await kind.test(options, around, self._supervisor.source(tenant, name))

    def admit(self, principal: Principal, source: str) -> str:
        """The name under which a principal's events are taken.

        Args:
            principal: who sends over HTTP or a WebSocket.
            source: the name that was stated; empty for the key's own.

        Raises:
            NotAllowedError: the key is bound to another source, or the source is disabled.
        """
        bound = principal.source
        name = source or bound or "http"
        if bound and name != bound:
            raise NotAllowedError(f"This key may send as the source {bound} only, not as {name[:64]}.", source=bound)
        config = self._supervisor.find(principal.tenant, name)
        if config is not None and not config.enabled:
            raise NotAllowedError(f"The source {name} is disabled; nothing was taken.", source=name)
        return name

    def _item(
        self, tenant: TenantId, name: str, config: SourceConfig | None, counts: SourceStatus | None
    ) -> SourceItem:
        running = self._supervisor.running(tenant, name)
        counts = counts or SourceStatus(name, "", 0, 0, 0, 0, 0, 0, "", 0)
        return SourceItem(
            name=name,
            kind=config.kind if config else "",
            origin=config.origin if config else Origin.NOWHERE,
            enabled=config.enabled if config else True,
            state=running.state,
            stated_format=config.format if config else "",
            options=config.options if config else {},
            error=running.error,
            error_at=running.error_at,
            retry_at=running.retry_at,
            note=running.note,
            waiting_bytes=running.waiting_bytes,
            connections=running.connections,
            lost=running.lost,
            pauses=running.pauses,
            rate=self._meter.rate(tenant, name),
            series=self._meter.series(tenant, name),
            lag=self._clock.now() - counts.waiting_since if counts.waiting_since else 0,
            format=counts.format,
            events=counts.events,
            rejected=counts.rejected,
            size=counts.size,
            first_seen_at=counts.first_seen_at,
            last_seen_at=counts.last_seen_at,
            last_event_at=counts.last_event_at,
            last_error=counts.last_error,
            waiting=counts.waiting,
            created_at=config.created_at if config else 0,
            changed_at=config.changed_at if config else 0,
        )

    def _checked(self, config: SourceConfig) -> SourceConfig:
        """The configuration with the options' defaults filled in."""
        if config.format and config.format not in FORMATS:
            known = ", ".join(FORMATS)
            raise InvalidInputError(f"There is no format {config.format[:64]!r}; known are {known}.", field="format")
        kind = kind_of(config.kind, self._house.kinds)
        full = replace(config, options=msgspec.to_builtins(decoded(kind, config.options)))
        prepared(full, self._house)
        return full

    def _not_fixed(self, tenant: TenantId, name: str) -> None:
        if self._supervisor.fixed(tenant, name) is not None:
            raise ConflictError(
                f"The source {name} is configured in the server's own file; an operator of the server changes it there."
            )

    async def _stored(self, tenant: TenantId, name: str) -> SourceConfig:
        found = await self._db.read(lambda tx: self._configs.find(tx, tenant, name))
        if found is None:
            raise NotFoundError(f"No source {name[:64]!r} is configured.")
        return found


def _announced(config: SourceConfig) -> SourceConfigured:
    return SourceConfigured(
        kind=config.kind, format=config.format, enabled=config.enabled, options=dict(config.options)
    )


def _schema(options: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema of a kind's options, without references."""
    return msgspec.json.schema(options)["$defs"][options.__name__]
