"""Many operations in one request: each with an outcome of its own, or all of them in one commit.

Features register what can be done as `Operation`s; `bootstrap/` collects them. Up to `INLINE` operations happen at
once, in one commit; more become a task, in which each step of `INLINE` operations is one commit with its checkpoint, so
that a worker's death repeats none of them.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.errors import InvalidInputError, NetSentinelError, NotAllowedError, NotFoundError
from netsentinel.kernel.types import Permission, Principal, TenantId
from netsentinel.storage.nested import savepoint
from netsentinel.storage.ports import Database, ReadTx, Tx
from netsentinel.tasks.engine import Engine
from netsentinel.tasks.errors import BatchFailedError
from netsentinel.tasks.model import Reporter, Submitted, TaskRequest
from netsentinel.tasks.registry import Action, action
from netsentinel.tasks.service import TaskService

MOST_OPERATIONS: Final = 1_000
INLINE: Final = 100
"""So many operations happen at once and in one commit; more become a task."""
BATCH_ACTION: Final = "batch.operations"

_DONE: Final = 200
_NOT_APPLIED: Final = 424
"""Failed Dependency (RFC 4918, section 11.4): another operation of the same commit failed."""
_AN_OPERATION: Final = SECOND // 500

Afterwards = Callable[[], Awaitable[None]]
"""What is left to do once the commit is on disk."""
Acting = Callable[[ReadTx, TenantId, str], Principal | None]
"""Finds a principal as it is now; None when it may not act any more."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What an operation came to."""

    id: str
    """Of what it made or changed."""
    state: str
    afterwards: Afterwards | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that can be done many times in one request."""

    name: str
    permission: Permission
    """The one that the single route needs; whatever else that route looks at, `apply` looks at."""
    input: type[msgspec.Struct]
    apply: Callable[[Tx, Principal, Any], Applied]
    """Does it, in the transaction given; raises an error of ours when it cannot be done."""


class OperationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation as it is asked for."""

    op: str
    args: dict[str, Any] = {}


class BatchRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Operations, in the order in which they are done."""

    operations: Annotated[tuple[OperationRequest, ...], Meta(min_length=1, max_length=MOST_OPERATIONS)]
    atomic: bool = False
    """All of them in one commit, or none."""
    dry_run: bool = False
    """Say what would happen, and keep nothing."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why an operation failed: what the single route would have answered."""

    code: str
    title: str
    status: int
    detail: str


@dataclass(frozen=True, slots=True)
class OperationResult:
    """The outcome of one operation."""

    index: int
    op: str
    status: int
    """200, the status of its problem, or 424 when it was undone because another one failed."""
    id: str = ""
    """Of what it made or changed."""
    state: str = ""
    problem: Failed | None = None


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What became of a batch."""

    succeeded: int
    failed: int
    is_applied: bool
    """False for a dry run, and when an atomic batch failed: nothing was kept then."""
    atomic: bool
    dry_run: bool
    results: tuple[OperationResult, ...]


class _UndoneError(Exception):
    """Carries the results out of a transaction that is not to be kept."""

    def __init__(self, results: list[OperationResult]) -> None:
        super().__init__("nothing was kept")
        self.results = results


class _Saved(msgspec.Struct, frozen=True):
    """How far a task has come."""

    results: tuple[OperationResult, ...] = ()


class Batch:
    """Does operations together.

    Args:
        db: where they are done.
        engine: saves how far a task has come in the commit of its step.
        tasks: takes the tasks of large batches.
        acting: finds whoever asked for a task, with the rights of now.
        operations: what can be done.
    """

    def __init__(
        self, db: Database, engine: Engine, tasks: TaskService, acting: Acting, operations: Iterable[Operation]
    ) -> None:
        self._db = db
        self._engine = engine
        self._tasks = tasks
        self._acting = acting
        self._operations: Mapping[str, Operation] = {one.name: one for one in operations}

    async def run(self, principal: Principal, wanted: BatchRequest) -> BatchReport:
        """Do up to `INLINE` operations now, in one commit.

        Raises:
            BatchFailedError: the batch is atomic and an operation failed; `results` says which and why.
            StorageUnavailableError: nothing was kept.
        """
        results = await self._step(wanted, 0, len(wanted.operations), lambda _tx: principal)
        report = _reported(wanted, results)
        if wanted.atomic and report.failed:
            raise BatchFailedError(
                f"{report.failed} of {len(results)} operations failed, so that none was kept.",
                results=msgspec.to_builtins(results),
            )
        return report

    async def submit(self, principal: Principal, wanted: BatchRequest) -> Submitted:
        """Have a task do the operations, with progress; its result is the report.

        Raises:
            NotAllowedError: the principal may not ask for tasks.
        """
        request = TaskRequest(action=BATCH_ACTION, input=wanted, origin="batch", by_server=True)
        return await self._tasks.submit(principal, request)

    def action(self) -> Action[BatchRequest, BatchReport]:
        """What the tasks of large batches run."""
        make = action(
            BATCH_ACTION,
            permission=Permission.TASKS_WRITE,
            is_inner=True,  # the route looks at each operation, and charges for each
            timeout=10 * MINUTE,
            estimated_duration=lambda wanted: len(wanted.operations) * _AN_OPERATION,
        )
        return make(self.process)

    async def process(self, wanted: BatchRequest, reporter: Reporter) -> BatchReport:
        """Do many operations, each with an outcome of its own, or all of them in one commit."""
        task = reporter.task
        saved = msgspec.json.decode(task.checkpoint, type=_Saved) if task.checkpoint else _Saved()
        results, total = list(saved.results), len(wanted.operations)
        size = total if wanted.atomic else INLINE

        def whoever_asked(tx: Tx) -> Principal:
            found = self._acting(tx, task.tenant, task.principal)
            if found is None:
                raise NotAllowedError("Whoever asked for this batch may not act any more.")
            return found

        def keep(tx: Tx, made: Sequence[OperationResult]) -> None:
            packed = msgspec.Raw(msgspec.json.encode(_Saved((*results, *made))))
            self._engine.save_checkpoint(tx, task, packed)

        while len(results) < total:
            results += await self._step(wanted, len(results), len(results) + size, whoever_asked, keep)
            failed = sum(one.problem is not None for one in results)
            reporter.progress(100 * len(results) / total, "operations", f"{len(results)} of {total}, {failed} failed")
        return _reported(wanted, results)

    async def _step(
        self,
        wanted: BatchRequest,
        start: int,
        end: int,
        principal_of: Callable[[Tx], Principal],
        keep: Callable[[Tx, Sequence[OperationResult]], None] | None = None,
    ) -> list[OperationResult]:
        """Do some of the operations in one commit; `keep` is called in it with their results."""

        def step(tx: Tx) -> tuple[list[OperationResult], list[Afterwards]]:
            principal = principal_of(tx)
            results: list[OperationResult] = []
            afterwards: list[Afterwards] = []
            for index, one in enumerate(wanted.operations[start:end], start):
                result, then = self._one(tx, principal, index, one)
                results.append(result)
                if then is not None:
                    afterwards.append(then)
            if wanted.dry_run or (wanted.atomic and any(one.problem for one in results)):
                raise _UndoneError(results)
            if keep is not None:
                keep(tx, results)
            return results, afterwards

        try:
            results, afterwards = await self._db.write(step)
        except _UndoneError as undone:
            return undone.results if wanted.dry_run else [_taken_back(one) for one in undone.results]
        for then in afterwards:
            await then()
        return results

    def _one(
        self, tx: Tx, principal: Principal, index: int, wanted: OperationRequest
    ) -> tuple[OperationResult, Afterwards | None]:
        try:
            operation = self._operation(principal, wanted.op)
            value = _read(operation, wanted)
            applied = savepoint(tx, lambda inner: operation.apply(inner, principal, value))
        except NetSentinelError as error:
            problem = Failed(error.code, error.title, error.status, error.detail)
            return OperationResult(index, wanted.op, error.status, problem=problem), None
        return OperationResult(index, wanted.op, _DONE, applied.id, applied.state), applied.afterwards

    def _operation(self, principal: Principal, name: str) -> Operation:
        found = self._operations.get(name)
        if found is None:
            known = ", ".join(sorted(self._operations))
            raise NotFoundError(f"There is no operation {name[:60]!r}; there are {known}.")
        if not principal.may(found.permission):
            raise NotAllowedError(f"This needs the permission {found.permission}.", permission=found.permission.value)
        return found


def _read(operation: Operation, wanted: OperationRequest) -> msgspec.Struct:
    try:
        return msgspec.convert(wanted.args, operation.input)
    except msgspec.ValidationError as error:
        raise InvalidInputError(f"The operation {operation.name} does not fit: {error}") from error


def _taken_back(result: OperationResult) -> OperationResult:
    """An operation that was undone with its batch."""
    return result if result.problem else OperationResult(result.index, result.op, _NOT_APPLIED)


def _reported(wanted: BatchRequest, results: Sequence[OperationResult]) -> BatchReport:
    failed = sum(one.problem is not None for one in results)
    is_applied = not wanted.dry_run and not (wanted.atomic and failed)
    succeeded = sum(one.status == _DONE for one in results)
    return BatchReport(succeeded, failed, is_applied, wanted.atomic, wanted.dry_run, tuple(results))
