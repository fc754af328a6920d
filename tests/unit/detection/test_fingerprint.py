from netsentinel.detection.fingerprint import clean, entity_of, fingerprint
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId


def test_it_never_changes() -> None:
    assert fingerprint(DEFAULT_TENANT, "rule", "10.0.0.1") == "eacab68d22a2114ff536a2b25f996427"


def test_each_part_counts() -> None:
    prints = {fingerprint(TenantId(t), r, e) for t in ("a", "b") for r in ("1", "2") for e in ("x", "y", "\ud800")}
    assert len(prints) == 12
    assert fingerprint(TenantId("ab"), "c", "") != fingerprint(TenantId("a"), "bc", "")


def event(**columns: str) -> Event:
    return Event(
        tenant=DEFAULT_TENANT, source="src", format="json", time=0, logsource=Logsource(), native={}, **columns
    )


def test_names_are_such_that_every_database_keeps_them() -> None:
    assert clean("a\0b") == "a\ufffdb"
    assert clean("x" * 1_000) == "x" * 255
    assert entity_of(event(user="\0")) == ("\ufffd", "user")


def test_whom_an_event_is_about() -> None:
    assert entity_of(event(src_ip="10.0.0.1", user="ann", device="dc")) == ("10.0.0.1", "address")
    assert entity_of(event(user="ann", device="dc")) == ("ann", "user")
    assert entity_of(event(device="dc")) == ("dc", "host")
    assert entity_of(event()) == ("src", "host")


def test_users_and_hosts_of_windows_have_one_name() -> None:
    told = event(user="SHIRE\\Ann", device="PC04.shire.local")
    assert entity_of(told) == ("SHIRE\\Ann", "user")
    told.logsource = Logsource("windows")
    assert entity_of(told) == ("shire\\ann", "user")
    told.user = "NT AUTHORITY\\SYSTEM"
    assert entity_of(told) == ("pc04", "host")
    told.src_ip = "10.0.0.1"
    assert entity_of(told) == ("10.0.0.1", "address")
