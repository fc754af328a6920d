from typing import Any

import pytest

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


def test_without_an_event_id_it_is_no_event() -> None:
    with pytest.raises(ValueError, match="EventID"):
        parse({"Event": {"System": {"Channel": "Security"}}})
