import pytest

from netsentinel.events.formats import AuditdFormat
from netsentinel.events.model import Event
from netsentinel.kernel.types import DEFAULT_TENANT


def parse(line: bytes) -> Event:
    form = AuditdFormat()
    return form.parse(form.decode(line, 0), line, DEFAULT_TENANT, "s")


def test_arguments_are_decoded() -> None:
    event = parse(b'type=EXECVE msg=audit(1364481363.243:24287): argc=3 a0="sh" a1="-c" a2=6964203B206C73')
    assert (event.native["a2"], event.command_line) == ("id ; ls", "sh -c id ; ls")
    assert (event.time, event.connection_uid, event.event_code) == (1364481363_243_000, "24287", "EXECVE")
    assert (event.logsource.product, event.logsource.service) == ("linux", "auditd")


def test_numbers_of_system_calls_stay_numbers() -> None:
    event = parse(b'type=SYSCALL msg=audit(1.500:2): success=yes a0=7FFC a1=20 exe="/bin/cat" key=(null)')
    assert (event.native["a0"], event.native["a1"], event.process, event.action) == (
        "7FFC",
        "20",
        "/bin/cat",
        "success",
    )


def test_a_login_says_who_and_from_where() -> None:
    event = parse(
        b'type=USER_LOGIN msg=audit(1764481363.243:7): pid=1 uid=0 auid=4294967295 msg=\'op=login acct="root" '
        b'exe="/usr/sbin/sshd" hostname=? addr=203.0.113.9 terminal=ssh res=failed\''
    )
    assert (event.class_uid, event.action, event.user, event.src_ip) == (3002, "failure", "root", "203.0.113.9")


def test_a_proctitle_has_blanks_between_its_words() -> None:
    assert parse(b"type=PROCTITLE msg=audit(1.000:2): proctitle=6C73002D6C00").command_line == "ls -l"


def test_node_and_enriched_part() -> None:
    event = parse(b'node=db-1 type=SYSCALL msg=audit(1.000:2): success=no uid=0\x1dUID="root" AUID="eve"')
    assert (event.device, event.user, event.action, event.native["UID"]) == ("db-1", "eve", "failure", "root")
    assert parse(b"<14>Nov 21 08:59:01 db audispd: node=db type=EOE msg=audit(1.000:2): ").event_code == "EOE"


def test_an_absurd_number_of_arguments() -> None:
    assert parse(b'type=EXECVE msg=audit(1.000:2): argc=99999999999 a0="ls"').command_line == "ls"


def test_what_is_none() -> None:
    with pytest.raises(ValueError, match="an audit record needs"):
        parse(b"type=EXECVE msg=audit(x)")
