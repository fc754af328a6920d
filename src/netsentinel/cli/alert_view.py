"""An alert as lines of text, for `netsentinel alerts show`."""

from collections.abc import Iterator, Sequence
from typing import Any

from netsentinel.cli.output import counted, stretch_words
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND, to_iso

_WHY = {
    "entity": "same entity",
    "address": "same address",
    "rule": "same rule",
    "technique": "same technique",
}
_DID = {"status": "status", "verdict": "verdict", "assignment": "assignee"}


def lines(detail: dict[str, Any], related: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The alert, why it fired, what people did about it and what belongs to it."""
    alert = detail["alert"]
    yield alert["title"]
    yield from _facts(alert)
    if detail["rule"]["description"]:
        yield ""
        yield detail["rule"]["description"].strip()
    newest = detail["samples"][-1:]
    if newest and newest[0]["matched"]:
        yield ""
        yield "Why it fired:"
        for one in newest[0]["matched"]:
            yield f"  {one['field']} = {one['value']}  ({one['condition']})"
    if detail["activity"]:
        yield ""
        yield "What was done:"
        yield from (f"  {_activity(one)}" for one in detail["activity"])
    if related:
        yield ""
        yield "Related alerts:"
        for one in related:
            why = ", ".join(_WHY.get(reason["why"]) or _began(alert, one["alert"]) for reason in one["reasons"])
            yield f"  {one['alert']['id']}  {one['alert']['level']:<13} {one['alert']['title']}  ({why})"


def _facts(alert: dict[str, Any]) -> Iterator[str]:
    verdict = alert["verdict"].replace("_", " ")
    yield f"  {alert['id']}  {alert['level']}  score {alert['score']}  {alert['status']}, {verdict}"
    yield f"  {alert['entity_kind']} {alert['entity']}  from {alert['source']}  by {alert['detector']}"
    yield f"  {counted(alert['count'], 'finding')}, {to_iso(alert['first_at'])} to {to_iso(alert['last_at'])}"
    yield f"  raised {to_iso(alert['raised_at'])}{_behind(alert)}"
    yield f"  assignee: {alert['assignee_name'] or 'nobody'}"


def _behind(alert: dict[str, Any]) -> str:
    """How long after its events an alert was raised, where that is long: they were replayed, or came late."""
    behind = alert["raised_at"] - alert["last_at"]
    return f", {_largest(behind)} after the last finding" if behind > DAY else ""


def _began(alert: dict[str, Any], other: dict[str, Any]) -> str:
    """How the beginnings of two alerts lie to each other."""
    later = other["first_at"] - alert["first_at"]
    if abs(later) < SECOND:
        return "began at the same moment"
    return f"began {_largest(abs(later))} {'later' if later > 0 else 'earlier'}"


def _largest(stretch: int) -> str:
    """A stretch of time in its largest unit."""
    unit = next((unit for unit in (DAY, HOUR, MINUTE) if stretch >= unit), SECOND)
    return stretch_words(stretch - stretch % unit)


def _activity(one: dict[str, Any]) -> str:
    begin = f"{to_iso(one['at'])}  {one['principal_name']}"
    if one["kind"] == "note":
        return f"{begin}: {one['text']}"
    return f"{begin}: {_DID[one['kind']]} {one['before'] or 'nobody'} -> {one['after'] or 'nobody'}"
