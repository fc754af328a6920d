from typing import Any

import msgspec

from netsentinel.alerts.samples import sample_of
from netsentinel.alerts.spellings import entity_of_stored, spellings
from netsentinel.events.formats import FORMATS
from netsentinel.events.lake.spool import stored
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.alerts.factories import alert, finding


def test_users_are_looked_for_as_the_evidence_spells_them() -> None:
    newest = alert(1, entity="shire\\ann", entity_kind="user", user="SHIRE\\ann", device="PC04", src_ip="")
    older = [sample_of(finding(user="ann", device="PC05")), sample_of(finding(user=""))]
    assert spellings(newest) == {"user": ("SHIRE\\ann", "shire\\ann")}
    assert spellings(newest, older) == {"user": ("SHIRE\\ann", "ann", "shire\\ann")}


def test_hosts_are_looked_for_as_the_evidence_spells_them_and_no_other_ones() -> None:
    newest = alert(1, entity="pc04", entity_kind="host", user="NT AUTHORITY\\SYSTEM", device="PC04.shire.local")
    told = (("PC04", "PC04$"), ("PC041", "PC041$"), ("DC01", ""))
    others = [sample_of(finding(device=device, user=user)) for device, user in told]
    assert spellings(newest, others) == {"device": ("PC04", "PC04.shire.local", "pc04"), "user": ("PC04$",)}
    assert spellings(alert(5, entity="DB-1", entity_kind="host", device="DB-1"))["device"] == ("DB-1",)


def test_addresses_have_one_spelling() -> None:
    assert spellings(alert(1)) == {"src_ip": ("203.0.113.66",), "dst_ip": ("203.0.113.66",)}


def entity(record: Any, form: str = "windows", **changes: str) -> str:
    raw = msgspec.json.encode(record)
    kept = stored(FORMATS[form].parse(record, raw, DEFAULT_TENANT, "src"), 1, 0, 0)
    return entity_of_stored(msgspec.structs.replace(kept, **changes))


def test_a_stored_event_is_about_whom_its_alerts_are_about() -> None:
    flat = {"EventID": 4688, "Channel": "Security", "Computer": "PC04.shire.local", "SubjectUserName": "Ann"}
    flat |= {"SubjectDomainName": "SHIRE"}
    assert entity(flat) == "shire\\ann"
    data = {"SubjectUserName": "Ann", "SubjectDomainName": "SHIRE"}
    system = {"EventID": 4688, "Channel": "Security", "Computer": "PC04.shire.local"}
    assert entity({"Event": {"System": system, "EventData": data}}) == "shire\\ann"
    assert entity({**flat, "SubjectUserName": "PC04$"}) == "pc04"
    locked = {"TargetUserName": "Ben", "TargetDomainName": "PC07", "SubjectUserName": "PC04$"}
    assert entity({**flat, **locked, "EventID": 4740}) == "shire\\ben"
    assert entity({**flat, "IpAddress": "192.0.2.1"}) == "192.0.2.1"
    assert entity({"user": "Ann", "event": "x"}, "json", user="Ann", src_ip="", device="PC04.shire.local") == "Ann"


def test_what_cannot_be_read_any_more_says_no_domain() -> None:
    flat = {"EventID": 4688, "Channel": "Security", "Computer": "PC04", "SubjectUserName": "Ann"}
    for native in ("{", "[1]", "[" * 100_000):
        assert entity(flat, native=native) == "ann"
