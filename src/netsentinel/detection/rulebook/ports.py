"""Ports of the rulebook: where rules are kept, where hits are counted, and what reads and tries rules."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from netsentinel.detection.model import Finding, MatchedField
from netsentinel.detection.rulebook.model import (
    CaseResult,
    Disabling,
    Pack,
    RuleCase,
    RuleFacts,
    RuleFilter,
    RuleOrder,
    RuleRow,
    RuleState,
)
from netsentinel.detection.rules import RuleWeight
from netsentinel.events.lake.model import StoredEvent
from netsentinel.kernel.types import Level, Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class RuleStore(Protocol):
    """Finds rules, with what a tenant made of them. A tenant sees its own and the installation's."""

    def page(
        self,
        tx: ReadTx,
        tenant: TenantId,
        where: RuleFilter,
        order: RuleOrder,
        limit: int,
        after: tuple[int | str, str] | None,
    ) -> list[RuleRow]:
        """Rules in this order, beginning behind `after` (key and id). Without their source texts."""
        ...

    def count(self, tx: ReadTx, tenant: TenantId, where: RuleFilter) -> dict[RuleState, int]:
        """How many rules are in each state; `where.states` does not count."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, rule_id: str) -> RuleRow | None:
        """A rule with its source; the tenant's own before the installation's."""
        ...

    def switch(self, tx: Tx, tenant: TenantId, rule_id: str, disabled: Disabling | None) -> None:
        """Disable a rule for a tenant, or enable it again."""
        ...

    def installed(self, tx: ReadTx, ids: Sequence[str]) -> dict[str, str]:
        """Which of these ids the installation's rules have, with the names of their packs."""
        ...

    def instructions(self, tx: ReadTx, owner: TenantId, pack_id: str) -> int:
        """Instructions of all rules of the owner in other packs."""
        ...


class PackStore(Protocol):
    """Keeps packs with their rules, and the number that says whether anything changed."""

    def packs(self, tx: ReadTx, tenant: TenantId) -> list[tuple[Pack, str]]:
        """The packs a tenant sees, each with its file: the installation's first, then by name."""
        ...

    def put(self, tx: Tx, pack: Pack, file: str, rules: Sequence[RuleFacts]) -> None:
        """Keep a pack instead of the one with its owner and id. What its rules cost so far is kept with their ids."""
        ...

    def drop(self, tx: Tx, owner: TenantId, pack_id: str) -> None:
        """Forget a pack and its rules."""
        ...

    def taken(self, tx: ReadTx, owner: TenantId, pack_id: str) -> dict[str, str]:
        """Ids of the owner's loadable rules in other packs, with the names of those."""
        ...

    def digest(self, tx: Tx, fresh: str | None = None) -> str:
        """What the installation's rules were made from; with `fresh`, what they are made from now."""
        ...

    def chosen(self, tx: ReadTx) -> tuple[int, list[tuple[TenantId, str]], dict[TenantId, tuple[str, ...]]]:
        """The revision, every tenant's own files, and every tenant's disabled rules."""
        ...

    def revision(self, tx: ReadTx) -> int:
        """A number that grows with everything that changes what `chosen` says."""
        ...


class HitStore(Protocol):
    """Counts what rules find and what they cost."""

    def count_hits(self, tx: Tx, findings: Sequence[Finding], now: Micros) -> None:
        """Add findings to the counts of their rules, on the day of `now`."""
        ...

    def history(
        self, tx: ReadTx, tenant: TenantId, ids: Sequence[str], since_day: int
    ) -> Mapping[str, Mapping[int, int]]:
        """Hits of these rules by day (days since 1970), from that day on."""
        ...

    def add_weights(self, tx: Tx, events: int, weights: Sequence[RuleWeight]) -> None:
        """Add what rules cost in a sample of events."""
        ...


class ReadRules(msgspec.Struct, frozen=True):
    """What reading rules gave: those that load, then those that do not."""

    rules: tuple[RuleFacts, ...]
    failed: tuple[RuleFacts, ...]


class RuleHit(msgspec.Struct, frozen=True):
    """A rule matched one of several events."""

    event: int
    """Its position among them, from 0."""
    rule_id: str
    title: str
    level: Level
    fingerprint: str
    """Hits with the same fingerprint are one alert."""
    matched: tuple[MatchedField, ...]


class RuleBench(Protocol):
    """Reads and tries rules where hostile ones do no harm."""

    async def read(self, paths: Sequence[Path], *, ahead: bool = False) -> ReadRules:
        """The rules of files, folders and archives.

        With `ahead`, what they look for is compiled as well, as far as that takes some seconds, so that the detection
        process, which everybody waits for, need not do it.

        Raises:
            InvalidInputError: an archive cannot be read.
            NotFoundError: a path does not exist.
            UnavailableError: it took too long or too much memory.
        """
        ...

    async def check(self, text: str) -> ReadRules:
        """The rules of one YAML text. Errors as for `read`."""
        ...

    async def judge(self, text: str, events: Sequence[StoredEvent]) -> list[RuleHit]:
        """What the rules of a text find in stored events.

        Raises:
            InvalidInputError: no rule in the text loads.
            UnavailableError: it took too long or too much memory.
        """
        ...

    async def test(self, text: str, cases: Sequence[RuleCase | str]) -> list[CaseResult]:
        """What the rules of a text do with each event; a bare event has no expectation.

        Raises:
            InvalidInputError: no rule in the text loads.
            UnavailableError: it took too long or too much memory.
        """
        ...
