import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from netsentinel.kernel.errors import NotFoundError, StorageFullError
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.tasks import ResultFile, TaskFiles
from tests.unit.tasks.reporting import NOON, task

pytestmark = pytest.mark.anyio


async def pieces(*of: bytes, then: Exception | None = None) -> AsyncIterator[bytes]:
    for one in of:
        yield one
    if then is not None:
        raise then


async def test_a_file_is_kept_and_found(tmp_path: Path) -> None:
    files = TaskFiles(tmp_path / "results")
    kept = await files.keep(task(), "a.csv", "text/csv", pieces(b"one,", b"two"))
    assert kept == ResultFile(name="a.csv", media_type="text/csv", size=7, url="/api/v2/tasks/tsk_1/file")
    path = await files.find(DEFAULT_TENANT, "tsk_1")
    assert path.read_bytes() == b"one,two"
    assert path.parent.stat().st_mode & 0o077 == 0
    with pytest.raises(NotFoundError):
        await files.find(TenantId("other"), "tsk_1")


async def test_another_attempt_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    files = TaskFiles(tmp_path)
    await files.keep(task(), "a", "text/plain", pieces(b"first"))
    await files.keep(task(attempt=2), "a", "text/plain", pieces(b"second"))
    assert (await files.find(DEFAULT_TENANT, "tsk_1")).read_bytes() == b"second"
    assert len(list((tmp_path / DEFAULT_TENANT).iterdir())) == 1


async def test_what_fails_midway_leaves_nothing(tmp_path: Path) -> None:
    files = TaskFiles(tmp_path)
    with pytest.raises(StorageFullError, match="No space"):
        await files.keep(task(), "a", "text/plain", pieces(b"one", then=OSError(28, "No space left on device")))
    assert list((tmp_path / DEFAULT_TENANT).iterdir()) == []


@pytest.mark.parametrize("task_id", ["../../etc/passwd", "", "a/b", "a" * 300, ".."])
async def test_an_id_that_is_none_finds_nothing(tmp_path: Path, task_id: str) -> None:
    with pytest.raises(NotFoundError):
        await TaskFiles(tmp_path).find(DEFAULT_TENANT, task_id)


async def test_old_files_go(tmp_path: Path) -> None:
    files = TaskFiles(tmp_path)
    assert await files.trim(NOON) == 0
    for name in ("tsk_old", "tsk_new"):
        await files.keep(task(task_id=name), "a", "text/plain", pieces(b"x"))
    second = NOON // 1_000_000
    os.utime(await files.find(DEFAULT_TENANT, "tsk_old"), (second - 1, second - 1))
    os.utime(await files.find(DEFAULT_TENANT, "tsk_new"), (second + 1, second + 1))
    assert await files.trim(NOON) == 1
    assert (await files.find(DEFAULT_TENANT, "tsk_new")).is_file()
    with pytest.raises(NotFoundError):
        await files.find(DEFAULT_TENANT, "tsk_old")
