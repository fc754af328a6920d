"""What tests of tasks share: actions, requests, and a service over fakes."""

from dataclasses import dataclass

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, Principal, Role, TenantId, system_principal
from netsentinel.recovery.retry import RetryPolicy
from netsentinel.storage import Database
from netsentinel.tasks import ActionRegistry, Engine, Hints, Reporter, TaskRequest, TaskService, TaskStores, action
from netsentinel.tasks.engine import End, Lease
from netsentinel.tasks.model import Pool, Task
from netsentinel.tasks.ports import BreakerGate

T = DEFAULT_TENANT
OTHER = TenantId("other")
SYSTEM = system_principal()
STRANGER = Principal("usr_1", "user", T, Role.VIEWER, "Viewer", frozenset({Permission.TASKS_READ}))
ROOM = {Pool.LOOP: 10, Pool.CALL: 10, Pool.THREAD: 10, Pool.PROCESS: 10}


@dataclass(frozen=True)
class Echo:
    """What the test's actions take."""

    text: str = ""
    number: int = 0


@action("test.echo", permission=Permission.TASKS_WRITE, retry=RetryPolicy.fixed(delay=MINUTE, max_attempts=3))
async def echo(source: Echo, reporter: Reporter) -> Echo:
    """Gives back what it got."""
    return source


@action("test.blocking", permission=Permission.TASKS_WRITE, concurrency=2)
def blocking(source: Echo, reporter: Reporter) -> Echo:
    """The same on a thread, two at a time."""
    return source


@action("test.call", permission=Permission.TASKS_WRITE, dependency="remote", timeout=5 * SECOND, keeps_failures=False)
async def call(source: Echo, reporter: Reporter) -> None:
    """Calls something that may be down."""


@action("test.fetch", permission=Permission.TASKS_WRITE, pool=Pool.CALL, dependency="remote")
async def fetch(source: Echo, reporter: Reporter) -> None:
    """Waits for a server of somebody else's."""


def registry() -> ActionRegistry:
    return ActionRegistry([echo, blocking, call, fetch])


@dataclass
class Bench:
    """A service with everything under it."""

    db: Database
    clock: FakeClock
    engine: Engine
    hints: Hints
    service: TaskService

    async def submit(self, name: str = "test.echo", *, tenant: TenantId = T, **request: object) -> Task:
        submitted = await self.service.submit(system_principal(tenant), TaskRequest(action=name, **request))  # type: ignore[arg-type]
        return submitted.task

    async def lease(self, worker: str = "w1") -> list[Lease]:
        return (await self.db.write(lambda tx: self.engine.lease(tx, worker, ROOM))).leases

    async def finish(self, *ends: End) -> list[Task]:
        return await self.db.write(lambda tx: self.engine.finish(tx, ends))

    async def promote(self) -> int:
        return await self.db.write(self.engine.promote)

    async def get(self, task: Task) -> Task:
        return await self.service.get(task.tenant, task.id)


def bench(db: Database, stores: TaskStores, clock: FakeClock, gate: BreakerGate | None = None) -> Bench:
    engine = Engine(stores, registry(), clock, gate, draw=lambda: 0.5)
    hints = Hints()
    return Bench(db, clock, engine, hints, TaskService(db, engine, hints))
