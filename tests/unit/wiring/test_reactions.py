"""The table of reactions: complete, true to the entries that exist, and the page that is printed from it."""

import subprocess
import sys
from pathlib import Path

import pytest

from netsentinel.kernel.entries import EntryRegistry
from netsentinel.wiring.reactions import REACTIONS, DurableReaction, Handlers, LiveReaction, page

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "reactions.md"


def test_the_page_is_what_the_table_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "print it anew: python -m netsentinel.wiring.reactions > docs/reference/reactions.md"
    )


def test_the_module_prints_the_page() -> None:
    printed = subprocess.run(
        [sys.executable, "-W", "error", "-m", "netsentinel.wiring.reactions"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert printed.stdout == page()
    assert printed.stderr == ""


def test_the_table() -> None:
    table = [(reaction.name, isinstance(reaction, DurableReaction), reaction.kinds) for reaction in REACTIONS]
    assert table == [
        ("threats", True, ("alert.raised", "alert.updated")),
        ("sockets", False, ("session.closed", "user.disabled", "key.revoked")),
        (
            "breakers",
            False,
            (
                "error_recovery.circuit_breaker_opened",
                "error_recovery.circuit_breaker_half_opened",
                "error_recovery.circuit_breaker_closed",
            ),
        ),
        ("runs", True, ("task.succeeded", "task.failed", "task.cancelled", "task.dead")),
        ("timer", False, ("scheduler.schedule_changed",)),
        (
            "metrics",
            False,
            (
                "task.succeeded",
                "task.failed",
                "task.cancelled",
                "task.dead",
                "task.retrying",
                "task.parked",
                "error_recovery.dlq_entry_resubmitted",
                "error_recovery.dlq_entry_resolved",
                "error_recovery.circuit_breaker_opened",
                "error_recovery.circuit_breaker_half_opened",
                "error_recovery.circuit_breaker_closed",
                "scheduler.schedule_triggered",
                "scheduler.schedule_skipped",
                "scheduler.task_executed",
            ),
        ),
        ("webhooks", True, ()),
        ("deliveries", True, ("task.failed", "task.cancelled", "task.dead")),
        ("attack", True, ("user.created",)),
        ("media", True, ("task.failed", "task.cancelled", "task.dead")),
        ("projection", False, ("graph.changed",)),
        ("requests", False, ("task.succeeded", "task.failed", "task.cancelled", "task.dead")),
    ]


def test_every_reaction_has_one_name_and_a_sentence() -> None:
    names = [reaction.name for reaction in REACTIONS]
    assert len(names) == len(set(names))
    for reaction in REACTIONS:
        assert reaction.does.endswith(".")
        assert f"| `{reaction.name}` |" in page()


def test_every_kind_exists(entry_registry: EntryRegistry) -> None:
    unknown = [kind for reaction in REACTIONS for kind in reaction.kinds if kind not in entry_registry]
    assert not unknown


def test_nothing_reacts_to_what_it_causes() -> None:
    # `threat.updated` is what the reaction `threats` announces: following it would go round in circles.
    (threats,) = [reaction for reaction in REACTIONS if reaction.name == "threats"]
    assert "threat.updated" not in threats.kinds


@pytest.mark.parametrize("reaction", REACTIONS, ids=lambda reaction: reaction.name)
def test_each_takes_its_own_handler(reaction: DurableReaction | LiveReaction) -> None:
    taken: list[str] = []
    handlers = Handlers(
        score_threat=lambda _tx, _entry: taken.append("threats"),
        close_sockets=lambda _entry: taken.append("sockets"),
        renew_breaker=lambda _entry: taken.append("breakers"),
        end_run=lambda _tx, _entry: taken.append("runs"),
        plan_ahead=lambda _entry: taken.append("timer"),
        push_metrics=lambda _entry: taken.append("metrics"),
        answer_request=lambda _entry: taken.append("requests"),
        tell_webhooks=lambda _tx, _entry: taken.append("webhooks"),
        webhook_kinds=lambda _tx: ("alert.raised",),
        end_delivery=lambda _tx, _entry: taken.append("deliveries"),
        seed_graph=lambda _tx, _entry: taken.append("attack"),
        end_reading=lambda _tx, _entry: taken.append("media"),
        project_graph=lambda _entry: taken.append("projection"),
    )
    handler = reaction.handler(handlers)
    handler(*(None,) * (2 if isinstance(reaction, DurableReaction) else 1))  # type: ignore[arg-type] # neither looks
    assert taken == [reaction.name]
