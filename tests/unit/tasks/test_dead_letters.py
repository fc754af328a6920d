"""Dead letters one cannot submit again are told apart, and keep no other back."""

from dataclasses import replace

import pytest

from netsentinel.kernel.testing import FakeClock
from netsentinel.recovery.retry import Failure, Fault
from netsentinel.storage.testing import MemoryDatabase
from netsentinel.tasks import TaskFilter, TaskRequest
from netsentinel.tasks.engine import End
from netsentinel.tasks.errors import InnerActionError
from netsentinel.tasks.testing import memory_stores
from tests.unit.tasks.bench import SYSTEM, Bench, bench, echo

pytestmark = pytest.mark.anyio
WRONG = Failure(Fault.PERMANENT, "wrong", "It is wrong.")


async def dead(at: Bench, count: int) -> list[str]:
    ids = [(await at.submit(input={"number": number}, concurrency_key=f"k{number}")).id for number in range(count)]
    for lease in await at.lease():
        await at.finish(End(lease.task, failure=WRONG))
    return ids


async def test_one_that_is_refused_keeps_no_other_back(clock: FakeClock) -> None:
    at = bench(MemoryDatabase(), memory_stores(), clock)
    first, second = await dead(at, 2)
    letter = await at.service.get(SYSTEM.tenant, first)
    at.engine.stores.tasks.save(None, [replace(letter, action="test.gone")])  # type: ignore[arg-type] - a fake looks at no transaction
    dry = await at.service.dead_letters.resubmit_matching(SYSTEM, TaskFilter(), is_dry_run=True)
    assert [refused for refused, _ in dry.refused] == [first]
    came = await at.service.dead_letters.resubmit_matching(SYSTEM, TaskFilter())
    assert (came.matched, [task.origin for task in came.tasks]) == (2, [f"resubmit:{second}"])
    assert came.tasks[0].lane.endswith("/k1")
    assert "test.gone" in dict(came.refused)[first]


async def test_handling_a_dead_letter_is_audited(clock: FakeClock) -> None:
    at = bench(MemoryDatabase(), memory_stores(), clock)
    first, second = await dead(at, 2)
    await at.service.dead_letters.resubmit(SYSTEM, first)
    await at.service.dead_letters.resolve(SYSTEM, second, "n" * 5_000)
    assert isinstance(at.db, MemoryDatabase)
    told = [(e.kind, e.payload.id) for e in at.db.entries if "dlq" in e.kind and "added" not in e.kind]
    assert told == [("error_recovery.dlq_entry_resubmitted", first), ("error_recovery.dlq_entry_resolved", second)]
    assert len((await at.service.get(SYSTEM.tenant, second)).resolution) == 2_000


async def test_an_inner_action_is_submitted_again_as_it_was_and_not_with_another_input(clock: FakeClock) -> None:
    at = bench(MemoryDatabase(), memory_stores(), clock)
    inner = replace(echo, name="test.inner", is_inner=True)
    at.engine.registry.add(inner)
    with pytest.raises(InnerActionError):
        await at.submit("test.inner")
    with pytest.raises(InnerActionError):
        await at.service.submit_many(SYSTEM, [TaskRequest(action="test.inner")])
    with pytest.raises(InnerActionError):
        at.service.submit_in(None, SYSTEM, TaskRequest(action="test.inner"))  # type: ignore[arg-type] - never used
    task = await at.submit("test.inner", input={"number": 1}, by_server=True)
    (lease,) = await at.lease()
    await at.finish(End(lease.task, failure=WRONG))
    with pytest.raises(InnerActionError):
        await at.service.dead_letters.resubmit(SYSTEM, task.id, {"number": 2})
    again = await at.service.dead_letters.resubmit(SYSTEM, task.id)
    assert (again.action, bytes(again.input)) == ("test.inner", bytes(task.input))
