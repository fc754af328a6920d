"""Runs the table of reactions: each on its own, retried with pauses, and parked when an entry cannot be reacted to."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import NetSentinelError, StorageUnavailableError
from netsentinel.kernel.types import MetricSample
from netsentinel.storage import Follower, Journal, Tx
from netsentinel.wiring.reactions import REACTIONS, DurableHandler, DurableReaction, Handlers, LiveHandler, Reaction

_log = structlog.get_logger("netsentinel.reactions")

MAX_ATTEMPTS: Final = 8
_BATCH: Final = 200
_WAIT_S: Final = 5.0
_STORAGE_PAUSE_S: Final = 1.0
_FIRST_PAUSE_MS: Final = 200
_LONGEST_PAUSE_MS: Final = 30_000


class LiveEntries(Protocol):
    """Tells of entries as they come; the hub does."""

    def listen(self, kinds: Collection[str], listener: LiveHandler) -> None:
        """Have `listener` told of every new entry of these kinds."""
        ...


@dataclass(slots=True)
class ReactionFigures:
    """What became of one reaction since the start."""

    reacted: int = 0
    failures: int = 0
    parked: int = 0


class ReactionRunner:
    """Follows the journal for every reaction of the table while `run` runs."""

    def __init__(
        self,
        journal: Journal,
        handlers: Handlers,
        live: LiveEntries,
        clock: Clock,
        *,
        reactions: Iterable[Reaction] = REACTIONS,
        jitter: Callable[[int], int] = secrets.randbelow,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._journal = journal
        self._handlers = handlers
        self._clock = clock
        self._jitter = jitter
        self._pause = pause
        self._durable: list[DurableReaction] = []
        self.figures: dict[str, ReactionFigures] = {}
        """By name of the durable reaction."""
        for reaction in reactions:
            if isinstance(reaction, DurableReaction):
                self._durable.append(reaction)
                self.figures[reaction.name] = ReactionFigures()
            else:
                live.listen(reaction.kinds, reaction.handler(handlers))

    @property
    def failures(self) -> int:
        """Attempts that failed, of all reactions."""
        return sum(figures.failures for figures in self.figures.values())

    @property
    def parked(self) -> int:
        """Entries that a reaction gave up."""
        return sum(figures.parked for figures in self.figures.values())

    def samples(self) -> list[MetricSample]:
        """Figures for `/metrics`."""
        reacted = sum(figures.reacted for figures in self.figures.values())
        return [
            ("counter", "netsentinel_reactions", "Entries that were reacted to.", reacted),
            ("counter", "netsentinel_reaction_failures", "Reactions that failed and were retried.", self.failures),
            ("counter", "netsentinel_reactions_parked", "Entries given up by a reaction.", self.parked),
        ]

    async def run(self) -> None:
        """React until cancelled."""
        async with asyncio.TaskGroup() as group:
            for reaction in self._durable:
                group.create_task(self._keep_reacting(reaction))

    async def catch_up(self, reaction: DurableReaction) -> None:
        """React to everything there is by now.

        Raises:
            NetSentinelError: the storage is not available; nothing is lost.
        """
        await self._catch_up(self._follower_of(reaction), reaction)

    def _follower_of(self, reaction: DurableReaction) -> Follower:
        wanted = None if reaction.wanted is None else reaction.wanted(self._handlers)
        return self._journal.follow(reaction.name, reaction.kinds, wanted=wanted)

    async def _keep_reacting(self, reaction: DurableReaction) -> None:
        follower = self._follower_of(reaction)
        seen = -1  # so that the first look does not wait
        while True:
            try:
                seen = await self._journal.wait_beyond(seen, _WAIT_S)
                await self._catch_up(follower, reaction)
            except NetSentinelError as error:
                _log.warning("reaction_waits", reaction=reaction.name, code=error.code, detail=error.detail)
                await self._pause(_STORAGE_PAUSE_S)
                seen = -1  # what was left undone needs no new entry to be looked at again

    async def _catch_up(self, follower: Follower, reaction: DurableReaction) -> None:
        figures = self.figures[reaction.name]
        batch = _Batch(reaction.handler(self._handlers))
        limit, one_by_one = _BATCH, 0
        while True:
            batch.begin()
            # Whatever a handler raises comes out as a value here: it is that reaction's failure, and nobody else's.
            (outcome,) = await asyncio.gather(follower.step(batch.react, limit), return_exceptions=True)
            if isinstance(outcome, int):
                figures.reacted += outcome
                if not outcome:
                    return
                one_by_one -= outcome
                limit = 1 if one_by_one > 0 else _BATCH
            elif batch.entry is None or (isinstance(outcome, NetSentinelError) and outcome.retryable):
                raise StorageUnavailableError(f"The step did not come to its entries: {outcome}.") from outcome
            elif batch.count == 1:
                await self._failed(follower, reaction, batch.entry, outcome)
                limit = 1
            elif batch.is_inside:
                limit = batch.count - 1  # first what goes well; the entry that does not is then next
            else:
                limit, one_by_one = 1, batch.count  # the commit failed, so nobody knows whose fault it is

    async def _failed(self, follower: Follower, reaction: DurableReaction, entry: Entry, fault: BaseException) -> None:
        figures = self.figures[reaction.name]
        figures.failures += 1
        reason = f"{type(fault).__name__}: {fault}"
        attempts = await follower.record_failure(entry.seq, reason, self._clock.now())
        if attempts >= MAX_ATTEMPTS:
            await follower.park(entry.seq, reason, self._clock.now())
            figures.parked += 1
            _log.error("entry_parked", reaction=reaction.name, seq=entry.seq, attempts=attempts, exc_info=fault)
            return
        longest = min(_LONGEST_PAUSE_MS, _FIRST_PAUSE_MS * 2 ** (attempts - 1))
        wait_ms = self._jitter(
            longest
        )  # full jitter: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
        _log.warning(
            "reaction_failed",
            reaction=reaction.name,
            seq=entry.seq,
            attempts=attempts,
            wait_ms=wait_ms,
            error=reason,
        )
        await self._pause(wait_ms / 1_000)


class _Batch:
    """One step of a reaction, which remembers where it was when it failed."""

    def __init__(self, handler: DurableHandler) -> None:
        self._handler = handler
        self.begin()

    def begin(self) -> None:
        """Forget the step before."""
        self.entry: Entry | None = None
        """What was reacted to last; None while nothing was."""
        self.count = 0
        """How many entries the step has come to."""
        self.is_inside = False
        """Whether the handler has not returned."""

    def react(self, tx: Tx, entry: Entry) -> None:
        """Hand the entry to the handler."""
        if self.entry is not None and entry.seq <= self.entry.seq:
            self.count = 0  # the closure is run a second time
        self.entry = entry
        self.count += 1
        self.is_inside = True
        self._handler(tx, entry)
        self.is_inside = False
