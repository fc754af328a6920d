"""How Schemathesis sends the bodies that it does not know, and how requests differ that middleware answers alike."""

import json
from collections import Counter
from typing import Any
from uuid import uuid4

import schemathesis


@schemathesis.serializer("application/x-ndjson", "application/zip", "application/offset+octet-stream")
def as_bytes(_context: Any, value: Any) -> bytes:
    """Bytes and text as they are, anything else as a line of JSON."""
    if isinstance(value, bytes):
        return value
    text = value if isinstance(value, str) else json.dumps(value) + "\n"
    return text.encode("utf-8", "surrogatepass")


_KEY = "Idempotency-Key"
_OF_MANY = frozenset({_KEY, "If-Match", "If-None-Match"})
_VARIED_IN = 10
_sent: set[str] = set()


@schemathesis.hook
def before_load_schema(_context: Any, raw_schema: dict[str, Any]) -> None:
    """Vary headers that one middleware reads in some operations only; the time is for what each has of its own."""
    varied: Counter[str] = Counter()
    for operation in (one for path in raw_schema["paths"].values() for one in path.values()):
        kept: list[Any] = []
        for parameter in operation.get("parameters", []):
            name = parameter.get("name", "") if parameter.get("in") == "header" else ""
            varied[name] += 1
            if name not in _OF_MANY or varied[name] <= _VARIED_IN:
                kept.append(parameter)
        operation["parameters"] = kept


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Give each request a key of its own: two with the same key are one, and the server refuses the other."""
    key = str(case.headers.get(_KEY, "")) if case.headers else ""
    if key in _sent:
        case.headers[_KEY] = str(uuid4())
    elif key:
        _sent.add(key)
