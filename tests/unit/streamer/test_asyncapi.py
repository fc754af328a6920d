"""The published description: complete, resolvable, and what the server really speaks."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from netsentinel.kernel.entries import EntryRegistry
from netsentinel.streamer import frames
from netsentinel.streamer.asyncapi import FRAMES_OF_CLIENT, FRAMES_OF_SERVER, asyncapi
from netsentinel.streamer.model import CloseCode
from netsentinel.streamer.testing import faults_of


@pytest.fixture
def document(entry_registry: EntryRegistry) -> dict[str, Any]:
    return asyncapi(entry_registry)


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def test_it_is_json_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document)) == document
    references = list(_references(document))
    assert len(references) > 50
    for reference in references:
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert isinstance(found, dict)


def test_one_channel_and_one_message_per_frame(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0"
    (channel,) = document["channels"].values()
    assert channel["address"] == "/ws"
    sent = {message["name"] for message in document["components"]["messages"].values()}
    assert sent >= {"hello", "welcome", "subscribe", "unsubscribe", "event", "gap", "ping", "pong", "error"}
    operations = document["operations"]
    assert len(operations["fromClient"]["messages"]) == len(FRAMES_OF_CLIENT)
    assert len(operations["toClient"]["messages"]) == len(FRAMES_OF_SERVER)
    assert set(channel["x-close-codes"]) == {str(int(code)) for code in CloseCode}


def test_every_event_name_has_its_data(document: dict[str, Any], entry_registry: EntryRegistry) -> None:
    assert set(document["x-events"]) == {kind.live_name for kind in entry_registry}
    raised = document["x-events"]["alert:raised"]
    assert raised["topic"] == "alerts"
    assert "fingerprint" in document["components"]["schemas"]["Alert"]["properties"]
    assert document["x-topics"]["alerts"]["events"] == ["alert:raised", "alert:updated"]
    assert document["x-topics"]["alerts"]["filter_fields"]["level"] == "level"
    assert document["x-topics"]["audit"]["permission"] == "audit:read"


def test_every_frame_of_a_client_is_closed_to_unknown_fields(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("Hello", "Subscribe", "Unsubscribe", "ClientPing", "ClientPong", "Condition", "Resume"):
        assert schemas[name]["additionalProperties"] is False


GOOD = [
    frames.ServerPing(t=1, seq=2),
    frames.ServerPong(t=1.5, seq=2),
    frames.Gap(sub="a", from_=1, to=2, reason="epoch", snapshot_url="/x"),
    frames.Event(sub="a", seq=2, prev=1, name="x:y", data=frames.Raw(b"[1]")),
    frames.ErrorFrame(
        problem=frames.Problem(type="t", title="t", status=400, detail="d", code="c", trace_id="i"), retryable=False
    ),
]


@pytest.mark.parametrize("frame", GOOD, ids=lambda frame: frame.__struct_config__.tag)
def test_frames_conform_to_it(frame: Any) -> None:
    assert faults_of(json.loads(frames.encode(frame))) == []


@pytest.mark.parametrize("frame", GOOD, ids=lambda frame: frame.__struct_config__.tag)
def test_a_frame_that_lacks_a_field_or_has_a_wrong_one_is_found(frame: Any) -> None:
    good = json.loads(frames.encode(frame))
    for name in good:
        assert faults_of({key: value for key, value in good.items() if key != name})
        if name != "data":  # data is anything
            assert faults_of({**good, name: {"wrong": []}})
    assert faults_of({**good, "type": "surprise"})
    assert faults_of([good])


def test_it_prints_itself() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "netsentinel.streamer.asyncapi"], capture_output=True, check=True, text=True
    )
    assert json.loads(printed.stdout) == asyncapi()
