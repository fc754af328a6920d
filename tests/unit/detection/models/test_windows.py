import msgspec
import numpy as np
import pytest

from netsentinel.detection.models.subjects import WindowSubjects
from netsentinel.detection.models.windows import WINDOWS, Closed, EntityWindows, rows_of
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from tests.unit.detection.build_events import START, attempt, login, plain_event, zeek
from tests.unit.detection.models.deployed import by_time, scan, usual

FIRST = 300 - START % 300
"""Second at which a window begins."""


def told(closed: list[Closed]) -> dict[tuple[str, str], dict[str, float]]:
    table = rows_of(closed)
    return {
        (one.segment, one.entity): dict(zip(WINDOWS.numbers, row.tolist(), strict=True))
        for one, row in zip(closed, table.numbers, strict=True)
    }


def test_a_window_says_what_an_address_and_a_service_did() -> None:
    flows = [
        attempt(
            FIRST + n, f"10.0.0.{n}", 22, state="SF" if n < 6 else "S0", orig_bytes=100, resp_bytes=50, duration=2.0
        )
        for n in range(10)
    ]
    later = attempt(FIRST + 400, "10.0.0.0", 22)
    found = told(EntityWindows().take([*flows, later]))
    assert found["address", "203.0.113.66"] == {
        "events": 10, "failed": 4, "failed_share": 0.4, "peers": 10, "things": 1, "bytes_out": 1000, "bytes_in": 500,
        "packets": 0, "mean_bytes": 150, "mean_duration": 2,
    }  # fmt: skip
    assert found["service", "10.0.0.0:22/tcp"]["peers"] == 1


def test_users_and_hosts_have_windows_too() -> None:
    process = plain_event({})
    process.class_uid, process.device, process.user, process.process = 1007, "PC-7", "anna", "cmd.exe"
    process.time = int((START + FIRST) * 1e6)
    logins = [login(FIRST + n, success=n > 3, username="anna", client="x") for n in range(5)]
    for one in logins:
        one.user = "anna"
    windows = EntityWindows()
    found = told(windows.take([process, *logins, attempt(FIRST + 900, "10.0.0.1", 1)]))
    assert found["host", "PC-7"]["things"] == 1
    assert (found["user", "anna"]["events"], found["user", "anna"]["failed"]) == (5, 4)


def test_what_is_silent_is_closed_when_its_tenant_goes_on_and_by_nobody_else() -> None:
    windows = EntityWindows()
    assert windows.take([attempt(FIRST, "10.0.0.1", 22)]) == []
    assert windows.take([attempt(FIRST + 3_000, "10.0.0.9", 22, tenant=TenantId("other"), id__orig_h="10.9.9.9")]) == []
    closed = windows.take([attempt(FIRST + 650, "10.0.0.9", 22, id__orig_h="10.0.0.7")])
    assert {(one.segment, one.entity) for one in closed} == {
        ("address", "203.0.113.66"),
        ("service", "10.0.0.1:22/tcp"),
    }
    assert all(one.at == 0 for one in closed)


def test_latecomers_count_and_a_clock_that_goes_back_begins_anew() -> None:
    windows = EntityWindows()
    windows.take([attempt(FIRST + 610, "10.0.0.1", 22), attempt(FIRST + 10, "10.0.0.1", 22)])
    closed = windows.take([attempt(FIRST - 90_000, "10.0.0.1", 22)])
    assert told(closed)["address", "203.0.113.66"]["events"] == 2


@pytest.mark.parametrize("cut", [0, 1, 333, 900])
def test_where_batches_end_makes_no_difference_and_state_is_exact(cut: int) -> None:
    events: list[Event] = by_time(usual(600), scan(300, start=200))
    whole = EntityWindows()
    expected = rows_of(whole.take(events))
    first, second = EntityWindows(), EntityWindows()
    before = first.take(events[:cut])
    second.load(first.save())
    after = rows_of([*before, *second.take(events[cut:])])
    assert np.array_equal(after.numbers, expected.numbers)
    assert second.save() == whole.save()


def test_so_many_entities_are_open_at_most() -> None:
    windows = EntityWindows()
    flows = [attempt(FIRST + n / 100, f"10.{n // 250}.{n % 250}.1", 22) for n in range(5_200)]
    assert len(windows.take(flows)) > 150
    assert len(windows._open) == 5_000


def test_a_noisy_tenant_closes_no_window_of_another_early() -> None:
    windows = EntityWindows()
    windows.take([zeek("conn", FIRST, tenant=TenantId("quiet"))])
    closed = windows.take([attempt(FIRST + n / 100, f"10.{n // 250}.{n % 250}.1", 22) for n in range(5_200)])
    assert {one.tenant for one in closed} == {DEFAULT_TENANT}


def test_numbers_that_no_state_could_hold_are_cut() -> None:
    windows = EntityWindows()
    windows.take([attempt(FIRST + n, "10.0.0.5", 10**30, orig_bytes=10**400) for n in range(3)])
    other = EntityWindows()
    other.load(windows.save())
    assert {one.bytes_out for _, one in other._open.items()} == {2**62}
    assert other.save() == windows.save()
    closed = windows.take([attempt(FIRST + 3_000, "10.0.0.9", 22)])
    assert rows_of(closed).numbers.max() == 2.0**62


def test_other_events_count_nowhere() -> None:
    assert EntityWindows().take([zeek("dns", 0), attempt(1, "", 22), zeek("ssh", 2)]) == []
    assert len(rows_of([])) == 0


def test_every_feature_says_what_it_is() -> None:
    assert all(one.says and one.source for one in WINDOWS.features)


def test_of_long_events_a_window_keeps_what_a_finding_tells_of() -> None:
    def filled(event: Event) -> Event:
        return msgspec.structs.replace(event, raw=b"x" * 100_000, native={**event.native, "Filler": "x" * 100_000})

    events = [logon(1, "Ann"), *(attempt(FIRST + 2, f"10.0.0.{n}", 22) for n in range(80))]
    windows = EntityWindows()
    for begin in range(0, len(events), 27):
        windows.take([filled(one) for one in events[begin : begin + 27]])
    closed = windows.take([logon(900, "carl")])
    kept = [one.window.last for one in closed]
    assert len(kept) == 82
    assert all(one is not None and not one.raw and "Filler" not in one.native for one in kept)
    assert WindowSubjects(DEFAULT_TENANT, closed).subject(0).entity == "shire\\ann"


def logon(second: int, user: str, domain: str = "SHIRE") -> Event:
    native = {"EventID": 4624, "Channel": "Security", "Computer": "PC04.shire.local", "TargetUserName": user}
    native |= {"TargetDomainName": domain, "SubjectUserName": 7}
    event = FORMATS["windows"].parse(native, b"", DEFAULT_TENANT, "pc04")
    event.time = int((START + FIRST + second) * 1e6)
    return event


def test_who_is_locked_out_has_one_name_also_after_a_restart() -> None:
    locked = logon(1, "Ann", "CALLER")
    locked.event_code, locked.native["SubjectDomainName"] = "4740", "SHIRE"
    windows, after = EntityWindows(), EntityWindows()
    windows.take([locked])
    after.load(windows.save())
    for one in (windows, after):
        closed = one.take([logon(900, "carl")])
        assert WindowSubjects(DEFAULT_TENANT, closed).subject(0).entity == "shire\\ann"


def test_alerts_about_users_and_hosts_of_windows_have_their_one_name_also_after_a_restart() -> None:
    started = plain_event({})
    started.class_uid, started.device, started.logsource = 1007, "PC04.shire.local", Logsource("windows")
    started.time = int((START + FIRST) * 1e6)
    logons = [logon(1, "Ann"), logon(2, "PC04$"), logon(3, "SYSTEM", "NT AUTHORITY"), logon(4, "bob", "x" * 999)]
    before, after = EntityWindows(), EntityWindows()
    before.take([started, *logons])
    after.load(before.save())
    closed = after.take([logon(900, "carl")])
    subjects = WindowSubjects(DEFAULT_TENANT, closed)
    told = [subjects.subject(row) for row in range(len(closed))]
    assert [(one.entity, one.entity_kind, one.key) for one in told] == [
        ("pc04", "host", ""),
        ("shire\\ann", "user", ""),
        ("pc04", "host", "PC04$"),
        ("pc04", "host", "SYSTEM"),
        ("bob", "user", ""),
    ]
    assert [one.about for one in told][:2] == ["the host PC04.shire.local", "the user Ann"]
