"""One suite for tasks on the three kinds of stores: in memory, on SQLite and on PostgreSQL."""

import msgspec
import pytest

from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
from netsentinel.kernel.errors import NotAllowedError, NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import TenantId
from netsentinel.recovery.retry import Failure, Fault
from netsentinel.storage.dialect import POSTGRES, SQLITE
from netsentinel.storage.testing import MemoryDatabase
from netsentinel.tasks import TaskFilter, TaskRequest, TaskState, new_task_id
from netsentinel.tasks.engine import End
from netsentinel.tasks.errors import InvalidTaskInputError, TaskStateError, TaskTooLargeError, UnknownActionError
from netsentinel.tasks.model import AttemptOutcome, Pool, Reason
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.testing import memory_stores
from tests.unit.tasks.bench import OTHER, STRANGER, SYSTEM, Bench, Echo, T, bench

pytestmark = pytest.mark.anyio

DONE = msgspec.Raw(b'{"text":"done"}')
BROKEN = Failure(Fault.RETRYABLE, "broken", "It broke.")
WRONG = Failure(Fault.PERMANENT, "wrong", "It is wrong.")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def at(request: pytest.FixtureRequest, clock: FakeClock) -> Bench:
    if request.param == "memory":
        return bench(MemoryDatabase(), memory_stores(), clock)
    database = request.getfixturevalue(f"{request.param}_database")
    dialect = SQLITE if request.param == "sqlite" else POSTGRES
    return bench(database, sql_stores(dialect), clock)


async def states(at: Bench, **where: object) -> list[TaskState]:
    page = await at.service.page(T, TaskFilter(**where), limit=50)  # type: ignore[arg-type]
    return [task.state for task in page.items]


async def test_a_task_lives_from_submission_to_result(at: Bench) -> None:
    task = await at.submit(input={"text": "hi", "number": 3}, priority=7, origin="test:1")
    assert (task.state, task.priority, task.attempt) == (TaskState.QUEUED, 7, 0)
    assert await at.get(task) == task
    (lease,) = await at.lease()
    assert (lease.task.id, lease.task.state, lease.task.attempt) == (task.id, TaskState.RUNNING, 1)
    assert msgspec.json.decode(lease.task.input) == {"text": "hi", "number": 3}
    assert await at.lease() == []
    at.clock.advance(SECOND)
    (done,) = await at.finish(End(lease.task, result=DONE))
    assert done == await at.get(task)
    assert (done.state, done.ended_at) == (TaskState.SUCCEEDED, at.clock.now())
    assert bytes(done.result or b"") == b'{"text":"done"}'
    detail = await at.service.detail(T, task.id)
    assert [(a.number, a.outcome) for a in detail.attempts] == [(1, AttemptOutcome.SUCCEEDED)]


async def test_every_change_is_an_entry(at: Bench) -> None:
    if not isinstance(at.db, MemoryDatabase):
        return
    task = await at.submit()
    for _ in range(3):
        (lease,) = await at.lease()
        await at.finish(End(lease.task, failure=BROKEN))
        at.clock.advance(MINUTE)
        await at.promote()
    told = [(entry.kind, entry.payload.state) for entry in at.db.entries if entry.subject == task.id]
    assert {entry.payload.id for entry in at.db.entries} == {task.id}, "live frames carry the payload only"
    assert told == [
        ("task.submitted", TaskState.QUEUED),
        *[
            ("task.started", TaskState.RUNNING),
            ("task.retrying", TaskState.RETRY_WAIT),
            ("error_recovery.retry_attempt", TaskState.RETRY_WAIT),
            ("task.queued", TaskState.QUEUED),
        ]
        * 2,
        ("task.started", TaskState.RUNNING),
        ("task.dead", TaskState.DEAD),
        ("error_recovery.dlq_entry_added", TaskState.DEAD),
    ]


async def test_priority_then_age_decides(at: Bench) -> None:
    names = {}
    for name, priority in (("a", 5), ("b", 9), ("c", 5), ("d", 0)):
        names[(await at.submit(priority=priority)).id] = name
        at.clock.advance(1)
    assert [names[lease.task.id] for lease in await at.lease()] == ["b", "a", "c", "d"]


async def test_the_queue_leaves_tenants_out(at: Bench) -> None:
    mine = [await at.submit() for _ in range(3)]
    other = await at.submit(tenant=OTHER)
    queue = at.engine.stores.queue
    looks = {
        without: {task.id for task in await at.db.write(lambda tx, w=without: queue.ready(tx, Pool.LOOP, 9, w))}
        for without in ((), (T,), (OTHER,), (T, OTHER), (OTHER, TenantId("a"), TenantId("b")))
    }
    everything, own = {other.id, *(task.id for task in mine)}, {task.id for task in mine}
    assert list(looks.values()) == [everything, {other.id}, own, set(), own]


async def test_a_fencing_token_of_yesterday_writes_nothing(at: Bench) -> None:
    task = await at.submit()
    (old,) = await at.lease("w1")
    assert await at.db.write(lambda tx: at.engine.lose(tx, "w1")) == 1
    await at.promote()
    (new,) = await at.lease("w2")
    assert new.task.attempt == 2
    assert await at.finish(End(old.task, result=msgspec.Raw(b'"old"'))) == []
    (done,) = await at.finish(End(new.task, result=DONE))
    assert done.result == DONE
    assert await at.finish(End(new.task, result=msgspec.Raw(b'"again"'))) == []
    assert (await at.get(task)).result == DONE


async def test_an_effect_happens_in_the_transaction_of_the_end(at: Bench) -> None:
    seen: list[int] = []
    await at.submit()
    (lease,) = await at.lease()
    await at.finish(End(lease.task, result=DONE, effects=(lambda tx: seen.append(1),)))
    await at.finish(End(lease.task, result=DONE, effects=(lambda tx: seen.append(2),)))
    assert seen == [1]


async def test_retries_end_in_a_dead_letter(at: Bench) -> None:
    task = await at.submit()
    for number in (1, 2, 3):
        (lease,) = await at.lease()
        (after,) = await at.finish(End(lease.task, failure=BROKEN))
        if number < 3:
            assert (after.state, after.due_at) == (TaskState.RETRY_WAIT, at.clock.now() + MINUTE)
            assert await at.promote() == 0
            at.clock.advance(MINUTE)
            assert await at.promote() == 1
    dead = await at.get(task)
    assert (dead.state, dead.reason, dead.failures, dead.error) == (TaskState.DEAD, Reason.RETRIES, 3, "It broke.")
    detail = await at.service.detail(T, task.id)
    assert [(a.number, a.outcome, a.error_code) for a in detail.attempts] == [
        (number, AttemptOutcome.FAILED, "broken") for number in (1, 2, 3)
    ]


async def test_what_is_wrong_is_not_tried_again(at: Bench) -> None:
    kept, dropped = await at.submit(), await at.submit("test.call")
    for lease in await at.lease():
        await at.finish(End(lease.task, failure=WRONG))
    assert ((await at.get(kept)).state, (await at.get(kept)).reason) == (TaskState.DEAD, Reason.PERMANENT)
    assert (await at.get(dropped)).state is TaskState.FAILED


async def test_three_deaths_are_poison(at: Bench) -> None:
    task = await at.submit()
    for _ in range(3):
        assert len(await at.lease()) == 1
        await at.db.write(lambda tx: at.engine.lose(tx, "w1"))
        at.clock.advance(MINUTE)
        await at.promote()
    dead = await at.get(task)
    assert (dead.state, dead.reason, dead.deaths, dead.failures) == (TaskState.DEAD, Reason.POISON, 3, 0)
    detail = await at.service.detail(T, task.id)
    assert [a.outcome for a in detail.attempts] == [AttemptOutcome.LOST] * 3


async def test_a_unique_key_gives_the_first_task(at: Bench) -> None:
    first = await at.service.submit(SYSTEM, TaskRequest(action="test.echo", unique_key="k"))
    second = await at.service.submit(SYSTEM, TaskRequest(action="test.echo", unique_key="k"))
    other = await at.service.submit(SYSTEM, TaskRequest(action="test.echo", unique_key="k2"))
    assert (first.is_duplicate, second.is_duplicate, other.is_duplicate) == (False, True, False)
    assert second.task == first.task
    for lease in await at.lease():
        await at.finish(End(lease.task, result=DONE))
    third = await at.service.submit(SYSTEM, TaskRequest(action="test.echo", unique_key="k"))
    assert third.task.id == first.task.id


async def test_a_key_may_be_free_again_when_the_task_ends(at: Bench) -> None:
    request = TaskRequest(action="test.echo", unique_key="k", unique_until="ended")
    first = await at.service.submit(SYSTEM, request)
    assert (await at.service.submit(SYSTEM, request)).task.id == first.task.id
    (lease,) = await at.lease()
    await at.finish(End(lease.task, result=DONE))
    again = await at.service.submit(SYSTEM, request)
    assert not again.is_duplicate
    assert again.task.id != first.task.id


async def test_a_task_waits_for_its_time(at: Bench) -> None:
    task = await at.submit(not_before=at.clock.now() + HOUR)
    assert (task.state, task.reason) == (TaskState.WAITING, Reason.NOT_BEFORE)
    assert await at.promote() == 0
    assert await at.db.read(at.engine.stores.queue.next_due) == at.clock.now() + HOUR
    at.clock.advance(HOUR)
    assert await at.promote() == 1
    assert len(await at.lease()) == 1


async def test_a_task_waits_for_those_it_needs(at: Bench) -> None:
    first, second = new_task_id(at.clock), new_task_id(at.clock)
    made = await at.service.submit_many(
        SYSTEM,
        [
            TaskRequest(action="test.echo", id=first),
            TaskRequest(action="test.echo", id=second),
            TaskRequest(action="test.echo", needs=(first, second)),
        ],
    )
    last = made[2].task
    assert (last.state, last.reason, last.unmet) == (TaskState.WAITING, Reason.NEEDS, 2)
    leases = await at.lease()
    assert {lease.task.id for lease in leases} == {first, second}
    await at.finish(End(leases[0].task, result=DONE))
    assert (await at.get(last)).state is TaskState.WAITING
    await at.finish(End(leases[1].task, result=DONE))
    assert (await at.get(last)).state is TaskState.QUEUED
    late = await at.submit(needs=(first,))
    assert late.state is TaskState.QUEUED


async def test_what_needs_a_failed_task_is_cancelled_down_the_line(at: Bench) -> None:
    root = await at.submit()
    middle = await at.submit(needs=(root.id,))
    leaf = await at.submit(needs=(middle.id,))
    (lease,) = await at.lease()
    await at.finish(End(lease.task, failure=WRONG))
    for task in (middle, leaf):
        ended = await at.get(task)
        assert (ended.state, ended.reason) == (TaskState.CANCELLED, Reason.NEED_FAILED)
    late = await at.submit(needs=(root.id,))
    assert (late.state, late.reason) == (TaskState.CANCELLED, Reason.NEED_FAILED)
    unknown = await at.submit(needs=("tsk_nobody",))
    assert unknown.state is TaskState.CANCELLED


async def test_skipping_lets_dependants_go_on(at: Bench) -> None:
    root = await at.submit()
    then = await at.submit(needs=(root.id,))
    skipped = await at.service.skip(SYSTEM, root.id)
    assert (skipped.state, skipped.reason) == (TaskState.CANCELLED, Reason.SKIPPED)
    assert (await at.get(then)).state is TaskState.QUEUED


async def test_a_key_lets_so_many_run_at_once(at: Bench) -> None:
    tasks = [await at.submit(concurrency_key="k", concurrency=2) for _ in range(5)]
    assert [task.state for task in tasks] == [TaskState.QUEUED] * 2 + [TaskState.WAITING] * 3
    leases = await at.lease()
    assert len(leases) == 2
    await at.finish(End(leases[0].task, result=DONE))
    assert len(await at.lease()) == 1
    await at.finish(End(leases[1].task, failure=BROKEN))
    assert len(await at.lease()) == 1
    at.clock.advance(MINUTE)
    await at.promote()
    assert (await at.get(leases[1].task)).reason is Reason.CONCURRENCY
    assert await at.lease() == []


async def test_an_action_limits_its_own_tasks(at: Bench) -> None:
    for _ in range(3):
        await at.submit("test.blocking")
    assert len(await at.lease()) == 2


async def test_cancelling_a_queued_task_gives_its_place_away(at: Bench) -> None:
    first = await at.submit(concurrency_key="k")
    second = await at.submit(concurrency_key="k")
    await at.service.cancel(SYSTEM, first.id)
    assert (await at.get(second)).state is TaskState.QUEUED
    with pytest.raises(TaskStateError):
        await at.service.cancel(SYSTEM, first.id)


async def test_a_running_task_is_stopped_by_its_worker(at: Bench) -> None:
    task = await at.submit()
    (lease,) = await at.lease()
    wanted = await at.service.cancel(SYSTEM, task.id)
    assert (wanted.state, wanted.wanted) == (TaskState.RUNNING, "cancel")
    (seen,) = await at.db.write(lambda tx: at.engine.stores.leases.running(tx, "w1", 9, only_wanted=True))
    assert seen.id == task.id
    assert await at.db.read(lambda tx: at.engine.stores.queue.has_work(tx, "w1"))
    assert not await at.db.read(lambda tx: at.engine.stores.queue.has_work(tx, "w2"))
    (after,) = await at.finish(End(lease.task, result=DONE))
    assert (after.state, after.result) == (TaskState.CANCELLED, None)


async def test_pausing_and_resuming(at: Bench) -> None:
    queued, running = await at.submit(), await at.submit(priority=9)
    paused = await at.service.pause(SYSTEM, queued.id)
    assert paused.state is TaskState.PAUSED
    (lease,) = await at.lease()
    await at.db.write(lambda tx: at.engine.save_checkpoint(tx, lease.task, msgspec.Raw(b"[1,2]")))
    await at.service.pause(SYSTEM, running.id)
    (after,) = await at.finish(End(lease.task))
    assert (after.state, after.failures) == (TaskState.PAUSED, 0)
    assert await at.lease() == []
    await at.service.resume(SYSTEM, running.id)
    (again,) = await at.lease()
    assert (again.task.id, again.task.attempt, again.task.checkpoint) == (running.id, 2, msgspec.Raw(b"[1,2]"))
    with pytest.raises(TaskStateError):
        await at.service.resume(SYSTEM, running.id)
    assert (await at.service.resume(SYSTEM, queued.id)).state is TaskState.QUEUED


async def test_a_released_task_is_ready_for_another_worker(at: Bench) -> None:
    await at.submit()
    (lease,) = await at.lease("w1")
    (after,) = await at.finish(End(lease.task, released=True))
    assert (after.state, after.failures, after.deaths) == (TaskState.QUEUED, 0, 0)
    assert len(await at.lease("w2")) == 1


async def test_a_deadline_ends_what_has_not_started(at: Bench) -> None:
    task = await at.submit(deadline=at.clock.now() + SECOND)
    at.clock.advance(2 * SECOND)
    assert await at.lease() == []
    assert ((await at.get(task)).state, (await at.get(task)).reason) == (TaskState.DEAD, Reason.DEADLINE)


async def test_a_clock_set_back_keeps_no_retry_waiting(at: Bench) -> None:
    task = await at.submit()
    (lease,) = await at.lease()
    await at.finish(End(lease.task, failure=BROKEN))
    at.clock.advance(-DAY)
    assert await at.promote() == 1
    (lease,) = await at.lease()
    assert lease.task.id == task.id
    (done,) = await at.finish(End(lease.task, result=DONE))
    assert done.created_at <= (done.started_at or 0) <= (done.ended_at or 0)


async def test_having_a_task_go_on_takes_the_permission_of_its_action(at: Bench) -> None:
    task = await at.submit()
    await at.service.pause(SYSTEM, task.id)
    for again in (at.service.resume, at.service.retry_now):
        with pytest.raises(NotAllowedError, match="tasks:write"):
            await again(STRANGER, task.id)
    assert (await at.get(task)).state is TaskState.PAUSED


async def test_an_action_with_a_limit_takes_no_key_that_would_lift_it(at: Bench) -> None:
    with pytest.raises(InvalidTaskInputError, match="2 at once"):
        await at.submit("test.blocking", concurrency_key="mine", concurrency=1_000)
    with pytest.raises(InvalidTaskInputError, match="belong to schedules"):
        await at.submit(concurrency_key="schedule:s1")
    task = await at.submit("test.blocking", concurrency_key="mine", origin="schedule:s1")
    assert task.lane_limit == 1


async def test_a_dead_letter_of_a_schedule_keeps_its_lane(at: Bench) -> None:
    task = await at.submit("test.echo", concurrency_key="schedule:s1", origin="schedule:s1")
    (lease,) = await at.lease()
    await at.finish(End(lease.task, failure=WRONG))
    again = await at.service.dead_letters.resubmit(SYSTEM, task.id)
    assert (again.lane, again.lane_limit) == (task.lane, 1)


async def test_retry_now_and_dead_letters(at: Bench) -> None:
    first, second = await at.submit(input={"text": "x"}), await at.submit()
    for lease in await at.lease():
        await at.finish(End(lease.task, failure=WRONG))
    again = await at.service.retry_now(SYSTEM, second.id)
    assert (again.state, again.failures, again.ended_at) == (TaskState.QUEUED, 0, None)
    dry = await at.service.dead_letters.resubmit_matching(SYSTEM, TaskFilter(error_code="wrong"), is_dry_run=True)
    assert (dry.matched, [task.id for task in dry.tasks], dry.is_dry_run) == (1, [first.id], True)
    new = await at.service.dead_letters.resubmit(SYSTEM, first.id, {"text": "y"})
    assert (msgspec.json.decode(new.input), new.origin) == ({"text": "y"}, f"resubmit:{first.id}")
    letter = await at.get(first)
    assert (letter.state, letter.resolution) == (TaskState.DEAD, f"resubmitted as {new.id}")
    with pytest.raises(TaskStateError):
        await at.service.dead_letters.resubmit(SYSTEM, first.id)
    assert await states(at, states=(TaskState.DEAD,), is_resolved=False) == []
    with pytest.raises(TaskStateError):
        await at.service.dead_letters.resolve(SYSTEM, new.id, "no")


async def test_resubmitting_by_filter_and_resolving(at: Bench) -> None:
    for number in range(3):
        await at.submit(input={"number": number})
    for lease in await at.lease():
        await at.finish(End(lease.task, failure=WRONG))
    letters = (await at.service.page(T, TaskFilter(states=(TaskState.DEAD,)), limit=5)).items
    resolved = await at.service.dead_letters.resolve(SYSTEM, letters[0].id, "known")
    assert (resolved.resolution, resolved.resolved_at) == ("known", at.clock.now())
    came = await at.service.dead_letters.resubmit_matching(SYSTEM, TaskFilter())
    assert (came.matched, len(came.tasks), came.refused) == (2, 2, ())
    assert await states(at, states=(TaskState.QUEUED,)) == [TaskState.QUEUED] * 2


async def test_retention_deletes_what_ended_long_ago(at: Bench) -> None:
    done, dead, live = await at.submit(), await at.submit(), await at.submit(not_before=at.clock.now() + 90 * DAY)
    for lease in await at.lease():
        await at.finish(End(lease.task, **({"result": DONE} if lease.task.id == done.id else {"failure": WRONG})))
    at.clock.advance(20 * DAY)
    assert await at.service.trim(T, keep_days=14, keep_dead_days=90) == 1
    assert {task.id for task in (await at.service.page(T, TaskFilter(), limit=9)).items} == {dead.id, live.id}
    assert await at.service.trim(T, keep_days=14, keep_dead_days=14) == 1
    assert (await at.service.detail(T, live.id)).attempts == ()


async def test_lists_filter_and_go_on(at: Bench) -> None:
    tasks = [await at.submit("test.echo" if n % 2 else "test.call", origin=f"o{n % 3}") for n in range(6)]
    newest = sorted((task.id for task in tasks), reverse=True)
    page = await at.service.page(T, TaskFilter(), limit=4)
    rest = await at.service.page(T, TaskFilter(), limit=4, cursor=page.next)
    assert [task.id for task in (*page.items, *rest.items)] == newest
    assert rest.next is None
    assert len(await states(at, actions=("test.call",))) == 3
    assert len(await states(at, origin="o1")) == 2
    assert await states(at, states=(TaskState.RUNNING,)) == []
    assert len(await states(at, since=at.clock.now(), until=at.clock.now() + 1)) == 6
    assert await states(at, until=at.clock.now()) == []


async def test_another_tenant_sees_nothing(at: Bench) -> None:
    task = await at.submit(unique_key="k")
    with pytest.raises(NotFoundError):
        await at.service.get(OTHER, task.id)
    with pytest.raises(NotFoundError):
        await at.service.detail(OTHER, task.id)
    assert (await at.service.page(OTHER, TaskFilter(), limit=5)).items == ()
    assert await at.db.read(lambda tx: at.engine.stores.tasks.by_key(tx, OTHER, "k")) is None
    timeline = await at.service.timeline(OTHER, 0, 2**60, pixels=100)
    assert (timeline.tasks, timeline.buckets) == ((), ())


async def test_what_cannot_be_submitted(at: Bench) -> None:
    with pytest.raises(UnknownActionError):
        await at.submit("test.nothing")
    with pytest.raises(InvalidTaskInputError, match="number"):
        await at.submit(input={"number": "many"})
    with pytest.raises(TaskTooLargeError):
        await at.submit(input={"text": "x" * 10_000_000})
    with pytest.raises(InvalidTaskInputError):
        await at.submit(input=object())
    with pytest.raises(NotAllowedError):
        await at.service.submit(STRANGER, TaskRequest(action="test.echo"))
    assert await states(at) == []
    assert (await at.submit(input=Echo("ok"))).state is TaskState.QUEUED


async def test_progress_reaches_the_row(at: Bench) -> None:
    from netsentinel.tasks import Progress

    task = await at.submit()
    (lease,) = await at.lease()
    report = Progress(task.id, T, 1, 42.5, "reading", "half of it")
    await at.db.write(lambda tx: at.engine.stores.leases.report(tx, [(lease.task, report)]))
    seen = await at.get(task)
    assert (seen.percent, seen.stage, seen.message) == (42.5, "reading", "half of it")
    await at.finish(End(lease.task, result=DONE))
    await at.db.write(lambda tx: at.engine.stores.leases.report(tx, [(lease.task, report)]))
    assert (await at.get(task)).percent == 100


async def test_workers_come_and_go(at: Bench) -> None:
    leases = at.engine.stores.leases
    await at.db.write(lambda tx: leases.enter(tx, "w1", "here", at.clock.now()))
    assert await at.db.write(lambda tx: leases.beat(tx, "w1", at.clock.now()))
    assert [(seen.id, seen.beats) for seen in await at.db.read(leases.workers)] == [("w1", 1)]
    await at.db.write(lambda tx: leases.leave(tx, "w1"))
    assert not await at.db.write(lambda tx: leases.beat(tx, "w1", at.clock.now()))
    assert await at.db.read(leases.workers) == []


async def test_the_timeline_counts_and_shows(at: Bench) -> None:
    begin = at.clock.now() // HOUR * HOUR
    at.clock.advance(begin - at.clock.now())
    short = await at.submit()
    long = await at.submit("test.call")
    at.clock.advance(2 * SECOND)
    leases = {lease.task.id: lease.task for lease in await at.lease()}
    at.clock.advance(SECOND)
    await at.finish(End(leases[short.id], result=DONE))
    at.clock.advance(MINUTE)
    await at.finish(End(leases[long.id], failure=BROKEN))
    timeline = await at.service.timeline(T, begin, begin + 10 * MINUTE, pixels=480)
    assert (timeline.bucket_us, timeline.is_complete) == (10 * SECOND, True)
    rows = {row.id: row for row in timeline.tasks}
    assert [(s.kind, s.start - begin, s.outcome) for s in rows[short.id].spans] == [
        ("queued", 0, ""),
        ("running", 2 * SECOND, "succeeded"),
    ]
    assert [s.kind for s in rows[long.id].spans] == ["queued", "running", "waiting"]
    counted = {(b.at - begin, b.action): (b.submitted, b.succeeded, b.retried, b.run_us) for b in timeline.buckets}
    assert counted == {
        (0, "test.echo"): (1, 1, 0, SECOND),
        (0, "test.call"): (1, 0, 0, 0),
        (60 * SECOND, "test.call"): (0, 0, 1, 61 * SECOND),
    }
    assert {row.id for row in (await at.service.timeline(T, begin, begin + 1, pixels=1)).tasks} == {short.id, long.id}
    after = await at.service.timeline(T, begin + HOUR, begin + 2 * HOUR, pixels=100)
    assert {row.id for row in after.tasks} == {long.id}
    only = await at.service.timeline(T, begin, begin + HOUR, pixels=100, actions=("test.echo",))
    assert {row.id for row in only.tasks} == {short.id}
