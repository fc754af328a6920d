from pathlib import Path

import pytest

from netsentinel.api.health import Readiness, free_disk_mib
from netsentinel.kernel.errors import StorageFullError

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
