"""What keeps the house in order, as actions: anybody with the permission may ask for it, and schedules do."""

from collections.abc import Callable
from typing import Any, Final, Protocol

import msgspec

from netsentinel.kernel.clock import HOUR, MINUTE
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import Micros, Permission, TenantId, system_principal
from netsentinel.storage import Journal
from netsentinel.tasks import Action, Reporter, TaskRequest, TaskService, action

JOURNAL_TRIM: Final = "journal.trim"
TASKS_TRIM: Final = "tasks.trim"
LAKE_TEND: Final = "lake.tend"


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An input without fields."""


class Trimmed(msgspec.Struct, frozen=True):
    """How much was deleted."""

    deleted: int


class TendedLake(Protocol):
    """Keeps stored events within their retention; `DuckLake` is one."""

    async def tend(self, keep_days: Callable[[TenantId], int]) -> Any:
        """Merge small files and delete what is too old."""
        ...


class Upkeep:
    """The actions of upkeep. They run once at a time, and doing one twice changes nothing more."""

    def __init__(self, settings: Settings, journal: Journal, lake: TendedLake, tasks: TaskService) -> None:
        self._settings = settings
        self._journal = journal
        self._lake = lake
        self._tasks = tasks

    def actions(self) -> tuple[Action[Any, Any], ...]:
        """All of them."""

        def upkeep(name: str, process: Any) -> Action[Any, Any]:
            return action(name, permission=Permission.TASKS_WRITE, timeout=HOUR, concurrency=1)(process)

        return (
            upkeep(JOURNAL_TRIM, self.trim_journal),
            upkeep(TASKS_TRIM, self.trim_tasks),
            upkeep(LAKE_TEND, self.tend_lake),
        )

    async def trim_journal(self, _input: Nothing, reporter: Reporter) -> Trimmed:
        """Delete journal entries that are older or more than the settings say; audited ones stay."""
        settings = self._settings
        now = reporter.task.started_at or reporter.task.created_at
        return Trimmed(await self._journal.trim(now, settings.journal_keep_days, settings.journal_keep_entries))

    async def trim_tasks(self, _input: Nothing, _reporter: Reporter) -> Trimmed:
        """Delete tasks that ended longer ago than the settings say, and dead letters by their own age."""
        settings = self._settings
        keep, dead = settings.tasks_keep_days, settings.dead_letters_keep_days
        return Trimmed(await self._tasks.trim_all(keep_days=keep, keep_dead_days=dead))

    async def tend_lake(self, _input: Nothing, _reporter: Reporter) -> None:
        """Merge small files of stored events, and delete what is older than the settings say."""
        await self._lake.tend(self._settings.lake_days)


async def submit_trims(tasks: TaskService, now: Micros) -> None:
    """Ask for the hour's trimming; asking twice in an hour is asking once."""
    for name in (JOURNAL_TRIM, TASKS_TRIM):
        request = TaskRequest(
            action=name,
            unique_key=f"upkeep:{name}:{now // HOUR}",
            deadline=now + HOUR - MINUTE,
            origin="upkeep",
        )
        await tasks.submit(system_principal(), request)
