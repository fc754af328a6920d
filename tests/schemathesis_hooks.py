"""How Schemathesis sends the bodies that it does not know: lines of JSON, archives, and parts of files."""

import json
from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson", "application/zip", "application/offset+octet-stream")
def as_bytes(_context: Any, value: Any) -> bytes:
    """Bytes and text as they are, anything else as a line of JSON."""
    if isinstance(value, bytes):
        return value
    text = value if isinstance(value, str) else json.dumps(value) + "\n"
    return text.encode("utf-8", "surrogatepass")
