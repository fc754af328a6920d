from pathlib import Path

import pytest

from netsentinel.api.health import Readiness, Watched, readiness_of
from netsentinel.events.ports import Backlog
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import StorageFullError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import MIB, TenantId
from netsentinel.storage import SqliteDatabase

pytestmark = pytest.mark.anyio


async def fine() -> str:
    return "all well"


async def full() -> str:
    raise StorageFullError("The disk is full.")


async def test_ready_when_every_check_is() -> None:
    report = await Readiness({"a": fine, "b": fine}).report()
    assert report.ready
    assert [(check.name, check.ok, check.detail) for check in report.checks] == [
        ("a", True, "all well"),
        ("b", True, "all well"),
    ]


class Part:
    def __init__(self, *troubles: str) -> None:
        self.troubles = troubles


async def test_what_is_watched_warns_and_makes_nothing_red() -> None:
    watched = {"rules": Watched(Part("One pack is lost.", "Another."), "x"), "models": Watched(Part(), "all judge")}
    report = await Readiness({"a": fine}, watched).report()
    assert report.ready
    assert [(check.name, check.ok, check.detail, check.warns) for check in report.checks] == [
        ("a", True, "all well", False),
        ("rules", True, "One pack is lost. Another.", True),
        ("models", True, "all judge", False),
    ]


async def test_one_red_check_says_why_and_the_others_still_run() -> None:
    report = await Readiness({"disk": full, "b": fine}).report()
    assert not report.ready
    assert [(check.ok, check.detail) for check in report.checks] == [(False, "The disk is full."), (True, "all well")]
    assert all(check.took_ms >= 0 for check in report.checks)


@pytest.mark.parametrize(
    ("waiting", "red"),
    [
        ({}, ""),
        ({"a": (3, 59)}, ""),
        ({"a": (3, 61)}, "3 batches wait for detection, the oldest of every tenant for 61 s."),
        ({"flood": (2_000, 500), "quiet": (1, 2)}, ""),
        ({"a": (7, 100), "b": (1, 80)}, "8 batches wait for detection, the oldest of every tenant for 80 s."),
        ({"a": (7, 100), "new": (1, 1)}, ""),
    ],
)
async def test_detection_lags_when_all_who_wait_do_so_for_long(
    sqlite_database: SqliteDatabase, tmp_path: Path, waiting: dict[str, tuple[int, int]], red: str
) -> None:
    clock = FakeClock()
    backlog = {TenantId(one): Backlog(many, clock.now() - s * SECOND) for one, (many, s) in waiting.items()}
    settings = Settings(data_dir=tmp_path, disk_reserve_mib=1)
    report = await readiness_of(settings, sqlite_database, lambda _: backlog, clock.now, clock).report()
    (detection,) = [check for check in report.checks if check.name == "detection"]
    assert (detection.ok, detection.detail) == (
        not red,
        red or f"{sum(one.batches for one in backlog.values())} batches wait",
    )


@pytest.mark.parametrize(
    ("waited", "idle", "red"), [(0, 500, ""), (50, 500, ""), (300, 10, ""), (300, 90, "90"), (100, 500, "100")]
)
async def test_newcomers_do_not_hide_that_nothing_is_finished(
    sqlite_database: SqliteDatabase, tmp_path: Path, waited: int, idle: int, red: str
) -> None:
    clock = FakeClock()
    now = clock.now()
    backlog = {TenantId("a"): Backlog(2, now - waited * SECOND), TenantId("new"): Backlog(1, now)} if waited else {}
    settings = Settings(data_dir=tmp_path, disk_reserve_mib=1)
    readiness = readiness_of(settings, sqlite_database, lambda _: backlog, lambda: now - idle * SECOND, clock)
    (detection,) = [check for check in (await readiness.report()).checks if check.name == "detection"]
    assert (detection.ok, f"finished none for {red} s" in detection.detail) == (not red, bool(red))


async def test_the_free_space_that_is_said_is_what_was_held_against_the_reserve(
    sqlite_database: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = iter((5 * MIB, MIB // 2))
    monkeypatch.setattr("netsentinel.kernel.disk.free_bytes", lambda _: next(free))
    clock = FakeClock()
    settings = Settings(data_dir=tmp_path, disk_reserve_mib=1)
    readiness = readiness_of(settings, sqlite_database, lambda _: {}, clock.now, clock)
    said = [(one.ok, one.detail) for _ in range(2) for one in (await readiness.report()).checks if one.name == "disk"]
    assert said == [(True, "5 MiB free"), (False, "Only 0 MiB of the disk are free; the reserve is 1 MiB.")]
