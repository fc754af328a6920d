"""The table of topics: complete for what features announce, and true to their payloads."""

import msgspec
import pytest

from netsentinel.kernel.entries import EntryRegistry
from netsentinel.streamer.testing import LIVE_KINDS
from netsentinel.streamer.topics import ENTRY_FIELDS, TOPICS, FieldKind


def _of_features(entry_registry: EntryRegistry) -> list[str]:
    return [topic for topic in entry_registry.topics() if topic not in {"tests", "others"}]


def test_every_topic_of_a_feature_can_be_subscribed_to(entry_registry: EntryRegistry) -> None:
    missing = [topic for topic in _of_features(entry_registry) if topic not in TOPICS]
    assert not missing, f"streamer/topics.py says nothing of {missing}: who may hear of them?"


def test_there_are_no_topics_that_nobody_announces(entry_registry: EntryRegistry) -> None:
    assert set(TOPICS) <= set(entry_registry.topics())


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_filterable_fields_are_in_a_payload(topic, entry_registry: EntryRegistry) -> None:  # noqa: ANN001 - a Topic
    schemas = [msgspec.json.schema(kind.payload) for kind in entry_registry if kind.topic == topic.name]
    known = {name for schema in schemas for part in schema["$defs"].values() for name in part.get("properties", ())}
    assert set(topic.fields) <= known


def test_payload_fields_come_before_the_entrys_own() -> None:
    for topic in TOPICS.values():
        assert not set(topic.fields) & set(ENTRY_FIELDS), "a filter could not reach the entry's field"


def test_what_a_field_is() -> None:
    alerts = TOPICS["alerts"]
    assert alerts.field("level") is FieldKind.LEVEL
    assert alerts.field("kind") is FieldKind.TEXT
    assert alerts.field("description") is None


def test_the_fakes_speak_of_real_topics() -> None:
    assert {kind.topic for kind in LIVE_KINDS} == set(TOPICS)
