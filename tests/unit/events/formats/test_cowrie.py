import json
from typing import Any

import pytest

from netsentinel.events.formats import CowrieFormat
from netsentinel.events.model import Event
from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import DEFAULT_TENANT

BASE = {"timestamp": "2018-05-10T00:09:28.188455Z", "src_ip": "203.0.113.9", "session": "ab29", "sensor": "pot"}


def parse(kind: str, **more: Any) -> Event:
    record = {**BASE, "eventid": kind, **more}
    return CowrieFormat().parse(record, json.dumps(record).encode(), DEFAULT_TENANT, "pot")


@pytest.mark.parametrize(
    ("kind", "class_uid", "action", "service"),
    [
        ("cowrie.login.failed", 3002, "failure", "login"),
        ("cowrie.login.success", 3002, "success", "login"),
        ("cowrie.session.connect", 4007, "", "session"),
        ("cowrie.command.input", 1007, "", "command"),
        ("cowrie.direct-tcpip.request", 4001, "", "direct-tcpip"),
        ("cowrie.session.file_download", 1001, "", "session"),
        ("cowrie.log.open", 0, "", "log"),
    ],
)
def test_what_happened(kind: str, class_uid: int, action: str, service: str) -> None:
    event = parse(kind)
    assert (event.class_uid, event.action, event.event_code) == (class_uid, action, kind)
    assert (event.logsource.product, event.logsource.category, event.logsource.service) == (
        "cowrie", "application", service,
    )  # fmt: skip
    assert (event.time, event.connection_uid, event.device) == (from_iso(BASE["timestamp"]), "ab29", "pot")


def test_columns() -> None:
    event = parse("cowrie.command.input", input="wget http://x/", username="root", dst_port=2222, duration="1.5")
    assert (event.command_line, event.user, event.dst_port, event.duration_us) == (
        "wget http://x/", "root", 2222, 1_500_000,
    )  # fmt: skip
    event = parse("cowrie.session.file_download", url="http://x/a", outfile="dl/ff", shasum="ff")
    assert (event.url, event.file, event.file_hash) == ("http://x/a", "dl/ff", "ff")


@pytest.mark.parametrize(
    ("written", "micros"),
    [({"duration": 1.38}, 1_380_000), ({"duration": "1.4"}, 1_400_000), ({"duration_ms": 222}, 222_000)],
)
def test_durations_of_all_versions(written: dict[str, Any], micros: int) -> None:
    assert parse("cowrie.session.closed", **written).duration_us == micros


def test_the_password_stays_in_the_native_event_alone() -> None:
    event = parse("cowrie.login.failed", password="hunter2")
    assert event.native["password"] == "hunter2"
    assert [name for name in Event.__struct_fields__ if getattr(event, name) == "hunter2"] == []
