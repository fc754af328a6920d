"""What people do with rules: look at them, try them, disable those that they do not want, and add their own."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from netsentinel.detection.entries import RULE_DISABLED, RULE_ENABLED, RuleSwitch
from netsentinel.detection.rulebook.model import (
    HISTORY_DAYS,
    CaseResult,
    CheckedRule,
    CheckReport,
    Disabling,
    Fault,
    Pack,
    PackKind,
    PackList,
    RuleDetail,
    RuleFacts,
    RuleFilter,
    RuleOrder,
    RulePage,
    RuleRow,
    RuleState,
    RuleSummary,
    TestReport,
)
from netsentinel.detection.rulebook.packs import PackFolder, cases_of, root_of
from netsentinel.detection.rulebook.ports import HitStore, PackStore, RuleBench, RuleStore
from netsentinel.kernel.clock import DAY, Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import ConflictError, NotFoundError
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx


@dataclass(frozen=True, slots=True)
class RuleStores:
    """The stores of this feature."""

    rules: RuleStore
    packs: PackStore
    hits: HitStore


class RuleService:
    """Lists, explains, tries and switches rules.

    Args:
        db: the database of rules and hits.
        stores: where they are kept.
        bench: reads and tries rules.
        folder: the archives of packs that were added.
        clock: tells the day that the history ends with.
    """

    def __init__(self, db: Database, stores: RuleStores, bench: RuleBench, folder: PackFolder, clock: Clock) -> None:
        self._db = db
        self._stores = stores
        self._bench = bench
        self._folder = folder
        self._clock = clock

    async def page(
        self, tenant: TenantId, where: RuleFilter, order: RuleOrder, *, limit: int, cursor: str | None = None
    ) -> RulePage:
        """One page of the rules that a tenant sees.

        Raises:
            InvalidCursorError: the cursor is not from this list in this order.
        """
        after = _key(order, cursor)
        since = self._today() - HISTORY_DAYS + 1

        def read(tx: ReadTx) -> RulePage:
            rows = self._stores.rules.page(tx, tenant, where, order, limit + 1, after)
            shown = rows[:limit]
            history = self._stores.hits.history(tx, tenant, [row.facts.id for row in shown], since)
            counts = self._stores.rules.count(tx, tenant, where)
            items = tuple(self._summary(row, history) for row in shown)
            more = encode_cursor((shown[-1].key, shown[-1].facts.id)) if len(rows) > limit else None
            total = sum(count for state, count in counts.items() if not where.states or state in where.states)
            return RulePage(items, more, total, {state.value: count for state, count in counts.items()})

        return await self._db.read(read)

    async def packs(self, tenant: TenantId) -> PackList:
        """The packs that a tenant sees, each with what is wrong with its file."""
        found = await self._db.read(lambda tx: self._stores.packs.packs(tx, tenant))
        return PackList(await asyncio.to_thread(lambda: tuple(self._looked_at(pack, file) for pack, file in found)))

    async def detail(self, tenant: TenantId, rule_id: str) -> RuleDetail:
        """A rule with everything that is known of it.

        Raises:
            NotFoundError: the tenant sees no such rule.
        """
        row, history, file = await self._db.read(lambda tx: self._found(tx, tenant, rule_id))
        facts, pack = row.facts, row.pack
        return RuleDetail(
            rule=self._summary(row, history),
            pack=await asyncio.to_thread(self._looked_at, pack, file),
            path=facts.path,
            description=facts.description,
            author=facts.author,
            licence=facts.licence or pack.licence,
            changed_on=facts.changed_on,
            false_positives=facts.false_positives,
            references=facts.references,
            source=facts.source,
            error_line=facts.line,
            error_column=facts.column,
            disabled=row.disabled,
            removable=pack.kind is PackKind.TEXT,
            cases=await asyncio.to_thread(cases_of, root_of(self._folder, pack, file), facts.path),
        )

    async def switch(self, principal: Principal, rule_id: str, *, enabled: bool, note: str = "") -> RuleSummary:
        """Enable or disable a rule for the principal's tenant. Repeating it changes nothing.

        Raises:
            ConflictError: the rule cannot be loaded.
            NotFoundError: the tenant sees no such rule.
        """
        tenant = principal.tenant

        def change(tx: Tx) -> RuleSummary:
            row, history, _ = self._found(tx, tenant, rule_id)
            if row.facts.error:
                raise ConflictError(f"This rule cannot be loaded, so it is never run: {row.facts.error}")
            if (row.disabled is None) is enabled:
                return self._summary(row, history)
            disabled = None if enabled else Disabling(self._clock.now(), principal.name, note)
            self._stores.rules.switch(tx, tenant, rule_id, disabled)
            kind = RULE_ENABLED if enabled else RULE_DISABLED
            payload = RuleSwitch(rule_id, row.facts.title, row.facts.level, note)
            tx.append(NewEntry(kind, tenant, principal.id, rule_id, payload))
            row, history, _ = self._found(tx, tenant, rule_id)
            return self._summary(row, history)

        return await self._db.write(change)

    async def check(self, tenant: TenantId, text: str) -> CheckReport:
        """What a YAML text would become. Nothing is kept of it.

        Raises:
            UnavailableError: the text takes too long to read.
        """
        read = await self._bench.check(text)
        ids = [rule.id for rule in read.rules]
        replaced = await self._db.read(lambda tx: self._stores.rules.installed(tx, ids))
        own = await self._db.read(lambda tx: self._stores.packs.taken(tx, tenant, ""))
        faults = [fault(rule) for rule in read.failed]
        faults += [taken(rule, own[rule.id]) for rule in read.rules if rule.id in own]
        rules = (rule for rule in read.rules if rule.id not in own)
        return CheckReport(tuple(_checked(rule, replaced.get(rule.id, "")) for rule in rules), tuple(faults))

    async def test(self, tenant: TenantId, rule_id: str, events: Sequence[str]) -> TestReport:
        """What a rule does with its own cases, or with these events.

        Raises:
            ConflictError: the rule cannot be loaded.
            NotFoundError: the tenant sees no such rule.
            UnavailableError: it takes too long.
        """
        detail = await self.detail(tenant, rule_id)
        if detail.rule.error:
            raise ConflictError(f"This rule cannot be loaded, so it cannot be tried: {detail.rule.error}")
        cases = tuple(events) or detail.cases
        results: list[CaseResult] = await self._bench.test(detail.source, cases) if cases else []
        passed = sum(result.passed for result in results)
        return TestReport(passed, len(results) - passed, tuple(results))

    def _looked_at(self, pack: Pack, file: str) -> Pack:
        return replace(pack, trouble=self._folder.trouble(file)) if pack.owner else pack

    def _found(
        self, tx: ReadTx, tenant: TenantId, rule_id: str
    ) -> tuple[RuleRow, Mapping[str, Mapping[int, int]], str]:
        """The rule, its history, and its pack's file."""
        row = self._stores.rules.get(tx, tenant, rule_id)
        if row is None:
            raise NotFoundError(f"There is no rule {rule_id}.")
        history = self._stores.hits.history(tx, tenant, [rule_id], self._today() - HISTORY_DAYS + 1)
        files = {(pack.owner, pack.id): file for pack, file in self._stores.packs.packs(tx, tenant)}
        return row, history, files.get((row.owner, row.pack.id), "")

    def _today(self) -> int:
        return self._clock.now() // DAY

    def _summary(self, row: RuleRow, history: Mapping[str, Mapping[int, int]]) -> RuleSummary:
        facts, today = row.facts, self._today()
        days = history.get(facts.id, {})
        return RuleSummary(
            id=facts.id,
            title=facts.title,
            level=facts.level,
            state=_state(row),
            error=facts.error,
            maturity=facts.maturity,
            product=facts.product,
            category=facts.category,
            service=facts.service,
            tags=facts.tags,
            pack_id=row.pack.id,
            pack=row.pack.name,
            owner=row.owner,
            hits=row.hits,
            last_hit_at=row.last_hit_at,
            history=tuple(days.get(day, 0) for day in range(today - HISTORY_DAYS + 1, today + 1)) if days else (),
            cost=row.cost,
        )


def fault(rule: RuleFacts) -> Fault:
    """Where and why a rule does not load."""
    return Fault(rule.error, rule.path, rule.line, rule.column)


def taken(rule: RuleFacts, pack: str) -> Fault:
    """A rule whose id another of the tenant's rules has."""
    where = next((n for n, line in enumerate(rule.source.splitlines(), 1) if line.startswith("id:")), 1)
    return Fault(f"The id {rule.id} is already used in the pack {pack}.", rule.path, where, 1)


def _state(row: RuleRow) -> RuleState:
    if row.facts.error:
        return RuleState.FAILING
    return RuleState.ENABLED if row.disabled is None else RuleState.DISABLED


def _checked(rule: RuleFacts, takes_place_of: str) -> CheckedRule:
    return CheckedRule(
        id=rule.id,
        title=rule.title,
        level=rule.level,
        product=rule.product,
        category=rule.category,
        service=rule.service,
        tags=rule.tags,
        patterns=rule.patterns,
        takes_place_of=takes_place_of,
    )


def _key(order: RuleOrder, cursor: str | None) -> tuple[int | str, str] | None:
    if not cursor:
        return None
    kind: type[int | str] = str if order is RuleOrder.TITLE else int
    key, rule_id = decode_cursor(cursor, kind, str)
    return (str(key) if kind is str else int(key)), str(rule_id)
