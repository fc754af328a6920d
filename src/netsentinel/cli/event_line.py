"""What happened, in one line of a stored event: the words of the dashboard (`event-summary.ts`)."""

from typing import Any

_MANY_KINDS = frozenset({"windows", "linux/sysmon"})
"""Log sources whose class does not say which event it is."""

_OBJECTS = (
    *("TargetImage", "TargetObject", "PipeName", "RelativeTargetName", "ShareName", "ObjectName"),
    *("ServiceName", "TaskName", "ScriptBlockText"),
)
"""What Windows events are about that have no column for it: the first that is stated."""

_MOST_OBJECT = 200


def what_of(event: dict[str, Any]) -> str:
    """What the event is about, from what it has."""
    program = event["command_line"] or event["process"]
    said = [
        event["action"],
        event["app_protocol"] or event["protocol"],
        _request(event),
        event["signature"],
        program or event["file"],
        event["file"] if program and not event["command_line"] else "",
        _object(event["native"]),
        event["user"],
    ]
    is_named = not event["class_uid"] or not _MANY_KINDS.isdisjoint(
        {event["product"], f"{event['product']}/{event['service']}"}
    )
    parts = [
        _kind(event) if is_named else "",
        *(said if any(said) else [event["message"]]),
        "" if event["src_ip"] or event["dst_ip"] else event["device"],
    ]
    return " · ".join(dict.fromkeys(part for part in parts if part)) or _kind(event) or "-"


def _request(event: dict[str, Any]) -> str:
    url, status = event["url"], event["http_status"]
    where = event["domain"] + url if not url or url.startswith("/") else url
    return " ".join(part for part in (event["http_method"], where, str(status or "")) if part)


def _object(native: dict[str, Any]) -> str:
    said = next(
        (native[name] for name in _OBJECTS if isinstance(native.get(name), str) and native[name].strip("-")), ""
    )
    by = native.get("SourceImage")
    words = " ".join(said.split())[:_MOST_OBJECT]
    return f"{by} \N{RIGHTWARDS ARROW} {words}" if isinstance(by, str) and said == native.get("TargetImage") else words


def _kind(event: dict[str, Any]) -> str:
    """What sort of record it is, in the words of its log: `process creation`, `security 5145`."""
    if event["category"]:
        return str(event["category"]).replace("_", " ")
    named = dict.fromkeys((event["service"] or event["product"], event["event_code"]))
    return " ".join(part for part in named if part)
