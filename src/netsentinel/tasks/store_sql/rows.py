"""A task as a row, and a row as a task."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from netsentinel.kernel.types import Micros
from netsentinel.recovery.retry import RetryOverride
from netsentinel.storage.ports import Row, SqlValue
from netsentinel.tasks.model import Pool, Reason, Task, TaskState, Wanted

COLUMNS: Final = (
    "tenant, id, action, state, reason, principal, origin, cause, priority, pool, unique_key, unique_until, lane,"
    " lane_limit, unmet, needed, not_before, deadline, timeout, retry, dependency, attempt, failures, deaths, worker,"
    " wanted, created_at, updated_at, due_at, queued_at, started_at, ended_at, percent, stage, message, error_code,"
    " fault, resolved_at, resolution, error, input, checkpoint, result"
)
"""What `task_from_row` expects, in this order."""

_NAMES: Final = tuple(COLUMNS.split(", "))

LONGEST_SPAN: Final = 15
_MILLI: Final = 1_000

_plain: Final = str.__str__
_cause: Final = msgspec.json.Decoder(tuple[int, ...])
_retry: Final = msgspec.json.Decoder(RetryOverride)
_encode: Final = msgspec.json.Encoder().encode
# Looking a member up in a dict is several times faster than calling the enum.
_STATES: Final = {state.value: state for state in TaskState}
_REASONS: Final = {reason.value: reason for reason in Reason}
_POOLS: Final = {pool.value: pool for pool in Pool}
_WANTED: Final = {wanted.value: wanted for wanted in Wanted}


def span_of(took: Micros) -> int:
    """The class of a duration: class n is below 4^(n+1) milliseconds."""
    return min(LONGEST_SPAN, max(0, (took // _MILLI).bit_length() - 1) // 2)


def longest_of(span: int) -> Micros:
    """No task of this class was there longer."""
    return 4 ** (span + 1) * _MILLI


def task_from_row(row: Row) -> Task:
    """The task in a row of `COLUMNS`."""
    fields: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    fields["state"] = _STATES[fields["state"]]
    fields["reason"] = _REASONS[fields["reason"]]
    fields["pool"] = _POOLS[fields["pool"]]
    fields["wanted"] = _WANTED[fields["wanted"]]
    fields["unique_key"] = fields["unique_key"] or ""
    fields["needed"] = bool(fields["needed"])
    fields["cause"] = _cause.decode(fields["cause"]) if fields["cause"] != "[]" else ()
    fields["retry"] = _retry.decode(fields["retry"]) if fields["retry"] else None
    fields["input"] = msgspec.Raw(fields["input"].encode())
    fields["checkpoint"] = _raw(fields["checkpoint"])
    fields["result"] = _raw(fields["result"])
    return Task.of(fields)


def fixed_values(task: Task) -> tuple[SqlValue, ...]:
    """What a task was asked for, in the order of `tasks.FIXED`: it never changes."""
    return (
        task.tenant,
        task.id,
        task.action,
        task.principal,
        task.origin,
        _encode(task.cause).decode() if task.cause else "[]",
        task.priority,
        _plain(task.pool),
        task.unique_until,
        task.lane,
        task.lane_limit,
        task.timeout,
        _encode(task.retry).decode() if task.retry is not None else None,
        task.dependency,
        task.created_at,
        bytes(task.input).decode(),
    )


def moving_values(task: Task) -> tuple[SqlValue, ...]:
    """What can change about a task, in the order of `tasks.MOVING`."""
    return (
        _plain(task.state),
        _plain(task.reason),
        task.unique_key or None,
        task.unmet,
        int(task.needed),
        task.not_before,
        task.deadline,
        task.attempt,
        task.failures,
        task.deaths,
        task.worker,
        _plain(task.wanted),
        task.updated_at,
        task.due_at,
        task.queued_at,
        task.started_at,
        task.ended_at,
        None if task.ended_at is None else span_of(task.ended_at - task.created_at),
        task.percent,
        task.stage,
        task.message,
        task.error_code,
        task.fault,
        task.resolved_at,
        task.resolution,
        task.error,
        _text(task.checkpoint),
        _text(task.result),
    )


def padded(ids: Sequence[str]) -> list[str]:
    """The ids with the last one repeated up to a power of two: few different statements, which stay prepared."""
    return [*ids, *[ids[-1]] * ((1 << (len(ids) - 1).bit_length()) - len(ids))]


def marks(values: Iterable[object]) -> str:
    """As many placeholders as values."""
    return ", ".join("?" for _ in values)


def _raw(text: str | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text.encode())


def _text(raw: msgspec.Raw | None) -> str | None:
    return None if raw is None else bytes(raw).decode()
