"""Buckets fit the width, and the stretches of a task's life follow each other."""

import msgspec
import pytest

from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage.ports import Tx
from netsentinel.storage.testing import MemoryDatabase
from netsentinel.tasks.model import Attempt, AttemptOutcome, Task, TaskState
from netsentinel.tasks.ports import Tally
from netsentinel.tasks.testing import memory_stores
from netsentinel.tasks.timeline import bucket_width, spans
from tests.unit.tasks.bench import T, bench

NOW = 1_780_000_000_000_000


@pytest.mark.parametrize(
    ("window", "pixels", "bucket"),
    [(MINUTE, 1_600, 10 * SECOND), (HOUR, 1_600, 20 * SECOND), (DAY, 1_600, 600 * SECOND), (30 * DAY, 1_600, 4 * HOUR)],
)
def test_a_bucket_is_some_pixels_wide(window: int, pixels: int, bucket: int) -> None:
    assert bucket_width(NOW, NOW + window, pixels) == pytest.approx(bucket, rel=0.15)


@pytest.mark.anyio
@pytest.mark.parametrize(("since", "until", "pixels"), [(5, 5, 100), (0, 1, 0), (0, 1, 10**6)])
async def test_an_impossible_window_is_refused(clock: FakeClock, since: int, until: int, pixels: int) -> None:
    at = bench(MemoryDatabase(), memory_stores(), clock)
    with pytest.raises(InvalidInputError):
        await at.service.timeline(T, since, until, pixels=pixels)


def test_the_stretches_of_a_life() -> None:
    task = Task(
        id="tsk_1",
        tenant=DEFAULT_TENANT,
        action="a",
        state=TaskState.SUCCEEDED,
        input=msgspec.Raw(b"{}"),
        principal="p",
        attempt=2,
        created_at=NOW,
        updated_at=NOW + 9,
        started_at=NOW + 6,
        ended_at=NOW + 9,
    )
    failed = Attempt(
        task_id="tsk_1",
        tenant=DEFAULT_TENANT,
        number=1,
        outcome=AttemptOutcome.FAILED,
        worker="w",
        started_at=NOW + 2,
        ended_at=NOW + 3,
    )
    assert [(s.kind, s.start - NOW, (s.end or 0) - NOW, s.attempt, s.outcome) for s in spans(task, [failed], NOW)] == [
        ("queued", 0, 2, 0, ""),
        ("running", 2, 3, 1, "failed"),
        ("waiting", 3, 6, 0, ""),
        ("running", 6, 9, 2, "succeeded"),
    ]


@pytest.mark.anyio
async def test_an_answer_is_of_a_bounded_size_however_much_happened(clock: FakeClock) -> None:
    """Every task with two hundred attempts, in fifty actions with long names: far more than could be drawn."""
    stores = memory_stores()
    at = bench(MemoryDatabase(), stores, clock)
    now = clock.now()
    tasks = [
        Task(
            id=f"tsk_{number:026}",
            tenant=T,
            action=f"test.{number % 50:040}",
            state=TaskState.SUCCEEDED,
            input=msgspec.Raw(b"{}"),
            principal="p",
            attempt=201,
            failures=200,
            created_at=now - DAY + number * MINUTE,
            updated_at=now - DAY + number * MINUTE + HOUR,
            started_at=now - DAY + number * MINUTE + MINUTE,
            ended_at=now - DAY + number * MINUTE + HOUR,
        )
        for number in range(1_000)
    ]
    attempts = [
        Attempt(
            task_id=task.id,
            tenant=T,
            number=number,
            outcome=AttemptOutcome.FAILED,
            worker="w",
            started_at=task.created_at + number * SECOND,
            ended_at=task.created_at + number * SECOND + SECOND // 2,
        )
        for task in tasks[:50]
        for number in range(1, 201)
    ]

    def put(tx: Tx) -> None:
        stores.tasks.insert(tx, tasks)
        stores.attempts.add(tx, attempts)
        stores.timeline.add(tx, [Tally(T, task.action, task.created_at, submitted=1) for task in tasks])

    await at.db.write(put)
    found = await at.service.timeline(T, now - DAY, now, pixels=1_600)
    assert len(msgspec.json.encode(found)) <= 200_000
    assert not found.is_complete
    assert sum(bucket.submitted for bucket in found.buckets) == 1_000
    assert max(len(row.spans) for row in found.tasks) == 100
