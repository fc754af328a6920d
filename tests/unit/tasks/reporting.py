"""A reporter for tests of handlers: it remembers what was said."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.tasks import Task, TaskState
from netsentinel.tasks.model import Effect

NOON = 1_780_000_000_000_000


def task(tenant: TenantId = DEFAULT_TENANT, task_id: str = "tsk_1", attempt: int = 1, at: int = NOON) -> Task:
    return Task(
        id=task_id,
        tenant=tenant,
        action="test",
        state=TaskState.RUNNING,
        input=msgspec.Raw(b"{}"),
        principal="usr_1",
        attempt=attempt,
        created_at=at,
        updated_at=at,
    )


@dataclass
class Notes:
    """The reporter."""

    task: Task = field(default_factory=task)
    said: list[tuple[float, str, str]] = field(default_factory=list)
    saved: list[object] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def progress(self, percent: float, stage: str = "", message: str = "", data: Any = None) -> None:
        self.said.append((percent, stage, message))

    def commit(self, effect: Effect) -> None:
        self.effects.append(effect)

    async def save(self, checkpoint: object) -> None:
        self.saved.append(checkpoint)

    def save_blocking(self, checkpoint: object) -> None:
        self.saved.append(checkpoint)

    def check(self) -> None:
        return None
