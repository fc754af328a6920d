import pytest

from netsentinel.kernel.entries import EntryKind, EntryRegistry, Payload

RAISED = EntryKind("alert.raised", "alerts", "alert:raised", Payload, "An alert.")
OPENED = EntryKind("session.opened", "audit", "session:opened", Payload, "A session.", audited=True)


def test_a_registry_finds_lists_and_groups() -> None:
    registry = EntryRegistry((RAISED, OPENED))
    assert registry["alert.raised"] is RAISED
    assert "alert.raised" in registry
    assert "alert.fell" not in registry
    assert list(registry) == [RAISED, OPENED]
    assert registry.topics() == ["alerts", "audit"]


def test_a_name_is_taken_once() -> None:
    registry = EntryRegistry((RAISED,))
    with pytest.raises(ValueError, match=r"alert\.raised"):
        registry.add(RAISED)
