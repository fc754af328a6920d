"""Rules as people see them: where they come from, whether they are wanted, how often they hit and what they cost."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from netsentinel.detection.model import MatchedField
from netsentinel.kernel.types import Level, Micros, TenantId

INSTALLED = TenantId("")
"""The owner of rules that look at everybody's events; no tenant has an empty name."""

HISTORY_DAYS = 30
"""So many days of hits are shown."""


class RuleState(StrEnum):
    """Whether a rule looks at the tenant's events."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    FAILING = "failing"
    """It cannot be loaded; `error` says why."""


class PackKind(StrEnum):
    """How a pack of rules came."""

    BUNDLED = "bundled"
    """With NetSentinel."""
    CONFIGURED = "configured"
    """Named in the setting `rules`."""
    ARCHIVE = "archive"
    """A folder or archive that was added."""
    TEXT = "text"
    """One YAML text that was added."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Rules that came together."""

    id: str
    owner: TenantId
    """The tenant that added it; empty for the installation's."""
    name: str
    kind: PackKind
    origin: str
    """The folder, archive or person it came from, as it was called there."""
    licence: str
    """What it may be used for, as its own licence file or whoever added it said; empty when nobody did."""
    rules: int
    failing: int
    added_at: Micros
    added_by: str
    """Who added it; empty for the installation's."""
    trouble: str = ""
    """Why its rules are not in force, or will not be after the next start; empty when nothing is wrong."""


class RuleFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as it was read. Crosses the process boundary as MessagePack."""

    id: str
    path: str
    title: str
    description: str = ""
    maturity: str = ""
    level: Level = Level.MEDIUM
    author: str = ""
    licence: str = ""
    changed_on: str = ""
    product: str = ""
    category: str = ""
    service: str = ""
    tags: tuple[str, ...] = ()
    false_positives: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    source: str = ""
    patterns: int = 0
    instructions: int = 0
    """Of all its regular expressions and patterns together, once they are compiled, and as many as its texts weigh."""
    error: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class RuleCost:
    """What a rule costs, measured on a sample of the events that were really judged."""

    patterns: int
    """Texts and numbers that are looked for in events on its behalf; 0 when it is asked for every event."""
    events: int
    """How many events were sampled since the rule is here."""
    evaluations: int
    """How often its logic was asked in them."""
    nanoseconds: int
    """What that took altogether."""
    ns_per_event: float
    """The same for one event; 0 while nothing was sampled."""


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """A rule in the list."""

    id: str
    title: str
    level: Level
    state: RuleState
    error: str
    """Why it is failing."""
    maturity: str
    """`stable`, `test`, `experimental`, ... as its author says."""
    product: str
    category: str
    service: str
    tags: tuple[str, ...]
    pack_id: str
    pack: str
    """The pack's name."""
    owner: TenantId
    hits: int
    """Findings, counted when they were made."""
    last_hit_at: Micros
    """When the last one was made; 0 for never."""
    history: tuple[int, ...]
    """Hits of each of the last 30 days (UTC), today last; empty when there were none."""
    cost: RuleCost


@dataclass(frozen=True, slots=True)
class RulePage:
    """One page of rules."""

    items: tuple[RuleSummary, ...]
    next: str | None
    total: int
    """Rules that the filter finds, on all pages."""
    states: dict[str, int]
    """How many of them are enabled, disabled and failing, whatever state was asked for."""


@dataclass(frozen=True, slots=True)
class RuleCase:
    """An event that comes with a rule."""

    name: str
    """File and line, for example `hit.jsonl:1`."""
    expected: bool
    """Whether the rule must fire on it."""
    event: str
    """As it stands in the file."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a rule did with an event."""

    name: str
    expected: bool | None
    """None for an event that nobody has an expectation of."""
    fired: bool
    passed: bool
    matched: tuple[MatchedField, ...]
    """The fields that made it fire."""
    error: str
    """Why the event could not be read; empty when it could."""


@dataclass(frozen=True, slots=True)
class TestReport:
    """What a rule did with its cases."""

    __test__ = False  # a domain word, not a test class

    passed: int
    failed: int
    results: tuple[CaseResult, ...]


@dataclass(frozen=True, slots=True)
class Disabling:
    """Why a rule is disabled."""

    at: Micros
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class RuleDetail:
    """A rule with everything that is known of it."""

    rule: RuleSummary
    pack: Pack
    path: str
    """Where it is, inside its pack."""
    description: str
    author: str
    licence: str
    """The rule's own, else its pack's."""
    changed_on: str
    """The day of its author's last change."""
    false_positives: tuple[str, ...]
    references: tuple[str, ...]
    source: str
    error_line: int
    error_column: int
    disabled: Disabling | None
    removable: bool
    """Whether it can be removed by itself."""
    cases: tuple[RuleCase, ...]


@dataclass(frozen=True, slots=True)
class PackList:
    """The packs that a tenant sees."""

    items: tuple[Pack, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A place in a YAML text that keeps a rule from loading."""

    detail: str
    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A rule that would load."""

    id: str
    title: str
    level: Level
    product: str
    category: str
    service: str
    tags: tuple[str, ...]
    patterns: int
    takes_place_of: str
    """The pack of an installed rule with the same id, whose place it would take; empty when there is none."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a YAML text would become."""

    rules: tuple[CheckedRule, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of added rules."""

    pack: Pack
    rules: tuple[str, ...]
    """Ids of the rules that load now."""
    faults: tuple[Fault, ...]


class RuleOrder(StrEnum):
    """How rules are listed."""

    TITLE = "title"
    LEVEL = "level"
    HITS = "hits"
    LAST_HIT = "last_hit"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class RuleFilter:
    """Which rules; empty means all."""

    text: str = ""
    """Words that the title, id or tags contain."""
    levels: tuple[Level, ...] = ()
    states: tuple[RuleState, ...] = ()
    product: str = ""
    category: str = ""
    service: str = ""
    pack: str = ""
    """Id or name of a pack."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as the store keeps it, with what the tenant made of it."""

    facts: RuleFacts
    owner: TenantId
    pack: Pack
    disabled: Disabling | None
    hits: int
    last_hit_at: Micros
    cost: RuleCost
    key: Any
    """What it is ordered by."""
