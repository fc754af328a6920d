"""What identity announces."""

from netsentinel.identity.entries import ENTRY_KINDS


def test_everything_is_audited_and_on_the_audit_topic() -> None:
    assert all(kind.audited and kind.topic == "audit" for kind in ENTRY_KINDS)
    assert {kind.live_name for kind in ENTRY_KINDS} >= {
        "session:opened",
        "session:closed",
        "login:failed",
        "user:created",
        "user:disabled",
        "key:created",
        "key:revoked",
    }
    assert all(kind.live_name == kind.name.replace(".", ":") for kind in ENTRY_KINDS)


def test_no_payload_has_room_for_a_secret() -> None:
    fields = {field for kind in ENTRY_KINDS for field in kind.payload.__annotations__}
    assert not {field for field in fields if "password" in field or "token" in field or "hash" in field}
