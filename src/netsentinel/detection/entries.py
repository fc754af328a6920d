"""What happens to rules, in the journal."""

from dataclasses import dataclass

from netsentinel.kernel.entries import EntryKind

RULE_ADDED = "rule.added"
RULE_REMOVED = "rule.removed"
RULE_ENABLED = "rule.enabled"
RULE_DISABLED = "rule.disabled"


@dataclass(frozen=True, slots=True)
class PackChange:
    """Rules came or went, as one pack."""

    pack_id: str
    pack: str
    kind: str
    rules: int
    failing: int
    licence: str


@dataclass(frozen=True, slots=True)
class RuleSwitch:
    """A tenant wants a rule, or does not want it any more."""

    rule_id: str
    title: str
    level: str
    note: str


ENTRY_KINDS = (
    EntryKind(RULE_ADDED, "rules", "rule:added", PackChange, "A tenant added rules.", audited=True),
    EntryKind(
        RULE_REMOVED, "rules", "rule:removed", PackChange, "A tenant removed rules that it had added.", audited=True
    ),
    EntryKind(RULE_ENABLED, "rules", "rule:enabled", RuleSwitch, "A tenant enabled a rule again.", audited=True),
    EntryKind(
        RULE_DISABLED, "rules", "rule:disabled", RuleSwitch, "A tenant disabled a rule for itself.", audited=True
    ),
)
