"""Durable tasks: actions by name, submitted once, run at least once, with effects that happen exactly once."""

from netsentinel.tasks.dead_letters import DeadLetters
from netsentinel.tasks.engine import Engine, TaskStores
from netsentinel.tasks.entries import ENTRY_KINDS
from netsentinel.tasks.files import ResultFile, TaskFiles
from netsentinel.tasks.hints import Hints
from netsentinel.tasks.model import (
    Attempt,
    Pool,
    Progress,
    Reason,
    Reporter,
    Resubmission,
    Submitted,
    Task,
    TaskDetail,
    TaskFilter,
    TaskPage,
    TaskRequest,
    TaskState,
    Timeline,
)
from netsentinel.tasks.registry import Action, ActionRegistry, action, check_inner
from netsentinel.tasks.service import TaskService, new_task_id

__all__ = [
    "ENTRY_KINDS",
    "Action",
    "ActionRegistry",
    "Attempt",
    "DeadLetters",
    "Engine",
    "Hints",
    "Pool",
    "Progress",
    "Reason",
    "Reporter",
    "Resubmission",
    "ResultFile",
    "Submitted",
    "Task",
    "TaskDetail",
    "TaskFiles",
    "TaskFilter",
    "TaskPage",
    "TaskRequest",
    "TaskService",
    "TaskState",
    "TaskStores",
    "Timeline",
    "action",
    "check_inner",
    "new_task_id",
]
