"""The process that trains, for real: what it says, and what becomes of it when somebody ends it."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from netsentinel.detection.errors import MissingExtraError, TrainingDataError
from netsentinel.kernel.errors import NotFoundError
from netsentinel.models.bench import ProcessTrainingBench, refusal
from netsentinel.models.errors import TrainingFailedError
from netsentinel.models.orders import MODEL_FILE, Made, Refused, Rows, SplitBy, Train
from tests.unit.models.workshop.tables import write_csv

pytestmark = pytest.mark.anyio


def order(folder: Path, **changes: Any) -> Train:
    fields = {
        "folder": str(folder),
        "key": b"k" * 32,
        "kind": "flow-classifier",
        "rows": Rows(path=str(write_csv(folder / "rows.csv")), drop=("at", "host")),
        "split": SplitBy.HASH,
        "test_share": 0.3,
        "seed": 0,
        "budget": 0.01,
        "search_s": 0.0,
    }
    return Train(**{**fields, **changes})


def nothing(percent: float, stage: str, message: str, data: Any) -> None:
    """Hear nothing."""


async def test_an_order_is_done_in_a_process_of_its_own(tmp_path: Path) -> None:
    stages: list[str] = []
    made = await ProcessTrainingBench(2_048).run(order(tmp_path), lambda _p, stage, _m, _d: stages.append(stage))
    assert isinstance(made, Made)
    assert stages == ["reading", "splitting", "training", "measuring"]
    assert (tmp_path / MODEL_FILE).exists()


async def test_what_cannot_be_done_is_said_with_its_code(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no-such-model"):
        await ProcessTrainingBench(2_048).run(order(tmp_path, kind="no-such-model"), nothing)
    assert isinstance(refusal(Refused(code="training-data", detail="too few")), TrainingDataError)
    assert isinstance(refusal(Refused(code="missing-extra", detail="pip")), MissingExtraError)
    assert isinstance(refusal(Refused(code="something-new", detail="?")), TrainingFailedError)


@pytest.mark.parametrize("how", ["kill", "cancel"])
async def test_a_process_that_is_ended_leaves_a_clear_error_and_no_process(tmp_path: Path, how: str) -> None:
    begun, pids = asyncio.Event(), list[int]()

    def tell(percent: float, stage: str, message: str, data: Any) -> None:
        if stage == "searching" and not begun.is_set():
            pids.extend(children())
            begun.set()

    work = asyncio.create_task(ProcessTrainingBench(2_048).run(order(tmp_path, search_s=600.0), tell))
    await asyncio.wait_for(begun.wait(), 300)
    (pid,) = [one for one in pids if "workshop.process" in command(one)]
    if how == "kill":
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(TrainingFailedError, match="code -9"):
            await work
    else:
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    assert "workshop.process" not in command(pid)
    assert not (tmp_path / MODEL_FILE).exists()


def children() -> list[int]:
    me = os.getpid()
    listed = Path(f"/proc/{me}/task").glob("*/children")
    return [int(pid) for each in listed for pid in each.read_text(encoding="ascii").split()]


def command(pid: int) -> str:
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_bytes().decode() if path.exists() else ""
