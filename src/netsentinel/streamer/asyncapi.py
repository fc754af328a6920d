"""The live protocol as an AsyncAPI 3 document, built from the frame structs and the registry of entries.

`python -m netsentinel.streamer.asyncapi` prints it without events; with a server's registry (`asyncapi(registry)`) it
also lists every event name with its data.
"""

import inspect
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast, get_args

import msgspec

from netsentinel.kernel.entries import EntryKind, EntryRegistry
from netsentinel.streamer import frames
from netsentinel.streamer.model import MAX_FRAME_BYTES, SUBPROTOCOL, CloseCode
from netsentinel.streamer.topics import ENTRY_FIELDS, TOPICS, Topic

_REF: Final = "#/components/schemas/{name}"
_CLOSE_REASONS: Final = {
    CloseCode.INTERNAL: "A fault of the server.",
    CloseCode.BAD_FRAME: "The frame cannot be understood.",
    CloseCode.NOT_AUTHENTICATED: "Not authenticated, or not any more.",
    CloseCode.NOT_ALLOWED: "The principal may not connect.",
    CloseCode.SLOW: "The client does not keep up or does not answer pings; resume from the last position.",
    CloseCode.TOO_BIG: "The frame is too big.",
    CloseCode.TOO_MANY: "Too many frames or connections; the reason may carry `retry_after_ms=N`.",
    CloseCode.DRAINING: "The server is going down; the reason carries `retry_after_ms=N`.",
}

FRAMES_OF_CLIENT: Final[tuple[type[msgspec.Struct], ...]] = get_args(frames.FromClient)
FRAMES_OF_SERVER: Final[tuple[type[msgspec.Struct], ...]] = get_args(frames.FromServer)


def asyncapi(registry: EntryRegistry | None = None, *, version: str = "1") -> dict[str, Any]:
    """The document as JSON-ready objects.

    Args:
        registry: whose event names and payloads to list.
        version: of the document.
    """
    kinds = sorted(registry or (), key=lambda kind: kind.live_name)
    messages = {_message_name(frame): _message(frame) for frame in (*FRAMES_OF_CLIENT, *FRAMES_OF_SERVER)}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"NetSentinel live protocol {SUBPROTOCOL}", "version": version, "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": {
            "live": {
                "address": "/ws",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
                "x-subprotocol": SUBPROTOCOL,
                "x-max-frame-bytes": MAX_FRAME_BYTES,
                "x-close-codes": {str(int(code)): reason for code, reason in _CLOSE_REASONS.items()},
            }
        },
        "operations": {
            "fromClient": _operation("receive", FRAMES_OF_CLIENT),
            "toClient": _operation("send", FRAMES_OF_SERVER),
        },
        "components": {"messages": messages, "schemas": _schemas(kinds)},
        "x-topics": {topic.name: _topic(topic, kinds) for topic in TOPICS.values()},
        "x-events": {kind.live_name: _event(kind) for kind in kinds},
    }


_DESCRIPTION: Final = (
    "One WebSocket, one JSON object per text frame. The client says `hello` within five seconds, the server answers "
    "`welcome`. Positions are the journal's: a client stores one before it delivers the event, and resumes from it "
    "after a restart, an upgrade or on another node. After a `gap` it takes `to` as its position (with the reason "
    "`epoch` even when that is a step back) and reads the snapshot. Clients ignore fields and frames that they do not "
    "know; the server does not."
)


def _operation(action: str, structs: Sequence[type[msgspec.Struct]]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/live"},
        "messages": [{"$ref": f"#/channels/live/messages/{_message_name(struct)}"} for struct in structs],
    }


def _message_name(struct: type[msgspec.Struct]) -> str:
    return struct.__name__.removesuffix("Frame")


def _message(struct: type[msgspec.Struct]) -> dict[str, Any]:
    message: dict[str, Any] = {
        "name": str(struct.__struct_config__.tag),
        "title": _message_name(struct),
        "summary": _summary(struct),
        "payload": {"$ref": _REF.format(name=struct.__name__)},
    }
    if "id" in struct.__struct_fields__:
        message["correlationId"] = {"location": "$message.payload#/id"}
    return message


def _schemas(kinds: Sequence[EntryKind]) -> dict[str, Any]:
    payloads = {kind.payload for kind in kinds}
    structs = (*FRAMES_OF_CLIENT, *FRAMES_OF_SERVER, *sorted(payloads, key=lambda payload: payload.__name__))
    _, schemas = msgspec.json.schema_components(structs, ref_template=_REF)
    return {name: _listed(schema) for name, schema in schemas.items()}


def _listed(part: Any) -> Any:
    """With lists for tuples, which defaults may be."""
    if isinstance(part, dict):
        return {key: _listed(value) for key, value in cast("dict[str, Any]", part).items()}
    if isinstance(part, list | tuple):
        return [_listed(value) for value in cast("list[Any]", part)]
    return part


def _topic(topic: Topic, kinds: Sequence[EntryKind]) -> dict[str, Any]:
    return {
        "permission": str(topic.permission),
        "snapshot_url": topic.snapshot_url,
        "filter_fields": _fields(topic.fields) | _fields(ENTRY_FIELDS),
        "events": [kind.live_name for kind in kinds if kind.topic == topic.name],
    }


def _fields(fields: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(kind) for name, kind in fields.items()}


def _event(kind: EntryKind) -> dict[str, Any]:
    return {
        "topic": kind.topic,
        "kind": kind.name,
        "summary": kind.summary,
        "data": {"$ref": _REF.format(name=kind.payload.__name__)},
    }


def _summary(struct: type[msgspec.Struct]) -> str:
    return (inspect.getdoc(struct) or "").partition("\n\n")[0].replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(asyncapi()), indent=2).decode() + "\n")
