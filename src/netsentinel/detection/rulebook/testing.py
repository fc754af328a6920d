"""In-memory fakes of the rulebook's ports; the stores pass the same contract suite as the SQL ones."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from netsentinel.detection.model import Finding
from netsentinel.detection.rulebook.model import (
    CaseResult,
    Disabling,
    Pack,
    RuleCase,
    RuleCost,
    RuleFacts,
    RuleFilter,
    RuleOrder,
    RuleRow,
    RuleState,
)
from netsentinel.detection.rulebook.ports import ReadRules, RuleHit
from netsentinel.detection.rulebook.trial import check_text, judge_stored, read_rules, try_text
from netsentinel.detection.rules import RuleWeight
from netsentinel.events.lake.model import StoredEvent
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.errors import ConflictError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


@dataclass(slots=True)
class _Kept:
    pack: Pack
    file: str
    rules: dict[str, RuleFacts]


@dataclass(slots=True)
class _Spent:
    sampled_from: int = 0
    evaluations: int = 0
    nanoseconds: int = 0


@dataclass(slots=True)
class _Shelf:
    """What the three fakes share, as the SQL stores share a database."""

    packs: dict[tuple[TenantId, str], _Kept] = field(default_factory=dict[tuple[TenantId, str], _Kept])
    spent: dict[tuple[TenantId, str], _Spent] = field(default_factory=dict[tuple[TenantId, str], _Spent])
    disabled: dict[tuple[TenantId, str], Disabling] = field(default_factory=dict[tuple[TenantId, str], Disabling])
    hits: Counter[tuple[TenantId, str, int]] = field(default_factory=Counter[tuple[TenantId, str, int]])
    last: dict[tuple[TenantId, str], Micros] = field(default_factory=dict[tuple[TenantId, str], Micros])
    revision: int = 0
    digest: str = ""
    sampled: int = 0

    def seen(self, tenant: TenantId) -> list[tuple[Pack, RuleFacts]]:
        """The rules that a tenant sees, its own instead of the installation's with the same id."""
        every = [(kept.pack, rule) for kept in self.packs.values() for rule in kept.rules.values()]
        own = {rule.id for pack, rule in every if pack.owner == tenant and not rule.error}
        return [(pack, rule) for pack, rule in every if pack.owner == tenant or (not pack.owner and rule.id not in own)]


class MemoryRules:
    """Rules in dictionaries."""

    def __init__(self) -> None:
        self.shelf = _Shelf()

    def page(
        self,
        tx: ReadTx,
        tenant: TenantId,
        where: RuleFilter,
        order: RuleOrder,
        limit: int,
        after: tuple[int | str, str] | None,
    ) -> list[RuleRow]:
        """Rules in this order, beginning behind `after` (key and id)."""
        rows = [
            self._row(tenant, pack, rule, order) for pack, rule in self.shelf.seen(tenant) if _fits(pack, rule, where)
        ]
        rows = [row for row in rows if not where.states or _state(row) in where.states]
        rows.sort(key=lambda row: row.facts.id)
        rows.sort(key=lambda row: row.key, reverse=order is not RuleOrder.TITLE)
        if after is not None:
            rows = [row for row in rows if _is_behind(row, after, order)]
        return rows[:limit]

    def count(self, tx: ReadTx, tenant: TenantId, where: RuleFilter) -> dict[RuleState, int]:
        """How many rules are in each state."""
        rows = self.page(tx, tenant, replace(where, states=()), RuleOrder.TITLE, 2**31, None)
        counts = Counter(_state(row) for row in rows)
        return {state: counts[state] for state in RuleState}

    def get(self, tx: ReadTx, tenant: TenantId, rule_id: str) -> RuleRow | None:
        """A rule; the tenant's own before the installation's."""
        for owner in (tenant, TenantId("")):
            for kept in self.shelf.packs.values():
                if kept.pack.owner == owner and rule_id in kept.rules:
                    return self._row(tenant, kept.pack, kept.rules[rule_id], RuleOrder.TITLE)
        return None

    def switch(self, tx: Tx, tenant: TenantId, rule_id: str, disabled: Disabling | None) -> None:
        """Disable a rule for a tenant, or enable it again."""
        self.shelf.disabled.pop((tenant, rule_id), None)
        if disabled is not None:
            self.shelf.disabled[tenant, rule_id] = disabled
        self.shelf.revision += 1

    def installed(self, tx: ReadTx, ids: Sequence[str]) -> dict[str, str]:
        """Which of these ids the installation's rules have, with the names of their packs."""
        kept = [one for one in self.shelf.packs.values() if not one.pack.owner]
        return {rule_id: one.pack.name for one in kept for rule_id in ids if rule_id in one.rules}

    def _row(self, tenant: TenantId, pack: Pack, rule: RuleFacts, order: RuleOrder) -> RuleRow:
        shelf = self.shelf
        spent = shelf.spent[pack.owner, rule.id]
        sampled = shelf.sampled - spent.sampled_from
        hits = sum(count for (who, what, _), count in shelf.hits.items() if (who, what) == (tenant, rule.id))
        last = shelf.last.get((tenant, rule.id), 0)
        per_event = round(spent.nanoseconds / sampled, 1) if sampled else 0.0
        keys = {
            RuleOrder.TITLE: rule.title.lower(),
            RuleOrder.LEVEL: rule.level.rank,
            RuleOrder.HITS: hits,
            RuleOrder.LAST_HIT: last,
            RuleOrder.COST: spent.nanoseconds * 1000 // sampled if sampled else 0,
        }
        return RuleRow(
            facts=rule,
            owner=pack.owner,
            pack=pack,
            disabled=shelf.disabled.get((tenant, rule.id)),
            hits=hits,
            last_hit_at=last,
            cost=RuleCost(rule.patterns, sampled, spent.evaluations, spent.nanoseconds, per_event),
            key=keys[order],
        )

    def instructions(self, tx: ReadTx, owner: TenantId, pack_id: str) -> int:
        """Instructions of all rules of the owner in other packs."""
        others = [kept for key, kept in self.shelf.packs.items() if key[0] == owner and key[1] != pack_id]
        return sum(rule.instructions for kept in others for rule in kept.rules.values())


class MemoryPacks:
    """Packs in dictionaries."""

    def __init__(self, rules: MemoryRules) -> None:
        self._shelf = rules.shelf

    def packs(self, tx: ReadTx, tenant: TenantId) -> list[tuple[Pack, str]]:
        """The packs a tenant sees, each with its file."""
        found = [(kept.pack, kept.file) for kept in self._shelf.packs.values() if kept.pack.owner in ("", tenant)]
        return sorted(found, key=lambda item: (item[0].owner, item[0].name, item[0].id))

    def put(self, tx: Tx, pack: Pack, file: str, rules: Sequence[RuleFacts]) -> None:
        """Keep a pack instead of the one with its owner and id."""
        others = [kept for key, kept in self._shelf.packs.items() if key[0] == pack.owner and key[1] != pack.id]
        if any(rule.id in kept.rules for kept in others for rule in rules):
            raise ConflictError("The change contradicts what is stored: another pack of the owner has such a rule.")
        old = self._shelf.packs.get((pack.owner, pack.id))
        for rule in rules:
            before = old.rules.get(rule.id) if old is not None else None
            if before is None or before.source != rule.source:
                self._shelf.spent[pack.owner, rule.id] = _Spent(self._shelf.sampled)
        self._shelf.packs[pack.owner, pack.id] = _Kept(pack, file, {rule.id: rule for rule in rules})
        self._shelf.revision += 1

    def drop(self, tx: Tx, owner: TenantId, pack_id: str) -> None:
        """Forget a pack and its rules."""
        self._shelf.packs.pop((owner, pack_id), None)
        self._shelf.revision += 1

    def taken(self, tx: ReadTx, owner: TenantId, pack_id: str) -> dict[str, str]:
        """Ids of the owner's loadable rules in other packs, with the names of those."""
        others = [kept for key, kept in self._shelf.packs.items() if key[0] == owner and key[1] != pack_id]
        return {rule.id: kept.pack.name for kept in others for rule in kept.rules.values() if not rule.error}

    def digest(self, tx: Tx, fresh: str | None = None) -> str:
        """What the installation's rules were made from."""
        if fresh is not None:
            self._shelf.digest = fresh
        return self._shelf.digest

    def chosen(self, tx: ReadTx) -> tuple[int, list[tuple[TenantId, str]], dict[TenantId, tuple[str, ...]]]:
        """The revision, every tenant's own files, and every tenant's disabled rules."""
        disabled: defaultdict[TenantId, list[str]] = defaultdict(list)
        for tenant, rule_id in sorted(self._shelf.disabled):
            disabled[tenant].append(rule_id)
        own = [(owner, kept.file) for (owner, _), kept in sorted(self._shelf.packs.items()) if owner]
        return self._shelf.revision, own, {tenant: tuple(ids) for tenant, ids in disabled.items()}

    def revision(self, tx: ReadTx) -> int:
        """A number that grows with every change."""
        return self._shelf.revision


class MemoryHits:
    """Hits in counters."""

    def __init__(self, rules: MemoryRules) -> None:
        self._shelf = rules.shelf

    def count_hits(self, tx: Tx, findings: Sequence[Finding], now: Micros) -> None:
        """Add findings to the counts of their rules."""
        for finding in findings:
            self._shelf.hits[finding.tenant, finding.rule_id, now // DAY] += 1
            self._shelf.last[finding.tenant, finding.rule_id] = now

    def history(
        self, tx: ReadTx, tenant: TenantId, ids: Sequence[str], since_day: int
    ) -> Mapping[str, Mapping[int, int]]:
        """Hits of these rules by day."""
        found: defaultdict[str, dict[int, int]] = defaultdict(dict)
        for (who, rule_id, day), count in self._shelf.hits.items():
            if who == tenant and rule_id in ids and day >= since_day:
                found[rule_id][day] = count
        return found

    def add_weights(self, tx: Tx, events: int, weights: Sequence[RuleWeight]) -> None:
        """Add what rules cost in a sample of events."""
        self._shelf.sampled += events
        for one in weights:
            spent = self._shelf.spent.get((one.owner, one.rule_id))
            if spent is not None:
                spent.evaluations += one.evaluations
                spent.nanoseconds += one.nanoseconds


class LocalBench:
    """The rule bench in this process: the real reading and trying, without limits."""

    async def read(self, paths: Sequence[Path], *, ahead: bool = False) -> ReadRules:
        """The rules of files, folders and archives."""
        return read_rules(paths)

    async def check(self, text: str) -> ReadRules:
        """The rules of one YAML text."""
        return check_text(text)

    async def judge(self, text: str, events: Sequence[StoredEvent]) -> list[RuleHit]:
        """What the rules of a text find in stored events."""
        return judge_stored(text, events)

    async def test(self, text: str, cases: Sequence[RuleCase | str]) -> list[CaseResult]:
        """What the rules of a text do with each event."""
        return try_text(text, cases)


def _fits(pack: Pack, rule: RuleFacts, where: RuleFilter) -> bool:
    said = [rule.title.lower(), rule.id.lower(), *(tag.lower() for tag in rule.tags)]
    return (
        any(where.text.lower() in one for one in said)
        and (not where.levels or rule.level in where.levels)
        and where.product in ("", rule.product)
        and where.category in ("", rule.category)
        and where.service in ("", rule.service)
        and where.pack in ("", pack.id, pack.name)
    )


def _state(row: RuleRow) -> RuleState:
    if row.facts.error:
        return RuleState.FAILING
    return RuleState.ENABLED if row.disabled is None else RuleState.DISABLED


def _is_behind(row: RuleRow, after: tuple[int | str, str], order: RuleOrder) -> bool:
    key, rule_id = after
    if row.key == key:
        return row.facts.id > rule_id
    return row.key > key if order is RuleOrder.TITLE else row.key < key
