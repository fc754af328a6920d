from typing import Any

import pytest

from netsentinel.detection.fingerprint import entity_of
from netsentinel.events.formats import WindowsFormat
from netsentinel.events.formats.windows import flatten
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import DEFAULT_TENANT


def nested(event_id: Any = 1, channel: str = "Microsoft-Windows-Sysmon/Operational", **data: Any) -> dict[str, Any]:
    system = {
        "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon", "Guid": "57"}},
        "EventID": event_id,
        "Channel": channel,
        "Computer": "ws-01",
        "TimeCreated": {"#attributes": {"SystemTime": "2020-10-17T11:43:40.903539Z"}},
        "Security": None,
    }
    return {"Event": {"#attributes": {"xmlns": "x"}, "System": system, "EventData": data}}


def parse(record: dict[str, Any]) -> Event:
    return WindowsFormat().parse(record, b"", DEFAULT_TENANT, "wec")


def test_a_nested_event_gets_flat_names_beside_its_own() -> None:
    event = parse(nested(CommandLine="whoami", User="CORP\\ann"))
    assert event.native["CommandLine"] == "whoami"
    assert event.native["EventID"] == 1
    assert event.native["Provider_Name"] == "Microsoft-Windows-Sysmon"
    assert event.native["Event"]["EventData"]["CommandLine"] == "whoami"
    assert (event.device, event.user, event.time) == ("ws-01", "CORP\\ann", from_iso("2020-10-17T11:43:40.903539"))
    assert event.logsource == Logsource(product="windows", category="process_creation", service="sysmon")


def test_an_event_id_with_attributes() -> None:
    assert (
        parse(nested({"#attributes": {"Qualifiers": 49152}, "#text": 18456}, "Application")).native["EventID"] == 18456
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"Data": [{"@Name": "Image", "#text": "a.exe"}, {"@Name": "User", "#text": "ann"}]},
            {"Image": "a.exe", "User": "ann"},
        ),
        ({"Data": [{"#attributes": {"Name": "Image"}, "#text": "a.exe"}]}, {"Image": "a.exe"}),
        (
            {"Data": {"#text": ["sa", " Reason", " [CLIENT: 10.0.2.17]"]}},
            {"Data": ["sa", " Reason", " [CLIENT: 10.0.2.17]"]},
        ),
        ({"Data": ["a", "b"]}, {"Data": ["a", "b"]}),
        ({"Data": "a"}, {"Data": "a"}),
    ],
)
def test_data_elements_with_and_without_names(data: dict[str, Any], expected: dict[str, Any]) -> None:
    flat = flatten({"Event": {"System": {"EventID": 1}, "EventData": data}})
    assert {name: value for name, value in flat.items() if name not in {"Event", "EventID"}} == expected


def test_user_data_is_flattened_too() -> None:
    tree = {
        "Event": {
            "System": {"EventID": 1102},
            "UserData": {"LogFileCleared": {"#attributes": {}, "SubjectUserName": "ann"}},
        }
    }
    assert flatten(tree)["SubjectUserName"] == "ann"


def test_flat_and_winlogbeat_records() -> None:
    flat = {
        "EventID": "4625",
        "Channel": "Security",
        "IpAddress": "::ffff:10.0.0.9",
        "TargetUserName": "ann",
        "Hostname": "dc-01",
    }
    event = parse(flat)
    assert (event.src_ip, event.user, event.device, event.action, event.class_uid) == (
        "10.0.0.9",
        "ann",
        "dc-01",
        "failure",
        3002,
    )
    beat = {
        "winlog": {"event_id": 1, "channel": "Security", "computer_name": "ws-01", "event_data": {"CommandLine": "x"}}
    }
    assert parse(beat).native["CommandLine"] == "x"


@pytest.mark.parametrize(
    ("channel", "event_id", "category", "service"),
    [
        ("Security", 4688, "process_creation", "security"),
        ("Security", 4624, "", "security"),
        ("Microsoft-Windows-Sysmon/Operational", 22, "dns_query", "sysmon"),
        ("Microsoft-Windows-PowerShell/Operational", 4104, "ps_script", "powershell"),
        ("Windows PowerShell", 400, "ps_classic_start", "powershell-classic"),
        ("Unknown", 1, "", ""),
    ],
)
def test_channel_and_event_make_the_log_source(channel: str, event_id: int, category: str, service: str) -> None:
    assert parse(nested(event_id, channel)).logsource == Logsource(
        product="windows", category=category, service=service
    )


SYSMON = "Microsoft-Windows-Sysmon/Operational"


@pytest.mark.parametrize(
    ("channel", "event_id", "class_uid"),
    [
        *((SYSMON, 1, 1007), (SYSMON, 3, 4001), (SYSMON, 5, 1007), (SYSMON, 7, 1005), (SYSMON, 10, 1007)),
        *((SYSMON, 11, 1001), (SYSMON, 12, 201001), (SYSMON, 13, 201002), (SYSMON, 22, 4003), (SYSMON, 26, 1001)),
        *((SYSMON, 4, 0), ("Linux-Sysmon/Operational", 1, 1007), ("Application", 1, 0)),
        *(("Security", 4624, 3002), ("Security", 4634, 3002), ("Security", 4672, 3003), ("Security", 4688, 1007)),
        *(("Security", 4720, 3001), ("Security", 4732, 3006), ("Security", 4738, 3001), ("Security", 4697, 201004)),
        *(("Security", 4698, 1006), ("Security", 5145, 4006), ("Security", 5156, 4001), ("Security", 1102, 1008)),
        *(("System", 7045, 201004), ("System", 104, 1008), ("System", 4624, 0)),
        ("Microsoft-Windows-PowerShell/Operational", 4104, 1009),
    ],
)
def test_the_class_of_an_event(channel: str, event_id: int, class_uid: int) -> None:
    assert parse(nested(event_id, channel)).class_uid == class_uid


@pytest.mark.parametrize(
    ("kind", "class_uid"), [("File", 1001), ("Key", 201001), ("Process", 1007), ("Token", 0), (["File"], 0), (None, 0)]
)
def test_the_class_of_an_access_is_its_objects(kind: Any, class_uid: int) -> None:
    assert parse(nested(4663, "Security", ObjectType=kind)).class_uid == class_uid


def test_a_dash_is_no_name_and_no_address() -> None:
    event = parse(
        {
            "EventID": 4624,
            "Channel": "Security",
            "Computer": "-",
            "Hostname": "WORKSTATION5",
            "User": "-",
            "TargetUserName": "",
            "SubjectUserName": "WORKSTATION5$",
            "IpAddress": "-",
            "IpPort": "-",
        }
    )
    assert (event.user, event.device, event.src_ip, event.src_port) == ("WORKSTATION5$", "WORKSTATION5", "", 0)
    assert event.native["User"] == "-"


@pytest.mark.parametrize("event_id", [4720, 4726, 4728, 4732, 4738, 4740, 4754, 4758, 4767, 4781])
def test_a_change_of_an_account_or_a_group_is_of_whoever_did_it(event_id: int) -> None:
    changed = {"TargetUserName": "None", "TargetDomainName": "WORKSTATION6"}
    done = nested(event_id, "Security", SubjectUserName="pgustavo", SubjectDomainName="THESHIRE", **changed)
    assert parse(done).user == "pgustavo"
    assert entity_of(parse(done)) == ("theshire\\pgustavo", "user")
    by_itself = nested(event_id, "Security", SubjectUserName="SYSTEM", SubjectDomainName="NT AUTHORITY", **changed)
    assert entity_of(parse(by_itself))[1] == "host"
    assert parse(nested(event_id, "Security", SubjectUserName="-", **changed)).user == "None"
    machine = nested(event_id, "Security", SubjectUserName="DC01$", SubjectDomainName="THESHIRE", **changed)
    assert parse(machine).user == "None", "whom a domain controller locks out, for one"


def test_a_logon_is_of_whoever_logs_on() -> None:
    logon = nested(4624, "Security", SubjectUserName="SYSTEM", TargetUserName="ann", TargetDomainName="SHIRE")
    assert entity_of(parse(logon)) == ("shire\\ann", "user")


def test_without_an_event_id_it_is_no_event() -> None:
    with pytest.raises(ValueError, match="EventID"):
        parse({"Event": {"System": {"Channel": "Security"}}})
