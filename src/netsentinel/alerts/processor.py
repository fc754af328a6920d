"""The one path from received batches to alerts: inbox, detection process, one commit, checkpoint."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter

import structlog

from netsentinel.alerts.fair_queue import FairQueue
from netsentinel.alerts.grouping import AlertGrouping, Grouped
from netsentinel.alerts.suspicion import Suspicion
from netsentinel.detection.model import BatchResult
from netsentinel.detection.ports import DetectionPool
from netsentinel.detection.rulebook import HitStore
from netsentinel.events.lake import EventStore, Spool
from netsentinel.events.ports import Arrival, InboxBatch, InboxQueue, SourceReport, SourceStore
from netsentinel.events.set_aside import SetAsideStore
from netsentinel.kernel.clock import SECOND, Clock
from netsentinel.kernel.errors import StorageFullError, StorageUnavailableError, UnavailableError
from netsentinel.kernel.types import MIB, MetricSample, Micros, TenantId
from netsentinel.storage.ports import Database, Tx

_log = structlog.get_logger("netsentinel.processor")

_ARRIVALS_AT_ONCE = 4_096
_BATCHES_AT_ONCE = 64
_RECORDS_AT_ONCE = 5_000
_COST_AT_ONCE: Micros = SECOND // 2
"""Who else waits, waits for no more than that, or for one batch."""
_LOOK_AGAIN_S = 1.0
"""Another process may have filled the inbox: without a wake-up it is looked at once a second."""
_RETRY_S = 0.5
_FULL_S = 5.0
"""A full disk is not emptied within half a second; every try reads again what came since the last checkpoint."""
_CHECKPOINT_EVERY: Micros = 5 * SECOND
_CHECKPOINT_EVENTS = 50_000
"""After so many events a checkpoint is due in any case: they wait on disk to be stored."""
_CHECKPOINT_BYTES = 128 * MIB
"""The same of the bytes that they came as, or take until they are stored where those are more."""


@dataclass(slots=True)
class ProcessorStats:
    """Counters since start, for `/metrics`."""

    batches: int = 0
    events: int = 0
    rejected: int = 0
    findings: int = 0
    suppressed: int = 0
    """Findings that a suppression hid."""
    alerts_changed: int = 0
    restarts: int = 0
    stored: int = 0
    """Events that the lake holds."""
    set_aside: int = 0
    """Batches that were set aside, because the detection process died of them."""

    def samples(self) -> Iterable[MetricSample]:
        """The figures for `/metrics`."""
        yield "counter", "netsentinel_events", "Events processed.", self.events
        yield "counter", "netsentinel_events_stored", "Events that the lake took over.", self.stored
        yield "counter", "netsentinel_events_rejected", "Lines that could not be parsed.", self.rejected
        yield "counter", "netsentinel_batches", "Inbox batches processed.", self.batches
        yield "counter", "netsentinel_findings", "Findings of all detectors.", self.findings
        yield "counter", "netsentinel_findings_suppressed", "Findings that a suppression hid.", self.suppressed
        yield "counter", "netsentinel_alerts_changed", "Alerts raised or updated.", self.alerts_changed
        yield "counter", "netsentinel_detection_restarts", "Times the detection process was restored.", self.restarts
        yield "counter", "netsentinel_batches_set_aside", "Batches the detection process died of.", self.set_aside


class Processor:
    """Takes batches, those of one tenant in their order of arrival, and records each one's effect exactly once.

    The detectors' windows live in the detection process. They are checkpointed every few seconds, in the commit that
    records the files with the events read so far; batches stay in the inbox until a checkpoint covers them. So after a
    crash the windows, and the events that were not stored, come back by feeding the done batches again.

    Args:
        db: the database of inbox, sources and alerts.
        inbox: where batches wait.
        sources: counts and unparsable lines.
        pool: the detection process.
        grouping: makes alerts of findings.
        clock: the time of effects, and of checkpoints.
        lake: where events are kept; without one they are only looked at.
        hits: where findings are counted by their rules.
        aside: where batches go that kill the detection process; without one they are tried for ever.
    """

    def __init__(
        self,
        db: Database,
        inbox: InboxQueue,
        sources: SourceStore,
        pool: DetectionPool,
        grouping: AlertGrouping,
        clock: Clock,
        lake: EventStore | None = None,
        hits: HitStore | None = None,
        aside: SetAsideStore | None = None,
    ) -> None:
        self._db = db
        self._inbox = inbox
        self._sources = sources
        self._pool = pool
        self._grouping = grouping
        self._clock = clock
        self._lake = lake
        self._hits = hits
        self._aside = aside
        self._suspicion = Suspicion()
        self._queue = FairQueue()
        self._arrived = 0
        """The newest batch that is in the queue."""
        self._taken_at = perf_counter()
        self._lost = 0.0
        """Seconds for which the detection process had batches of which it died, until its memory is restored."""
        self._storing: asyncio.Task[None] | None = None
        self._unstored = self._unstored_bytes = 0
        self._wake = asyncio.Event()
        self._covered: list[int] = []
        """Batches that the detectors have seen since the last checkpoint."""
        self._checkpoints = 0
        self._checkpoint_at: Micros = 0
        self._finished_at: Micros = clock.now()
        self.stats = ProcessorStats()

    def last_finished(self) -> Micros:
        """When the effect of batches was recorded last; when the processor was made, before the first."""
        return self._finished_at

    def wake(self) -> None:
        """Tell that a batch was received. A hint: nothing is lost without it."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled; a dead detection process is restored from the last checkpoint."""
        while True:
            try:
                await self._restore()
                await self._follow()
            except UnavailableError as error:
                self.stats.restarts += 1
                _log.warning("processing_interrupted", detail=error.detail)
                await asyncio.sleep(_FULL_S if isinstance(error, StorageFullError) else _RETRY_S)

    async def _restore(self) -> None:
        self._checkpoints, state = await self._db.read(self._inbox.last_checkpoint)
        began = perf_counter()
        await self._pool.restore(state)
        lost = self._lost + perf_counter() - began if self._lost else 0  # otherwise it was not for what it was given
        self._queue.begin_again(int(lost * SECOND))
        self._lost = 0.0
        self._arrived, self._covered = 0, []
        self._checkpoint_at = self._clock.now()
        self._unstored = self._unstored_bytes = 0

    async def _follow(self) -> None:
        """Analyse the next batches while the commit of the last ones is under way."""
        commit: asyncio.Task[None] | None = None
        try:
            while True:
                self._wake.clear()
                if self._storing is not None and self._storing.done():
                    await self._stored()
                taken = await self._next()
                if not taken:
                    if commit is not None:
                        await commit
                        commit = None
                    await self._checkpoint_if_due()
                    await self._wait()
                    continue
                batches = await self._db.read(lambda tx, ids=[one.id for one in taken]: self._inbox.fetch(tx, ids))
                results = await self._analyze(batches)
                self._charge(taken, batches, results)
                if commit is not None:
                    await commit
                self._covered += [batch.id for batch in batches]
                self._unstored += sum(result.events for result in results)
                self._unstored_bytes += sum(max(result.size, result.kept) for result in results)
                commit = asyncio.create_task(self._record(batches, results))
                if self._is_due():
                    await commit
                    commit = None
                    await self._checkpoint_if_due()
        finally:
            tasks = [task for task in (commit, self._storing) if task is not None]
            self._storing = None
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _analyze(self, batches: Sequence[InboxBatch]) -> list[BatchResult]:
        try:
            results = await self._pool.analyze(batches)
        except (StorageFullError, StorageUnavailableError):
            raise  # no batch is to blame, and no tenant pays for it
        except UnavailableError as error:
            self._lost = perf_counter() - self._taken_at
            deaths = self._suspicion.accuse(batches)
            if deaths and self._aside is not None:
                await self._set_aside(self._aside, batches[0], deaths, error.detail)
            raise
        self._suspicion.acquit(batches)
        return results

    async def _set_aside(self, aside: SetAsideStore, batch: InboxBatch, deaths: int, why: str) -> None:
        """Take a batch out of the way of the others: whole, counted, and told by its source."""
        now = self._clock.now()
        reason = f"Analysing it failed {deaths} times in a row: {why}"
        told = f"A batch of {batch.records:,} records was set aside (batch {batch.id}). {reason}"
        report = SourceReport(batch.tenant, batch.source, batch.format, 0, 0, 0, 0, told)

        def put(tx: Tx) -> bool:
            moved = aside.put(tx, batch, reason, deaths, now)
            if moved:
                self._sources.record(tx, report, now)
            return moved

        is_moved = await self._db.write(put)
        self._suspicion.take_away(batch.id)
        if is_moved:
            self.stats.set_aside += 1
            _log.error("batch_set_aside", batch=batch.id, source=batch.source, records=batch.records, deaths=deaths)

    async def _next(self) -> list[Arrival]:
        """Whose turn it is; a batch that may have killed the process comes alone."""
        arrived = self._arrived
        found = await self._db.read(lambda tx: self._inbox.arrivals(tx, arrived, _ARRIVALS_AT_ONCE))
        if found:
            self._arrived = found[-1].id
            self._queue.arrive(found)
        taken: list[Arrival] = []
        records = 0
        cost = 0.0
        self._taken_at = perf_counter()
        while len(taken) < _BATCHES_AT_ONCE and (first := self._queue.first()) is not None:
            is_alone = self._suspicion.is_on(first.id)
            records += first.records
            cost += self._queue.guess(first)
            is_much = records > _RECORDS_AT_ONCE or cost > _COST_AT_ONCE
            if taken and (is_alone or is_much):
                break
            taken.append(self._queue.take(first))
            if is_alone:
                break
        return taken

    def _charge(self, taken: Sequence[Arrival], batches: Sequence[InboxBatch], results: Sequence[BatchResult]) -> None:
        new = {batch.id for batch in batches if not batch.done}
        took = {result.batch: result.took for result in results if result.batch in new}
        for one in taken:
            if one.id in took:
                self._queue.charge(one, took[one.id])
            else:
                self._queue.excuse(one)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_AGAIN_S):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _record(self, batches: Sequence[InboxBatch], results: Sequence[BatchResult]) -> None:
        by_id = {batch.id: batch for batch in batches}
        pending = [result for result in results if not by_id[result.batch].done]
        if not pending:
            return
        now = self._clock.now()

        def record(tx: Tx) -> tuple[list[BatchResult], Grouped]:
            fresh = set(self._inbox.finish(tx, [result.batch for result in pending]))
            counted = [result for result in pending if result.batch in fresh]
            for result in counted:
                self._count_source(tx, by_id[result.batch], result, now)
            findings = [finding for result in counted for finding in result.findings]
            if self._hits is not None and findings:
                self._hits.count_hits(tx, findings, now)
            return counted, self._grouping.apply(tx, findings, now)

        began = perf_counter()
        counted, grouped = await self._db.write(record)
        self._pay(batches, pending, perf_counter() - began)
        self._finished_at = now
        self.stats.batches += len(counted)
        self.stats.events += sum(result.events for result in counted)
        self.stats.rejected += sum(result.rejected for result in counted)
        self.stats.findings += sum(len(result.findings) for result in counted)
        self.stats.suppressed += grouped.suppressed
        self.stats.alerts_changed += len(grouped.alerts)

    def _pay(self, batches: Sequence[InboxBatch], results: Sequence[BatchResult], seconds: float) -> None:
        """Share the time of a commit among the tenants by what they had recorded."""
        tenants, weights = {batch.id: batch.tenant for batch in batches}, Counter[TenantId]()
        for result in results:
            weights[tenants[result.batch]] += 1 + len(result.findings) + len(result.rejected_lines)
        for tenant, weight in weights.items():
            self._queue.pay(tenant, int(seconds * SECOND * weight / weights.total()))

    def _count_source(self, tx: Tx, batch: InboxBatch, result: BatchResult, now: Micros) -> None:
        report = SourceReport(
            tenant=batch.tenant,
            source=batch.source,
            format=result.format,
            events=result.events,
            rejected=result.rejected,
            size=result.size,
            last_event_at=result.last_event_at,
            last_error=_trouble(result),
        )
        self._sources.record(tx, report, now)
        if result.rejected_lines:
            self._sources.keep_rejected(tx, batch.tenant, batch.source, result.rejected_lines, now)

    def _is_due(self) -> bool:
        """Whether a checkpoint is due: some seconds or many events after the last one."""
        if not self._covered:
            return False
        is_much = self._unstored >= _CHECKPOINT_EVENTS or self._unstored_bytes >= _CHECKPOINT_BYTES
        return is_much or self._clock.now() - self._checkpoint_at >= _CHECKPOINT_EVERY

    async def _checkpoint_if_due(self) -> None:
        """Record the detectors' state and the events so far. Storing events goes on beside the next analysis."""
        if not self._is_due():
            return
        await self._stored()  # one at a time: a slow disk slows the analysis down, and with it the intake
        number, covered = self._checkpoints + 1, self._covered
        state = await self._pool.snapshot()

        def cover(tx: Tx) -> None:
            self._inbox.checkpoint(tx, number, covered, state)

        if self._lake is None:
            await self._db.write(cover)
        else:
            spool = await self._pool.hand_over()
            self._storing = asyncio.create_task(self._store(self._lake, spool, cover))
        self._checkpoints, self._covered = number, []
        self._checkpoint_at = self._clock.now()
        self._unstored = self._unstored_bytes = 0

    async def _store(self, lake: EventStore, spool: Spool, cover: Callable[[Tx], None]) -> None:
        self.stats.stored += await lake.append(spool, cover)

    async def _stored(self) -> None:
        """Wait until what is being stored is stored; its failure is a failure of processing."""
        task, self._storing = self._storing, None
        if task is not None:
            await task


def _trouble(result: BatchResult) -> str:
    if result.omitted:
        return (
            f"Your own rules took too long: installed rules alone judged {result.omitted:,} of {result.events:,} events"
            f" of batch {result.batch}. `netsentinel rules list --order cost` says what each rule costs."
        )
    if result.is_cut:
        return f"Rules matched the events of batch {result.batch} so often that not all findings are told."
    return result.rejected_lines[-1][1] if result.rejected_lines else ""
