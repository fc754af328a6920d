"""The live topics: who may hear of what, where its snapshot is, and which fields a filter may ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from netsentinel.kernel.types import Permission


class FieldKind(StrEnum):
    """What a field holds, and so how it compares."""

    TEXT = "text"
    """Takes `=`, `in` and `prefix`; capital letters count."""
    TEXTS = "texts"
    """A list of texts: the condition holds when it holds for one of them."""
    NUMBER = "number"
    """Takes `=`, `in` and `>=`."""
    LEVEL = "level"
    """A severity: `=`, `in`, and `>=` by rank, so `high` is below `critical`."""


ENTRY_FIELDS: Final[Mapping[str, FieldKind]] = MappingProxyType(
    {"kind": FieldKind.TEXT, "subject": FieldKind.TEXT, "principal": FieldKind.TEXT}
)
"""Fields of the entry itself (for example `kind` = `alert.raised`): every topic has them."""


@dataclass(frozen=True)
class Topic:
    """One live topic."""

    name: str
    permission: Permission
    """Needed for every subscription of its own, whoever opened the connection."""
    snapshot_url: str
    """Where a client reads the present state after a gap."""
    fields: Mapping[str, FieldKind]
    """Fields of the payload that filters may name."""

    def field(self, name: str) -> FieldKind | None:
        """What the field holds; None when filters may not name it."""
        return self.fields.get(name) or ENTRY_FIELDS.get(name)


_TEXT, _TEXTS, _NUMBER, _LEVEL = FieldKind.TEXT, FieldKind.TEXTS, FieldKind.NUMBER, FieldKind.LEVEL

_TOPICS = (
    Topic(
        "alerts",
        Permission.ALERTS_READ,
        "/api/v2/alerts",
        {
            "id": _TEXT,
            "level": _LEVEL,
            "score": _NUMBER,
            "status": _TEXT,
            "verdict": _TEXT,
            "entity": _TEXT,
            "entity_kind": _TEXT,
            "src_ip": _TEXT,
            "dst_ip": _TEXT,
            "user": _TEXT,
            "device": _TEXT,
            "source": _TEXT,
            "detector": _TEXT,
            "rule_id": _TEXT,
            "tags": _TEXTS,
        },
    ),
    Topic(
        "triage",
        Permission.ALERTS_READ,
        "/api/v2/suppressions",
        {
            "alert_id": _TEXT,
            "suppression_id": _TEXT,
            "by": _TEXT,
            "level": _LEVEL,
            "status": _TEXT,
            "verdict": _TEXT,
            "assignee": _TEXT,
        },
    ),
    Topic(
        "threats",
        Permission.THREATS_READ,
        "/api/v2/threats",
        {
            "entity": _TEXT,
            "entity_kind": _TEXT,
            "score": _NUMBER,
            "alerts": _NUMBER,
            "level": _LEVEL,
            "tags": _TEXTS,
        },
    ),
    Topic(
        "tasks",
        Permission.TASKS_READ,
        "/api/v2/entries?topic=tasks",
        {
            "action": _TEXT,
            "state": _TEXT,
            "reason": _TEXT,
            "priority": _NUMBER,
            "worker": _TEXT,
            "origin": _TEXT,
            "dependency": _TEXT,
            "error_code": _TEXT,
        },
    ),
    Topic(
        "schedules",
        Permission.SCHEDULES_READ,
        "/api/v2/entries?topic=schedules",
        {"name": _TEXT, "action": _TEXT, "by": _TEXT, "outcome": _TEXT, "state": _TEXT, "task": _TEXT, "change": _TEXT},
    ),
    Topic(
        "recovery",
        Permission.RECOVERY_READ,
        "/api/v2/entries?topic=recovery",
        {"dependency": _TEXT, "before": _TEXT, "after": _TEXT, "action": _TEXT, "error_code": _TEXT},
    ),
    Topic(
        "metrics",
        Permission.RECOVERY_READ,
        "/api/v2/metrics",
        {
            "failed": _NUMBER,
            "retried": _NUMBER,
            "waiting": _NUMBER,
            "parked": _NUMBER,
            "breakers_open": _NUMBER,
            "letters_open": _NUMBER,
            "letters_added": _NUMBER,
            "runs_failed": _NUMBER,
        },
    ),
    Topic(
        "rules",
        Permission.RULES_READ,
        "/api/v2/rules",
        {"rule_id": _TEXT, "title": _TEXT, "level": _LEVEL, "pack_id": _TEXT, "pack": _TEXT},
    ),
    Topic(
        "models",
        Permission.MODELS_READ,
        "/api/v2/models",
        {
            "id": _TEXT,
            "line": _TEXT,
            "number": _NUMBER,
            "model": _TEXT,
            "stage": _TEXT,
            "before": _TEXT,
            "what": _TEXT,
            "level": _LEVEL,
        },
    ),
    Topic(
        "webhooks",
        Permission.WEBHOOKS_READ,
        "/api/v2/webhooks",
        {"id": _TEXT, "reason": _TEXT, "delivery": _TEXT, "event": _TEXT, "status": _NUMBER},
    ),
    Topic(
        "graph",
        Permission.GRAPH_READ,
        "/api/v2/graph",
        {"origin": _TEXT, "operation": _TEXT, "version": _NUMBER, "held": _NUMBER},
    ),
    Topic(
        "courses",
        Permission.COURSES_LEARN,
        "/api/v2/courses",
        {"id": _TEXT, "slug": _TEXT, "change": _TEXT, "number": _NUMBER},
    ),
    Topic(
        "learning",
        Permission.COURSES_TEACH,
        "/api/v2/courses",
        {
            "id": _TEXT,
            "course": _TEXT,
            "slug": _TEXT,
            "course_slug": _TEXT,
            "learner": _TEXT,
            "target": _TEXT,
            "change": _TEXT,
            "concepts": _TEXTS,
        },
    ),
    Topic(
        "media",
        Permission.MEDIA_READ,
        "/api/v2/media",
        {"id": _TEXT, "name": _TEXT, "change": _TEXT, "state": _TEXT, "stage": _TEXT, "medium_kind": _TEXT},
    ),
    Topic(
        "audit",
        Permission.AUDIT_READ,
        "/api/v2/entries?topic=audit",
        {"user_id": _TEXT, "user": _TEXT, "name": _TEXT, "role": _TEXT, "address": _TEXT, "reason": _TEXT},
    ),
)

TOPICS: Final[Mapping[str, Topic]] = MappingProxyType({topic.name: topic for topic in _TOPICS})
"""Every topic by name. A topic that is not here cannot be subscribed to, whatever the registry of entries says."""
