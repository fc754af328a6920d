"""Who reacts to what: ONE table. Features know nothing of each other; here their entries meet their reactions.

`python -m netsentinel.wiring.reactions` prints the table as `docs/reference/reactions.md`.
"""

import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from netsentinel.academy.graph.entries import GRAPH_CHANGED
from netsentinel.alerts.entries import ALERT_RAISED, ALERT_UPDATED
from netsentinel.identity.entries import KEY_REVOKED, SESSION_CLOSED, USER_CREATED, USER_DISABLED
from netsentinel.kernel.entries import Entry
from netsentinel.recovery.entries import BREAKER_CHANGES
from netsentinel.scheduler.entries import SCHEDULE_CHANGED, SCHEDULE_SKIPPED, SCHEDULE_TRIGGERED, TASK_EXECUTED
from netsentinel.storage import ReadTx, Tx
from netsentinel.tasks.entries import (
    DLQ_ENTRY_RESOLVED,
    DLQ_ENTRY_RESUBMITTED,
    ENDED_KINDS,
    TASK_CANCELLED,
    TASK_DEAD,
    TASK_FAILED,
    TASK_PARKED,
    TASK_RETRYING,
)

DurableHandler = Callable[[Tx, Entry], None]
"""Reacts inside the transaction that moves the reaction's cursor. Waits for nothing, and may be run twice."""

WantedKinds = Callable[[ReadTx], Collection[str]]
"""Which kinds of entries anybody waits for at the moment."""

LiveHandler = Callable[[Entry], None]
"""Reacts on the event loop, in the process that sees the entry. Waits for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """What the features offer to do about entries; `bootstrap/` fills this in."""

    score_threat: DurableHandler
    close_sockets: LiveHandler
    renew_breaker: LiveHandler
    end_run: DurableHandler
    plan_ahead: LiveHandler
    push_metrics: LiveHandler
    answer_request: LiveHandler
    tell_webhooks: DurableHandler
    webhook_kinds: WantedKinds
    end_delivery: DurableHandler
    seed_graph: DurableHandler
    end_reading: DurableHandler
    project_graph: LiveHandler


@dataclass(frozen=True, slots=True)
class DurableReaction:
    """Happens once in effect for every entry, in order, whatever stops in between.

    It follows the journal by a cursor of its name that moves in its own transaction. An entry that it fails on is tried
    again, then parked; other reactions go on meanwhile.
    """

    name: str
    """Also the cursor's: a reaction with a new name begins with the oldest entry."""
    kinds: tuple[str, ...]
    does: str
    handler: Callable[[Handlers], DurableHandler]
    wanted: Callable[[Handlers], WantedKinds] | None = None
    """Says which kinds count at the moment, where that changes; `kinds` is empty then."""


@dataclass(frozen=True, slots=True)
class LiveReaction:
    """Happens in every process for entries that come while it runs: for state that lives and dies with the process."""

    name: str
    kinds: tuple[str, ...]
    does: str
    handler: Callable[[Handlers], LiveHandler]


Reaction = DurableReaction | LiveReaction

REACTIONS: Final[tuple[Reaction, ...]] = (
    DurableReaction(
        "threats",
        (ALERT_RAISED, ALERT_UPDATED),
        "Scores the entity that the alert is about, and announces the score when it changed.",
        lambda handlers: handlers.score_threat,
    ),
    LiveReaction(
        "sockets",
        (SESSION_CLOSED, USER_DISABLED, KEY_REVOKED),
        "Closes the live connections of whoever may not be here any more. Connections are also checked every two"
        " seconds, so that an entry which is missed costs two seconds.",
        lambda handlers: handlers.close_sockets,
    ),
    LiveReaction(
        "breakers",
        BREAKER_CHANGES,
        "Has every process see a breaker as it is now; a mode that opened for calls wakes the tasks that wait for it.",
        lambda handlers: handlers.renew_breaker,
    ),
    DurableReaction(
        "runs",
        ENDED_KINDS,
        "Notes in a schedule's history how the task of a run ended, and announces it.",
        lambda handlers: handlers.end_run,
    ),
    LiveReaction(
        "timer",
        (SCHEDULE_CHANGED,),
        "Has every process look when the next schedule is due.",
        lambda handlers: handlers.plan_ahead,
    ),
    LiveReaction(
        "metrics",
        (
            *ENDED_KINDS,
            TASK_RETRYING,
            TASK_PARKED,
            DLQ_ENTRY_RESUBMITTED,
            DLQ_ENTRY_RESOLVED,
            *BREAKER_CHANGES,
            SCHEDULE_TRIGGERED,
            SCHEDULE_SKIPPED,
            TASK_EXECUTED,
        ),
        "Has changed metrics announced to those who listen, at most twice a second.",
        lambda handlers: handlers.push_metrics,
    ),
    DurableReaction(
        "webhooks",
        (),
        "Has the entry delivered to the endpoints that subscribed to it, unless a delivery brought it about.",
        lambda handlers: handlers.tell_webhooks,
        wanted=lambda handlers: handlers.webhook_kinds,
    ),
    DurableReaction(
        "deliveries",
        (TASK_FAILED, TASK_CANCELLED, TASK_DEAD),
        "Notes that a delivery was given up, and announces it; one that the server died under gets another task.",
        lambda handlers: handlers.end_delivery,
    ),
    DurableReaction(
        "attack",
        (USER_CREATED,),
        "Has the knowledge graph of the user's tenant know the tactics, techniques and mitigations of ATT&CK.",
        lambda handlers: handlers.seed_graph,
    ),
    DurableReaction(
        "media",
        (TASK_FAILED, TASK_CANCELLED, TASK_DEAD),
        "Notes on a medium that the task which reads it was given up, and announces it.",
        lambda handlers: handlers.end_reading,
    ),
    LiveReaction(
        "projection",
        (GRAPH_CHANGED,),
        "Has Neo4j take what is different, where it is used. It is also looked for every five seconds.",
        lambda handlers: handlers.project_graph,
    ),
    LiveReaction(
        "requests",
        ENDED_KINDS,
        "Answers the live connections that asked for the task.",
        lambda handlers: handlers.answer_request,
    ),
)

_INTRODUCTION: Final = """\
# Reactions

Features do not call each other: they append entries to the journal, and this table says who reacts. It is
`src/netsentinel/wiring/reactions.py`; this page is printed from it.

A *durable* reaction happens once in effect for every entry, in order, across restarts. When it fails on an entry, the
entry is tried again after growing random pauses; after eight attempts it is parked with its error, and the rest goes
on.
A *live* reaction happens in each running process for the entries that come while it runs.
"""


def page() -> str:
    """The table in Markdown."""
    lines = [_INTRODUCTION, "| Reaction | Kind | Entries | What it does |", "|---|---|---|---|"]
    for reaction in REACTIONS:
        kind = "durable" if isinstance(reaction, DurableReaction) else "live"
        entries = ", ".join(f"`{name}`" for name in reaction.kinds) or "those that anybody subscribed to"
        lines.append(f"| `{reaction.name}` | {kind} | {entries} | {reaction.does} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
