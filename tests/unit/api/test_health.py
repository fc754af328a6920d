from pathlib import Path

import pytest

from netsentinel.api.health import Readiness, free_disk_mib, readiness_of
from netsentinel.events.ports import Backlog
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import StorageFullError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import TenantId
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


async def test_one_red_check_says_why_and_the_others_still_run() -> None:
    report = await Readiness({"disk": full, "b": fine}).report()
    assert not report.ready
    assert [(check.ok, check.detail) for check in report.checks] == [(False, "The disk is full."), (True, "all well")]
    assert all(check.took_ms >= 0 for check in report.checks)


def test_free_space_is_counted(tmp_path: Path) -> None:
    assert free_disk_mib(tmp_path) > 0


@pytest.mark.parametrize(
    ("waiting", "red"),
    [
        ({}, ""),
        ({"a": (3, 59)}, ""),
        ({"a": (3, 61)}, "3 batches wait for detection, the oldest of every tenant for 61 s."),
        ({"flood": (2_000, 500), "quiet": (1, 2)}, ""),
        ({"a": (7, 100), "b": (1, 80)}, "8 batches wait for detection, the oldest of every tenant for 80 s."),
    ],
)
async def test_detection_lags_when_all_who_wait_do_so_for_long(
    sqlite_database: SqliteDatabase, tmp_path: Path, waiting: dict[str, tuple[int, int]], red: str
) -> None:
    clock = FakeClock()
    backlog = {TenantId(one): Backlog(many, clock.now() - s * SECOND) for one, (many, s) in waiting.items()}
    settings = Settings(data_dir=tmp_path, disk_reserve_mib=1)
    report = await readiness_of(settings, sqlite_database, lambda _: backlog, clock).report()
    (detection,) = [check for check in report.checks if check.name == "detection"]
    assert (detection.ok, detection.detail) == (
        not red,
        red or f"{sum(one.batches for one in backlog.values())} batches wait",
    )
