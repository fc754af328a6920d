"""An alert as lines of text, for `netsentinel alerts show`."""

from collections.abc import Iterator, Sequence
from typing import Any

from netsentinel.cli.output import counted
from netsentinel.kernel.clock import to_iso

_WHY = {
    "entity": "same entity",
    "address": "same address",
    "rule": "same rule",
    "technique": "same technique",
    "time": "close in time",
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
            why = ", ".join(_WHY[str(reason["why"])] for reason in one["reasons"])
            yield f"  {one['alert']['id']}  {one['alert']['level']:<13} {one['alert']['title']}  ({why})"


def _facts(alert: dict[str, Any]) -> Iterator[str]:
    verdict = alert["verdict"].replace("_", " ")
    yield f"  {alert['id']}  {alert['level']}  score {alert['score']}  {alert['status']}, {verdict}"
    yield f"  {alert['entity_kind']} {alert['entity']}  from {alert['source']}  by {alert['detector']}"
    yield f"  {counted(alert['count'], 'finding')}, {to_iso(alert['first_at'])} to {to_iso(alert['last_at'])}"
    yield f"  assignee: {alert['assignee_name'] or 'nobody'}"


def _activity(one: dict[str, Any]) -> str:
    begin = f"{to_iso(one['at'])}  {one['principal_name']}"
    if one["kind"] == "note":
        return f"{begin}: {one['text']}"
    return f"{begin}: {_DID[one['kind']]} {one['before'] or 'nobody'} -> {one['after'] or 'nobody'}"
