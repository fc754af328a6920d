"""What keeps the house in order, as actions: anybody with the permission may ask for it, and schedules do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec

from netsentinel.academy.media import Strays, Uploads
from netsentinel.idempotency import Idempotency
from netsentinel.kernel.clock import DAY, HOUR
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import Permission, TenantId, system_principal
from netsentinel.limits import RequestLimits
from netsentinel.recovery import BreakerBoard
from netsentinel.scheduler import ScheduleDraft, Schedules, Trigger, TriggerKind
from netsentinel.storage import Journal
from netsentinel.tasks import Action, Reporter, TaskFiles, TaskService, action
from netsentinel.webhooks import Webhooks

JOURNAL_TRIM: Final = "journal.trim"
TASKS_TRIM: Final = "tasks.trim"
HISTORY_TRIM: Final = "history.trim"
MEDIA_SWEEP: Final = "media.sweep"
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


@dataclass(frozen=True, slots=True)
class Histories:
    """What remembers what became of it."""

    tasks: TaskService
    schedules: Schedules
    breakers: BreakerBoard
    files: TaskFiles
    webhooks: Webhooks
    usage: RequestLimits
    requests: Idempotency
    uploads: Uploads
    strays: Strays


class Upkeep:
    """The actions of upkeep. They run once at a time, and doing one twice changes nothing more."""

    def __init__(self, settings: Settings, journal: Journal, lake: TendedLake, histories: Histories) -> None:
        self._settings = settings
        self._journal = journal
        self._lake = lake
        self._histories = histories

    def actions(self) -> tuple[Action[Any, Any], ...]:
        """All of them."""

        def upkeep(name: str, process: Any) -> Action[Any, Any]:
            return action(name, permission=Permission.TASKS_WRITE, timeout=HOUR, concurrency=1)(process)

        return (
            upkeep(JOURNAL_TRIM, self.trim_journal),
            upkeep(TASKS_TRIM, self.trim_tasks),
            upkeep(HISTORY_TRIM, self.trim_history),
            upkeep(MEDIA_SWEEP, self.sweep_media),
            upkeep(LAKE_TEND, self.tend_lake),
        )

    async def trim_journal(self, _input: Nothing, reporter: Reporter) -> Trimmed:
        """Delete journal entries that are older or more than the settings say; audited ones stay."""
        settings = self._settings
        now = reporter.task.started_at or reporter.task.created_at
        return Trimmed(await self._journal.trim(now, settings.journal_keep_days, settings.journal_keep_entries))

    async def trim_tasks(self, _input: Nothing, reporter: Reporter) -> Trimmed:
        """Delete tasks that ended longer ago than the settings say, with their files; dead letters by their own age."""
        settings = self._settings
        keep, dead = settings.tasks_keep_days, settings.dead_letters_keep_days
        await self._histories.files.trim((reporter.task.started_at or reporter.task.created_at) - keep * DAY)
        return Trimmed(await self._histories.tasks.trim_all(keep_days=keep, keep_dead_days=dead))

    async def trim_history(self, _input: Nothing, _reporter: Reporter) -> Trimmed:
        """Delete runs of schedules and changes of breakers of more than 90 days ago, and more by the settings.

        Those say how long deliveries of webhooks, counts of requests, answers under an idempotency key, and uploads
        that nobody goes on with are kept.
        """
        histories = self._histories
        gone = await histories.webhooks.forget_old(self._settings.webhooks_keep_days)
        for history in (
            histories.schedules,
            histories.breakers,
            histories.usage,
            histories.requests,
            histories.uploads,
        ):
            gone += await history.forget_old()
        return Trimmed(gone)

    async def sweep_media(self, _input: Nothing, _reporter: Reporter) -> Trimmed:
        """Delete bytes of the library, more than an hour old, that no medium has: what a crash left behind."""
        return Trimmed(await self._histories.strays.sweep())

    async def tend_lake(self, _input: Nothing, _reporter: Reporter) -> None:
        """Merge small files of stored events, and delete what is older than the settings say."""
        await self._lake.tend(self._settings.lake_days)


async def ensure_schedules(schedules: Schedules) -> None:
    """Have the trimming and sweeping done every hour. People see these schedules, and may pause them."""
    for minute, name in enumerate((JOURNAL_TRIM, TASKS_TRIM, HISTORY_TRIM, MEDIA_SWEEP), start=7):
        trigger = Trigger(kind=TriggerKind.CRON, cron=f"{minute} * * * *")
        await schedules.ensure_system(system_principal(), ScheduleDraft(name=name, action=name, trigger=trigger))
