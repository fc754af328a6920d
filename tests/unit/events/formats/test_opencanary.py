from typing import Any

import pytest

from netsentinel.events.formats import OpenCanaryFormat
from netsentinel.events.model import Event
from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import DEFAULT_TENANT

BASE: dict[str, Any] = {
    "node_id": "canary-1",
    "src_host": "203.0.113.9",
    "src_port": 57788,
    "dst_host": "10.0.0.5",
    "dst_port": 21,
    "utc_time": "2026-11-21 06:16:49.296200",
    "local_time": "2026-11-21 08:16:49.296200",
    "logdata": {},
}


def parse(kind: Any, **more: Any) -> Event:
    return OpenCanaryFormat().parse({**BASE, "logtype": kind, **more}, b"", DEFAULT_TENANT, "s")


@pytest.mark.parametrize(
    ("kind", "class_uid", "app", "action"),
    [
        (2000, 3002, "ftp", "failure"),
        (3000, 4002, "http", ""),
        (3001, 3002, "http", "failure"),
        (4000, 4007, "ssh", ""),
        (4002, 3002, "ssh", "failure"),
        (6001, 3002, "telnet", "failure"),
        (17001, 4001, "redis", ""),
        (1001, 0, "", ""),
        (99999, 4001, "", ""),
    ],
)
def test_what_happened(kind: int, class_uid: int, app: str, action: str) -> None:
    event = parse(kind)
    assert (event.class_uid, event.app_protocol, event.action) == (class_uid, app, action)
    assert (event.event_code, event.logsource.product, event.logsource.category) == (
        str(kind), "opencanary", "application",
    )  # fmt: skip


def test_columns() -> None:
    event = parse(3001, logdata={"USERNAME": "eve", "PATH": "/index.html", "HOSTNAME": "h", "USERAGENT": "curl"})
    assert (event.user, event.url, event.domain, event.user_agent) == ("eve", "/index.html", "h", "curl")
    assert (event.src_ip, event.src_port, event.dst_ip, event.dst_port) == ("203.0.113.9", 57788, "10.0.0.5", 21)
    assert event.time == from_iso("2026-11-21T06:16:49.2962Z")
    assert parse(10001, logdata={"FILENAME": "secret.txt"}).file == "secret.txt"


def test_a_start_has_no_ends() -> None:
    event = parse(1001, src_host="", src_port=-1, dst_host="", dst_port=-1)
    assert (event.src_ip, event.src_port, event.dst_port) == ("", 0, 0)


@pytest.mark.parametrize("more", [{"utc_time": None, "local_time": None}, {"utc_time": "soon"}])
def test_without_a_time_it_is_none(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="OpenCanary time"):
        parse(2000, **more)
