"""Sources run on their own: one that fails is tried again, the others go on, and a change is followed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from netsentinel.events.configured import Household, Origin, SourceConfig, SourceSupervisor, State
from netsentinel.events.configured import supervisor as module
from netsentinel.events.sources import Activity, Fence, Place, Source, SourceTest
from netsentinel.events.testing import MemorySourceConfigs
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.errors import InvalidInputError, UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage.testing import MemoryDatabase

pytestmark = pytest.mark.anyio


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fails: int = 0
    how: str = "unavailable"


class Toy:
    """Runs, or fails as often as told."""

    def __init__(self, options: Options, runs: Counter[str], name: str) -> None:
        self._options, self._runs, self._name = options, runs, name
        self.activity = Activity(note="Plays.")

    async def run(self) -> None:
        self._runs[self._name] += 1
        if self._runs[self._name] <= self._options.fails:
            match self._options.how:
                case "unavailable":
                    raise UnavailableError("The cupboard is locked.")
                case "os":
                    raise FileNotFoundError(2, "No such file or directory", "/srv/data/toy")
                case "state":
                    raise InvalidInputError(f"The state file {STATE / 'toy.json'} is damaged.")
                case "end":
                    return
                case _:
                    raise ZeroDivisionError
        try:
            await asyncio.Event().wait()
        finally:
            self._runs[f"{self._name} ended"] += 1


class ToyKind:
    name = "toy"
    summary = "A toy."
    options = Options

    def __init__(self) -> None:
        self.runs = Counter[str]()

    def check(self, options: Any, around: Place) -> None:
        del options, around

    def build(self, options: Any, around: Place) -> Toy:
        return Toy(options, self.runs, around.source)

    async def test(self, options: Any, around: Place, running: Source | None) -> SourceTest:
        raise NotImplementedError


STATE = Path("/srv/netsentinel/sources/default/a")
CONFIG = SourceConfig(DEFAULT_TENANT, "a", "toy", "", True, {})


class Nursery:
    def __init__(self, *fixed: SourceConfig) -> None:
        self.db, self.store, self.kind = MemoryDatabase(), MemorySourceConfigs(), ToyKind()
        house = Household({"toy": self.kind}, self._around, fixed)
        self.supervisor = SourceSupervisor(self.db, self.store, house, SystemClock())

    def _around(self, config: SourceConfig) -> Place:
        sink: Any = None
        return Place(config.tenant, config.name, "", sink, SystemClock(), STATE, Fence(), 1_000)

    async def put(self, *configs: SourceConfig) -> None:
        for config in configs:
            if not await self.db.write(lambda tx, config=config: self.store.change(tx, config)):
                await self.db.write(lambda tx, config=config: self.store.add(tx, config))
        await self.supervisor.apply()

    def state(self, name: str = "a") -> State:
        return self.supervisor.running(DEFAULT_TENANT, name).state


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 1_000)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 4_000)


@asynccontextmanager
async def running(nursery: Nursery) -> AsyncIterator[None]:
    task = asyncio.create_task(nursery.supervisor.run())
    await asyncio.sleep(0.01)
    yield
    task.cancel()
    await asyncio.wait({task})


async def test_what_is_configured_runs_and_follows_its_configuration() -> None:
    nursery = Nursery()
    await nursery.put(CONFIG)
    assert nursery.state() is State.STOPPED
    async with running(nursery):
        assert (nursery.state(), nursery.kind.runs["a"]) == (State.RUNNING, 1)
        assert nursery.supervisor.running(DEFAULT_TENANT, "a").note == "Plays."
        await nursery.put(replace(CONFIG, enabled=False))
        assert (nursery.state(), nursery.kind.runs["a ended"]) == (State.DISABLED, 1)
        await nursery.put(CONFIG, replace(CONFIG, name="b"))
        await asyncio.sleep(0.01)
        assert (nursery.kind.runs["a"], nursery.kind.runs["b"]) == (2, 1)
        await nursery.put(replace(CONFIG, options={"fails": 0}))
        await asyncio.sleep(0.01)
        assert (nursery.kind.runs["a"], nursery.kind.runs["b"]) == (3, 1)
        await nursery.db.write(lambda tx: nursery.store.remove(tx, DEFAULT_TENANT, "a"))
        await nursery.supervisor.apply()
        assert nursery.state() is State.UNMANAGED
    assert (nursery.kind.runs["a ended"], nursery.kind.runs["b ended"]) == (3, 1)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("how", ["unavailable", "os", "end", "crash"])
async def test_a_failing_source_is_tried_again_while_the_others_go_on(how: str) -> None:
    nursery = Nursery()
    await nursery.put(replace(CONFIG, options={"fails": 3, "how": how}), replace(CONFIG, name="b"))
    async with running(nursery):
        async with asyncio.timeout(5):
            while nursery.state() is not State.RUNNING or nursery.kind.runs["a"] < 4:
                await asyncio.sleep(0.001)
        assert nursery.kind.runs["b"] == 1


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("unavailable", "The cupboard is locked."),
        ("os", "No such file or directory: toy"),
        ("state", "The state file toy.json is damaged."),
        ("end", "It ended by itself."),
        ("crash", "It crashed (ZeroDivisionError); the server's log says more."),
    ],
)
async def test_why_a_source_waits_is_shown(how: str, told: str) -> None:
    nursery = Nursery()
    await nursery.put(replace(CONFIG, options={"fails": 1, "how": how}))
    async with running(nursery):
        await asyncio.sleep(0.01)
        shown = nursery.supervisor.running(DEFAULT_TENANT, "a")
        assert (shown.state, shown.error) == (State.RETRYING, told)
        assert shown.retry_at > shown.error_at > 0


async def test_the_servers_log_has_the_whole_path() -> None:
    nursery = Nursery()
    await nursery.put(replace(CONFIG, options={"fails": 1, "how": "os"}))
    with capture_logs() as logged:
        async with running(nursery):
            await asyncio.sleep(0.01)
    assert [one["detail"] for one in logged if one["event"] == "source_failed"] == [
        "No such file or directory: /srv/data/toy"
    ]


async def test_a_configuration_that_makes_no_sense_any_more_is_shown_not_run() -> None:
    nursery = Nursery()
    await nursery.put(replace(CONFIG, kind="gone"), replace(CONFIG, name="b", options={"wrong": 1}))
    async with running(nursery):
        assert "known are toy" in nursery.supervisor.running(DEFAULT_TENANT, "a").error
        assert "wrong" in nursery.supervisor.running(DEFAULT_TENANT, "b").error


async def test_the_operators_file_goes_before_what_is_stored() -> None:
    nursery = Nursery(replace(CONFIG, origin=Origin.FILE, enabled=False))
    await nursery.put(CONFIG)
    async with running(nursery):
        assert nursery.state() is State.DISABLED
        found = nursery.supervisor.find(DEFAULT_TENANT, "a")
        assert found is not None
        assert found.origin is Origin.FILE


async def test_an_unreadable_database_stops_nothing() -> None:
    nursery = Nursery()
    await nursery.put(CONFIG)
    async with running(nursery):

        async def fail(fn: object) -> object:
            raise UnavailableError("The database is away.")

        nursery.db.read = fail  # type: ignore[method-assign,assignment] - what it does for a while
        with pytest.raises(UnavailableError):
            await nursery.supervisor.apply()
        assert nursery.state() is State.RUNNING
