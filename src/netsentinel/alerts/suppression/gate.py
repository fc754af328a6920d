"""The gate before the alerts: what a suppression covers is counted and kept as an example; the rest passes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from netsentinel.alerts.samples import native_event
from netsentinel.alerts.suppression.compiled import CompiledSuppressions
from netsentinel.alerts.suppression.model import HiddenFinding, Suppression
from netsentinel.alerts.suppression.ports import KEPT, SuppressionStores
from netsentinel.detection.model import Finding
from netsentinel.kernel.types import Micros
from netsentinel.storage.ports import Tx


@dataclass(slots=True)
class _Hidden:
    """What one suppression hid in this transaction."""

    suppression: Suppression
    count: int = 0
    newest: list[Finding] = field(default_factory=list[Finding])


class SuppressionGate:
    """Lets findings through to the alerts, inside the caller's transaction.

    What is in force is compiled once and used until its revision changes: a commit with findings costs one look at a
    table of one row.
    """

    def __init__(self, stores: SuppressionStores) -> None:
        self._stores = stores
        self._compiled = CompiledSuppressions("", ())
        self._is_loaded = False

    def pass_on(self, tx: Tx, findings: Iterable[Finding], now: Micros) -> tuple[list[Finding], int]:
        """The findings that no suppression hides, and how many one does."""
        given = list(findings)
        if not given:
            return given, 0
        compiled = self._current(tx, now)
        if compiled.is_empty:
            return given, 0
        passed: list[Finding] = []
        hidden: dict[str, _Hidden] = {}
        for finding in given:
            suppression = compiled.hiding(finding.tenant, finding, now)
            if suppression is None:
                passed.append(finding)
                continue
            group = hidden.setdefault(suppression.id, _Hidden(suppression))
            group.count += 1
            group.newest = [*group.newest[1 - KEPT :], finding]
        for group in hidden.values():
            examples = [_example(finding) for finding in group.newest]
            whose = group.suppression
            self._stores.hidden.record(tx, whose.tenant, whose.id, group.count, examples, now)
        return passed, len(given) - len(passed)

    def _current(self, tx: Tx, now: Micros) -> CompiledSuppressions:
        revision = self._stores.suppressions.revision(tx)
        if not self._is_loaded or revision != self._compiled.revision:
            self._compiled = CompiledSuppressions(revision, self._stores.suppressions.in_force(tx, now))
            self._is_loaded = True
        return self._compiled


def _example(finding: Finding) -> HiddenFinding:
    return HiddenFinding(
        at=finding.time,
        rule_id=finding.rule_id,
        title=finding.title,
        level=finding.level,
        entity=finding.entity,
        src_ip=finding.src_ip,
        dst_ip=finding.dst_ip,
        event=native_event(finding.raw),
    )
