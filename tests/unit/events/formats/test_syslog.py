import pytest

from netsentinel.events.formats import SyslogFormat
from netsentinel.events.model import Event
from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import DEFAULT_TENANT

RECEIVED = "2026-11-21T09:00:00Z"


def parse(line: bytes, received: str = RECEIVED) -> Event:
    form = SyslogFormat()
    return form.parse(form.decode(line, from_iso(received)), line, DEFAULT_TENANT, "s")


def test_rfc_5424() -> None:
    event = parse(b'<165>1 2003-10-11T22:14:15.003-07:00 host app 8710 ID47 [a@1 k="v\\"w" l="2"][b@1] Hello [x]')
    assert event.time == from_iso("2003-10-11T22:14:15.003-07:00")
    assert (event.device, event.process, event.event_code, event.message) == ("host", "app", "ID47", "Hello [x]")
    assert event.native["structured_data"] == {"a@1": {"k": 'v"w', "l": "2"}, "b@1": {}}
    assert (event.native["facility"], event.severity) == ("local4", 2)


def test_rfc_5424_says_nothing_with_a_dash() -> None:
    event = parse(b"<34>1 - - - - - - \xef\xbb\xbfsomething")
    assert (event.time, event.device, event.message, event.severity) == (0, "", "something", 5)


@pytest.mark.parametrize(
    ("line", "received", "at"),
    [
        (b"Nov 21 08:59:01 h a: x", RECEIVED, "2026-11-21T08:59:01Z"),
        (b"Nov 22 08:59:01 h a: x", RECEIVED, "2026-11-22T08:59:01Z"),
        (b"Dec  1 08:59:01 h a: x", RECEIVED, "2025-12-01T08:59:01Z"),
        (b"Dec 31 23:59:59 h a: x", "2026-01-01T00:00:01Z", "2025-12-31T23:59:59Z"),
        (b"Jan  1 00:00:01 h a: x", "2025-12-31T23:59:59Z", "2026-01-01T00:00:01Z"),
        (b"Feb 29 08:00:00 h a: x", RECEIVED, "2024-02-29T08:00:00Z"),
        (b"2026-11-21T08:59:01.5+01:00 h a: x", RECEIVED, "2026-11-21T07:59:01.5Z"),
    ],
)
def test_times(line: bytes, received: str, at: str) -> None:
    assert parse(line, received).time == from_iso(at)


@pytest.mark.parametrize("line", [b"Foo 21 08:59:01 h a: x", b"Nov 31 08:59:01 h a: x", b"Nov 21 25:59:01 h a: x"])
def test_impossible_times(line: bytes) -> None:
    with pytest.raises(ValueError, match="is no time"):
        parse(line)


@pytest.mark.parametrize("line", [b"<192>Nov 21 08:59:01 h a: x", b"hello", b'<1>1 - - - - - [broken="x] y'])
def test_what_is_no_syslog(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"syslog"):
        parse(line)


@pytest.mark.parametrize(
    ("message", "action", "user", "ip", "port"),
    [
        ("Failed password for root from 203.0.113.9 port 5 ssh2", "failure", "root", "203.0.113.9", 5),
        ("Failed password for invalid user a b from 2001:db8::1 port 5 ssh2", "failure", "a b", "2001:db8::1", 5),
        ("Accepted publickey for eve from 10.0.0.1 port 50022 ssh2: RSA x", "success", "eve", "10.0.0.1", 50022),
        ("Invalid user admin from 203.0.113.9 port 7", "", "admin", "203.0.113.9", 7),
        ("Invalid user  from 203.0.113.9", "", "", "203.0.113.9", 0),
    ],
)
def test_logins_by_ssh(message: str, action: str, user: str, ip: str, port: int) -> None:
    event = parse(f"Nov 21 08:59:01 web-1 sshd[4711]: {message}".encode())
    assert (event.class_uid, event.action, event.user, event.src_ip, event.src_port) == (3002, action, user, ip, port)
    assert (event.logsource.product, event.logsource.service) == ("linux", "sshd")


def test_other_messages_of_sshd_are_no_logins() -> None:
    assert parse(b"Nov 21 08:59:01 web-1 sshd[1]: Server listening on 0.0.0.0 port 22.").class_uid == 0


def test_sudo() -> None:
    event = parse(b"Nov 21 08:59:01 h sudo:   eve : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c id")
    assert (event.user, event.command_line, event.logsource.service) == ("eve", "/bin/sh -c id", "sudo")


@pytest.mark.parametrize(
    ("line", "service"),
    [
        (b"<86>Nov 21 08:59:01 h login: x", "auth"),
        (b"<78>Nov 21 08:59:01 h anacron: x", "cron"),
        (b"Nov 21 08:59:01 h CRON[5]: x", "cron"),
        (b"Nov 21 08:59:01 h nothing known", "syslog"),
    ],
)
def test_services(line: bytes, service: str) -> None:
    assert parse(line).logsource.service == service


def test_bytes_that_are_no_text_are_kept() -> None:
    assert parse(b"Nov 21 08:59:01 h a: x\xffy").message == "x\\xffy"
