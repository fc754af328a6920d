"""Rules, packs and hits in SQL."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from netsentinel.detection.model import Finding
from netsentinel.detection.rulebook.model import (
    INSTALLED,
    Disabling,
    Pack,
    PackKind,
    RuleCost,
    RuleFacts,
    RuleFilter,
    RuleOrder,
    RuleRow,
    RuleState,
)
from netsentinel.detection.rules import RuleWeight
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.types import Level, Micros, TenantId
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.texts import as_json, containing, decode_texts

_PACK_COLUMNS = "p.owner, p.id, p.name, p.kind, p.origin, p.licence, p.rules, p.failing, p.added_at, p.added_by"
_FACTS = (
    "r.id, r.path, r.title, r.description, r.maturity, r.level, r.author, r.licence, r.changed_on, r.product,"
    " r.category, r.service, r.tags, r.false_positives, r.reference_list, r.patterns, r.error, r.error_line,"
    " r.error_column"
)
_OWN = (
    " COALESCE(d.changed_at, 0), COALESCE(d.changed_by, ''), COALESCE(d.note, ''), d.rule_id IS NOT NULL,"
    " COALESCE(a.hits, 0), COALESCE(a.last_at, 0), COALESCE(b.sampled, 0) - r.sampled_from, r.evaluations,"
    " r.nanoseconds"
)
_FROM = (
    " FROM rules r JOIN rule_packs p ON p.owner = r.owner AND p.id = r.pack"
    " LEFT JOIN rulebooks b ON b.owner = ''"
    " LEFT JOIN rules_disabled d ON d.tenant = ? AND d.rule_id = r.id"
    " LEFT JOIN rule_activity a ON a.tenant = ? AND a.rule_id = r.id"
)
_SEEN = (
    " (r.owner = ? OR (r.owner = '' AND NOT EXISTS"
    " (SELECT 1 FROM rules o WHERE o.owner = ? AND o.id = r.id AND o.error = '')))"
)
_COST = (
    "CASE WHEN COALESCE(b.sampled, 0) > r.sampled_from"
    " THEN r.nanoseconds * 1000 / (b.sampled - r.sampled_from) ELSE 0 END"
)
_KEYS = {
    RuleOrder.TITLE: ("lower(r.title)", "ASC", ">"),
    RuleOrder.LEVEL: ("r.level_rank", "DESC", "<"),
    RuleOrder.HITS: ("COALESCE(a.hits, 0)", "DESC", "<"),
    RuleOrder.LAST_HIT: ("COALESCE(a.last_at, 0)", "DESC", "<"),
    RuleOrder.COST: (_COST, "DESC", "<"),
}
_STATE = {
    RuleState.FAILING: "r.error <> ''",
    RuleState.DISABLED: "(r.error = '' AND d.rule_id IS NOT NULL)",
    RuleState.ENABLED: "(r.error = '' AND d.rule_id IS NULL)",
}
_PUT_PACK = (
    "INSERT INTO rule_packs (owner, id, name, kind, origin, licence, file, rules, failing, added_at, added_by)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (owner, id) DO UPDATE SET name = excluded.name,"
    " kind = excluded.kind, origin = excluded.origin, licence = excluded.licence, file = excluded.file,"
    " rules = excluded.rules, failing = excluded.failing, added_at = excluded.added_at, added_by = excluded.added_by"
)
_RULE_COLUMNS = (
    "owner, id, pack, path, title, description, maturity, level, level_rank, author, licence, changed_on, product,"
    " category, service, tags, false_positives, reference_list, source, patterns, error, error_line, error_column,"
    " instructions, sampled_from, evaluations, nanoseconds"
)
_PUT_RULE = f"INSERT INTO rules ({_RULE_COLUMNS}) VALUES ({', '.join('?' * 27)})"  # noqa: S608 - constants only
_IDS_AT_ONCE = 500


def _pack(row: Sequence[SqlValue]) -> Pack:
    owner, pack_id, name, kind, origin, licence, rules, failing, added_at, added_by = row
    return Pack(
        id=str(pack_id),
        owner=TenantId(str(owner)),
        name=str(name),
        kind=PackKind(str(kind)),
        origin=str(origin),
        licence=str(licence),
        rules=int(rules or 0),
        failing=int(failing or 0),
        added_at=int(added_at or 0),
        added_by=str(added_by),
    )


def _row(row: Row, packs: dict[Row, Pack]) -> RuleRow:
    """A rule from a row of facts, what the tenant made of it, its pack, source and key.

    Args:
        row: of `_FACTS`, `_OWN`, `_PACK_COLUMNS` and two more.
        packs: those already read, by their columns: nearly all rules of a page are of one.
    """
    facts, own, pack, (source, key) = row[:19], row[19:28], row[28:38], row[38:40]
    if pack not in packs:
        packs[pack] = _pack(pack)
    sampled, nanoseconds = max(own[6], 0), own[8]
    return RuleRow(
        facts=RuleFacts(
            id=facts[0],
            path=facts[1],
            title=facts[2],
            description=facts[3],
            maturity=facts[4],
            level=Level(facts[5]),
            author=facts[6],
            licence=facts[7],
            changed_on=facts[8],
            product=facts[9],
            category=facts[10],
            service=facts[11],
            tags=decode_texts(facts[12]),
            false_positives=decode_texts(facts[13]),
            references=decode_texts(facts[14]),
            source=source,
            patterns=facts[15],
            error=facts[16],
            line=facts[17],
            column=facts[18],
        ),
        owner=TenantId(pack[0]),
        pack=packs[pack],
        disabled=Disabling(own[0], own[1], own[2]) if own[3] else None,
        hits=own[4],
        last_hit_at=own[5],
        cost=RuleCost(facts[15], sampled, own[7], nanoseconds, round(nanoseconds / sampled, 1) if sampled else 0.0),
        key=key,
    )


def _conditions(where: RuleFilter) -> tuple[list[str], list[SqlValue]]:
    """What the filter asks, but for states."""
    parts: list[str] = []
    values: list[SqlValue] = []
    if where.text:
        parts.append(
            "(lower(r.title) LIKE ? ESCAPE '\\' OR lower(r.tags) LIKE ? ESCAPE '\\' OR lower(r.id) LIKE ? ESCAPE '\\')"
        )
        values += [containing(where.text)] * 3
    if where.levels:
        parts.append(f"r.level IN ({', '.join('?' * len(where.levels))})")
        values += [level.value for level in where.levels]
    for column in ("product", "category", "service"):
        wanted = getattr(where, column)
        if wanted:
            parts.append(f"r.{column} = ?")
            values.append(wanted.lower())
    if where.pack:
        parts.append("(p.id = ? OR p.name = ?)")
        values += [where.pack, where.pack]
    return parts, values


class SqlRules:
    """The rule store in SQL."""

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
        key, direction, behind = _KEYS[order]
        parts, values = _conditions(where)
        if where.states:
            parts.append("(" + " OR ".join(_STATE[state] for state in where.states) + ")")
        if after is not None:
            parts.append(f"({key} {behind} ? OR ({key} = ? AND r.id > ?))")
            values += [after[0], after[0], after[1]]
        condition = " AND ".join([_SEEN, *parts])
        sql = (
            f"SELECT {_FACTS},{_OWN}, {_PACK_COLUMNS}, '', {key}{_FROM} WHERE {condition}"
            f" ORDER BY {key} {direction}, r.id LIMIT ?"
        )
        packs: dict[Row, Pack] = {}
        return [_row(row, packs) for row in tx.rows(sql, (tenant, tenant, tenant, tenant, *values, limit))]

    def count(self, tx: ReadTx, tenant: TenantId, where: RuleFilter) -> dict[RuleState, int]:
        """How many rules are in each state; `where.states` does not count."""
        parts, values = _conditions(where)
        condition = " AND ".join([_SEEN, *parts])
        state = "CASE WHEN r.error <> '' THEN 'failing' WHEN d.rule_id IS NOT NULL THEN 'disabled' ELSE 'enabled' END"
        sql = f"SELECT {state}, count(*){_FROM} WHERE {condition} GROUP BY 1"
        found = {RuleState(row[0]): int(row[1]) for row in tx.rows(sql, (tenant,) * 4 + tuple(values))}
        return {one: found.get(one, 0) for one in RuleState}

    def get(self, tx: ReadTx, tenant: TenantId, rule_id: str) -> RuleRow | None:
        """A rule with its source; the tenant's own before the installation's."""
        sql = (
            f"SELECT {_FACTS},{_OWN}, {_PACK_COLUMNS}, r.source, 0{_FROM}"
            " WHERE r.id = ? AND r.owner IN (?, '') ORDER BY r.owner DESC LIMIT 1"
        )
        row = tx.row(sql, (tenant, tenant, rule_id, tenant))
        return _row(row, {}) if row else None

    def switch(self, tx: Tx, tenant: TenantId, rule_id: str, disabled: Disabling | None) -> None:
        """Disable a rule for a tenant, or enable it again."""
        tx.run("DELETE FROM rules_disabled WHERE tenant = ? AND rule_id = ?", (tenant, rule_id))
        if disabled is not None:
            tx.run(
                "INSERT INTO rules_disabled (tenant, rule_id, note, changed_at, changed_by) VALUES (?, ?, ?, ?, ?)",
                (tenant, rule_id, disabled.note, disabled.at, disabled.by),
            )
        _move(tx)

    def installed(self, tx: ReadTx, ids: Sequence[str]) -> dict[str, str]:
        """Which of these ids the installation's rules have, with the names of their packs."""
        found: dict[str, str] = {}
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = ids[start : start + _IDS_AT_ONCE]
            sql = (
                "SELECT r.id, p.name FROM rules r JOIN rule_packs p ON p.owner = r.owner AND p.id = r.pack"  # noqa: S608 - constants only
                f" WHERE r.owner = '' AND r.id IN ({', '.join('?' * len(some))})"
            )
            found |= {row[0]: row[1] for row in tx.rows(sql, some)}
        return found

    def instructions(self, tx: ReadTx, owner: TenantId, pack_id: str) -> int:
        """Instructions of all rules of the owner in other packs."""
        row = tx.row("SELECT SUM(instructions) FROM rules WHERE owner = ? AND pack <> ?", (owner, pack_id))
        return int(row[0] or 0) if row else 0


class SqlPacks:
    """The pack store in SQL."""

    def packs(self, tx: ReadTx, tenant: TenantId) -> list[tuple[Pack, str]]:
        """The packs a tenant sees, each with its file: the installation's first, then by name."""
        sql = (
            f"SELECT {_PACK_COLUMNS}, p.file FROM rule_packs p"  # noqa: S608 - constants only
            " WHERE p.owner IN ('', ?) ORDER BY p.owner, p.name, p.id"
        )
        return [(_pack(row[:10]), row[10]) for row in tx.rows(sql, (tenant,))]

    def put(self, tx: Tx, pack: Pack, file: str, rules: Sequence[RuleFacts]) -> None:
        """Keep a pack instead of the one with its owner and id. What its rules cost so far is kept with their ids."""
        spent: dict[str, Row] = {
            row[0]: row[1:]
            for row in tx.rows(
                "SELECT id, source, sampled_from, evaluations, nanoseconds FROM rules WHERE owner = ? AND pack = ?",
                (pack.owner, pack.id),
            )
        }
        row = tx.row("SELECT sampled FROM rulebooks WHERE owner = ?", (INSTALLED,))
        sampled = int(row[0]) if row else 0
        tx.run("DELETE FROM rules WHERE owner = ? AND pack = ?", (pack.owner, pack.id))
        values = (pack.owner, pack.id, pack.name, pack.kind, pack.origin, pack.licence, file)
        tx.run(_PUT_PACK, (*values, pack.rules, pack.failing, pack.added_at, pack.added_by))
        tx.many(_PUT_RULE, (_values(pack, rule, spent.get(rule.id), sampled) for rule in rules))
        _move(tx)

    def drop(self, tx: Tx, owner: TenantId, pack_id: str) -> None:
        """Forget a pack and its rules."""
        tx.run("DELETE FROM rules WHERE owner = ? AND pack = ?", (owner, pack_id))
        tx.run("DELETE FROM rule_packs WHERE owner = ? AND id = ?", (owner, pack_id))
        _move(tx)

    def taken(self, tx: ReadTx, owner: TenantId, pack_id: str) -> dict[str, str]:
        """Ids of the owner's loadable rules in other packs, with the names of those."""
        sql = (
            "SELECT r.id, p.name FROM rules r JOIN rule_packs p ON p.owner = r.owner AND p.id = r.pack"
            " WHERE r.owner = ? AND r.pack <> ? AND r.error = ''"
        )
        return {row[0]: row[1] for row in tx.rows(sql, (owner, pack_id))}

    def digest(self, tx: Tx, fresh: str | None = None) -> str:
        """What the installation's rules were made from; with `fresh`, what they are made from now."""
        if fresh is not None:
            tx.run(
                "INSERT INTO rulebooks (owner, digest, sampled) VALUES (?, ?, 0)"
                " ON CONFLICT (owner) DO UPDATE SET digest = excluded.digest",
                (INSTALLED, fresh),
            )
        row = tx.row("SELECT digest FROM rulebooks WHERE owner = ?", (INSTALLED,))
        return row[0] if row else ""

    def chosen(self, tx: ReadTx) -> tuple[int, list[tuple[TenantId, str]], dict[TenantId, tuple[str, ...]]]:
        """The revision, every tenant's own files, and every tenant's disabled rules."""
        files = tx.rows("SELECT owner, file FROM rule_packs WHERE owner <> '' ORDER BY owner, id")
        disabled: defaultdict[TenantId, list[str]] = defaultdict(list)
        for tenant, rule_id in tx.rows("SELECT tenant, rule_id FROM rules_disabled ORDER BY tenant, rule_id"):
            disabled[TenantId(tenant)].append(rule_id)
        own = [(TenantId(owner), file) for owner, file in files]
        return self.revision(tx), own, {tenant: tuple(ids) for tenant, ids in disabled.items()}

    def revision(self, tx: ReadTx) -> int:
        """A number that grows with everything that changes what `chosen` says."""
        row = tx.row("SELECT revision FROM rule_revision WHERE id = 1")
        return int(row[0]) if row else 0


class SqlHits:
    """The hit store in SQL."""

    def count_hits(self, tx: Tx, findings: Sequence[Finding], now: Micros) -> None:
        """Add findings to the counts of their rules, on the day of `now`."""
        counts = sorted(Counter((finding.tenant, finding.rule_id) for finding in findings).items())
        tx.many(
            "INSERT INTO rule_activity (tenant, rule_id, hits, last_at) VALUES (?, ?, ?, ?) ON CONFLICT"
            " (tenant, rule_id) DO UPDATE SET hits = rule_activity.hits + excluded.hits, last_at = excluded.last_at",
            [(tenant, rule_id, count, now) for (tenant, rule_id), count in counts],
        )
        tx.many(
            "INSERT INTO rule_hits (tenant, rule_id, day, hits) VALUES (?, ?, ?, ?) ON CONFLICT"
            " (tenant, rule_id, day) DO UPDATE SET hits = rule_hits.hits + excluded.hits",
            [(tenant, rule_id, now // DAY, count) for (tenant, rule_id), count in counts],
        )

    def history(
        self, tx: ReadTx, tenant: TenantId, ids: Sequence[str], since_day: int
    ) -> Mapping[str, Mapping[int, int]]:
        """Hits of these rules by day (days since 1970), from that day on."""
        sql = (
            "SELECT rule_id, day, hits FROM rule_hits WHERE tenant = ? AND day >= ?"  # noqa: S608 - constants only
            f" AND rule_id IN ({', '.join('?' * max(len(ids), 1))})"
        )
        found: defaultdict[str, dict[int, int]] = defaultdict(dict)
        for rule_id, day, hits in tx.rows(sql, (tenant, since_day, *(ids or ("",)))):
            found[rule_id][day] = hits
        return found

    def add_weights(self, tx: Tx, events: int, weights: Sequence[RuleWeight]) -> None:
        """Add what rules cost in a sample of events."""
        tx.run(
            "INSERT INTO rulebooks (owner, digest, sampled) VALUES (?, '', ?)"
            " ON CONFLICT (owner) DO UPDATE SET sampled = rulebooks.sampled + excluded.sampled",
            (INSTALLED, events),
        )
        tx.many(
            "UPDATE rules SET evaluations = evaluations + ?, nanoseconds = nanoseconds + ? WHERE owner = ? AND id = ?",
            [(one.evaluations, one.nanoseconds, one.owner, one.rule_id) for one in weights],
        )


def _move(tx: Tx) -> None:
    tx.run("UPDATE rule_revision SET revision = revision + 1 WHERE id = 1")


def _values(pack: Pack, rule: RuleFacts, spent: Row | None, sampled: int) -> Sequence[SqlValue]:
    """The row of a rule. One whose text is as before keeps what it was measured to cost."""
    cost = spent[1:] if spent is not None and spent[0] == rule.source else (sampled, 0, 0)
    return (
        pack.owner,
        rule.id,
        pack.id,
        rule.path,
        rule.title,
        rule.description,
        rule.maturity,
        rule.level.value,
        rule.level.rank,
        rule.author,
        rule.licence,
        rule.changed_on,
        rule.product,
        rule.category,
        rule.service,
        as_json(rule.tags),
        as_json(rule.false_positives),
        as_json(rule.references),
        rule.source,
        rule.patterns,
        rule.error,
        rule.line,
        rule.column,
        rule.instructions,
        *cost,
    )
