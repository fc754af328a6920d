"""Fakes for the streamer's ports, and a check of frames against the published schema."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Literal, cast

import msgspec

from netsentinel.kernel.entries import Entry, EntryKind, EntryRegistry, Payload
from netsentinel.kernel.errors import ConflictError, NetSentinelError, NotFoundError
from netsentinel.kernel.types import DEFAULT_TENANT, ROLE_PERMISSIONS, Micros, Permission, Principal, Role, TenantId
from netsentinel.streamer.asyncapi import FRAMES_OF_SERVER, asyncapi
from netsentinel.streamer.conformance import Conformance
from netsentinel.streamer.ports import Asked, Ended, NewRequest, Step

_LONGEST_TASK_ID: Final = 64


class Told(Payload, frozen=True, kw_only=True):
    """What the entries of `LIVE_KINDS` carry."""

    n: int
    level: str = "low"
    entity: str = "10.0.0.1"
    tags: tuple[str, ...] = ()


LIVE_KINDS: Final = (
    EntryKind("alert.raised", "alerts", "alert:raised", Told, "A made-up alert."),
    EntryKind("alert.updated", "alerts", "alert:updated", Told, "A made-up change of an alert."),
    EntryKind("threat.updated", "threats", "threat:updated", Told, "A made-up threat."),
    EntryKind("task.started", "tasks", "task:started", Told, "A made-up attempt."),
    EntryKind("alert.noted", "triage", "alert:noted", Told, "A made-up note.", audited=True),
    EntryKind("schedule.fired", "schedules", "schedule:triggered", Told, "A made-up firing."),
    EntryKind("metrics.changed", "metrics", "metrics:changed", Told, "Made-up figures."),
    EntryKind("breaker.opened", "recovery", "circuit-breaker:state-change", Told, "A made-up change of a breaker."),
    EntryKind("rule.disabled", "rules", "rule:disabled", Told, "A made-up switch of a rule.", audited=True),
    EntryKind("graph.changed", "graph", "graph:changed", Told, "A made-up change of the graph."),
    EntryKind("course.published", "courses", "course:published", Told, "A made-up course."),
    EntryKind("lesson.completed", "learning", "lesson:completed", Told, "A made-up lesson."),
    EntryKind("model.promoted", "models", "model:promoted", Told, "A made-up promotion.", audited=True),
    EntryKind("webhook.stopped", "webhooks", "webhook:disabled", Told, "A made-up end of an endpoint."),
    EntryKind("medium.stage", "media", "medium:stage", Told, "A made-up step of a reading."),
    EntryKind("session.closed", "audit", "session:closed", Told, "A made-up end of a session.", audited=True),
)
"""Kinds on the real topics, for tests that stand below the features which declare the real ones."""


class MemoryQueue:
    """A request queue in memory: a test decides when tasks get on and end."""

    def __init__(self) -> None:
        self.asked: dict[str, NewRequest] = {}
        """Requests by id of their task."""
        self.updates: list[tuple[str, str]] = []
        self.estimates: dict[str, Micros] = {}
        """By action; an action that is not here takes a millisecond."""
        self.answers: dict[str, bytes] = {}
        """By action: what is answered without a task."""
        self._ends: dict[str, Ended] = {}
        self._listeners: list[Callable[[Step], None]] = []

    async def enqueue(self, principal: Principal, request: NewRequest) -> Asked:
        """Keep the request, or find it."""
        task_id = f"tsk_{principal.id}_{request.id}"
        if len(task_id) > _LONGEST_TASK_ID:
            task_id = f"tsk_{sha256(task_id.encode()).hexdigest()[:32]}"
        earlier = self.asked.setdefault(task_id, request)
        if earlier.action != request.action:
            raise ConflictError(f"The id was used before, for {earlier.action}.")
        return Asked(task_id, earlier is not request)

    async def update_status(
        self, principal: Principal, task_id: str, status: Literal["cancel", "pause", "resume"]
    ) -> None:
        """Remember what was wanted."""
        if task_id not in self.asked:
            raise NotFoundError(f"There is no task {task_id}.")
        self.updates.append((task_id, status))

    async def get_by_connection(self, tenant: TenantId, connection_id: str) -> list[str]:
        """Tasks that a connection asked for, newest first."""
        return [task for task, request in self.asked.items() if request.connection_id == connection_id][::-1]

    async def ended(self, tenant: TenantId, task_id: str) -> Ended | None:
        """How a task ended, once `end` was called."""
        return self._ends.get(task_id)

    async def answer(self, principal: Principal, request: NewRequest, seconds: float) -> bytes | None:
        """What `answers` says."""
        return self.answers.get(request.action)

    def estimate(self, action: str, payload: bytes) -> Micros:
        """What `estimates` says."""
        if action.startswith("no."):
            raise NotFoundError(f"No action is called {action!r}.")
        return self.estimates.get(action, 1_000)

    def on_progress(self, listener: Callable[[Step], None]) -> None:
        """Have `listener` told by `step`."""
        self._listeners.append(listener)

    def step(self, task_id: str, percent: float) -> None:
        """Have a task get on."""
        for listener in self._listeners:
            listener(Step(task_id=task_id, percent=percent, stage="half"))

    def end(self, end: Ended) -> None:
        """Have a task end; the journal is the test's to fill."""
        self._ends[end.task_id] = end


class MemoryJournal:
    """A journal in memory: `add` appends, `trim` forgets, `rebuild` begins a new epoch."""

    def __init__(self, registry: EntryRegistry) -> None:
        self._registry = registry
        self._entries: list[Entry] = []
        self._epoch = 1
        self._trimmed = 0
        self._seq = 0
        self._changed = asyncio.Condition()
        self.failure: NetSentinelError | None = None
        """Raised by every read while it is set."""
        self.reads = 0

    def add(
        self,
        n: int = 0,
        *,
        kind: str = "alert.raised",
        tenant: TenantId = DEFAULT_TENANT,
        subject: str = "thing",
        skip: int = 0,
        **payload: Any,
    ) -> Entry:
        """Append an entry; `skip` leaves out so many positions before it, as a rolled back transaction does."""
        self._seq += 1 + skip
        body: dict[str, Any] = {"n": n, "level": "low", "entity": "10.0.0.1", "tags": [], **payload}
        entry = Entry(self._seq, tenant, kind, 1_000_000 + self._seq, "system", subject, body, (), audited=False)
        self._entries.append(entry)
        return entry

    async def announce(self) -> None:
        """Wake whoever waits for new entries, as a commit does."""
        async with self._changed:
            self._changed.notify_all()

    def trim(self, upto: int) -> None:
        """Forget the entries up to this position."""
        self._trimmed = max(self._trimmed, upto)
        self._entries = [entry for entry in self._entries if entry.seq > upto]

    def rebuild(self) -> None:
        """Begin anew, in another epoch."""
        self._epoch += 1
        self._entries, self._trimmed, self._seq = [], 0, 0

    @property
    def entries(self) -> list[Entry]:
        """Everything that is kept."""
        return list(self._entries)

    async def epoch(self) -> str:
        """The present epoch."""
        return f"epoch-{self._epoch}"

    async def read(
        self,
        after: int,
        limit: int,
        *,
        tenant: TenantId | None = None,
        topics: Collection[str] = (),
        kinds: Collection[str] = (),
    ) -> list[Entry]:
        """Entries above `after`, after letting others run, as a real read does."""
        await self._look()
        found = (
            entry
            for entry in self._entries
            if entry.seq > after
            and tenant in (None, entry.tenant)
            and (not topics or self._registry[entry.kind].topic in topics)
            and (not kinds or entry.kind in kinds)
        )
        return [entry for entry, _ in zip(found, range(limit), strict=False)]

    async def bounds(self) -> tuple[int, int]:
        """Where the journal begins to be complete, and its newest position."""
        await self._look()
        return self._trimmed + 1, max(self._seq, self._trimmed)

    async def wait_beyond(self, seq: int, timeout_s: float) -> int:
        """Wait for `announce`, at most `timeout_s` seconds."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: self._seq > seq)
        except TimeoutError:
            pass
        return self._seq

    async def _look(self) -> None:
        self.reads += 1
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure


@dataclass(frozen=True, slots=True)
class FakeAdmission:
    """An admission made up for a test."""

    principal: Principal
    ref: str
    expires_at: Micros = 0


def admission(
    user_id: str = "usr_ada",
    *,
    tenant: TenantId = DEFAULT_TENANT,
    role: Role = Role.ADMIN,
    permissions: frozenset[Permission] | None = None,
    ref: str = "",
    expires_at: Micros = 0,
) -> FakeAdmission:
    """An admission of a user with the permissions of a role, or with other ones."""
    granted = ROLE_PERMISSIONS[role] if permissions is None else permissions
    principal = Principal(user_id, "user", tenant, role, user_id.removeprefix("usr_"), granted)
    return FakeAdmission(principal, ref or f"{tenant}/ses_{user_id}", expires_at)


@dataclass(slots=True)
class FakeAuth:
    """Tickets and admissions that a test hands out and takes back."""

    tickets: dict[str, FakeAdmission] = field(default_factory=dict[str, FakeAdmission])
    revoked: set[str] = field(default_factory=set[str])
    """References that hold no more."""
    failure: NetSentinelError | None = None
    """Raised by every question while it is set."""
    asked: list[str] = field(default_factory=list[str])

    async def consume_ticket(self, ticket: str) -> FakeAdmission | None:
        """What the ticket admits, once."""
        if self.failure is not None:
            raise self.failure
        return self.tickets.pop(ticket, None)

    async def still_valid(self, ref: str) -> bool:
        """Whether the test has not revoked it."""
        self.asked.append(ref)
        if self.failure is not None:
            raise self.failure
        return ref not in self.revoked


class FakeTransport:
    """Both ends of a connection in memory. Every frame of the server is held against the published schema."""

    def __init__(self) -> None:
        self._inbox: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._on_writable: Callable[[], None] | None = None
        self._news = asyncio.Event()
        self.holds = 0
        self.is_writable = True
        self.frames: list[dict[str, Any]] = []
        """What the server sent, oldest first."""
        self.closed: tuple[int, str] | None = None
        self.is_gone = False
        """Whether the peer hung up."""

    # The server's side.

    async def receive(self) -> str | bytes | None:
        """The next frame of the test."""
        return await self._inbox.get()

    @property
    def unsent(self) -> int:
        """Nothing: frames arrive as they are written."""
        return 0

    def write(self, data: bytes) -> None:
        """Take a frame."""
        if self.is_gone:
            return
        frame = msgspec.json.decode(data)
        if wrong := faults_of(frame):
            raise ValueError(f"a frame that the protocol does not know: {wrong}: {data[:500]}")
        self.frames.append(frame)
        self._news.set()

    def on_writable(self, call: Callable[[], None] | None) -> None:
        """Have `call` called by `flow`."""
        self._on_writable = call

    def close(self, code: int, reason: str, *, at_once: bool = False) -> None:
        """Note the end; at once, the test hears nothing of it."""
        if at_once:
            self.is_gone = True
        else:
            self.closed = (code, reason)
        self._news.set()
        self._inbox.put_nowait(None)

    # The test's side.

    def say(self, kind: str, **fields: Any) -> None:
        """Send a frame; `from_` stands for `from`."""
        self.say_raw(
            msgspec.json.encode({"type": kind, **{name.rstrip("_"): v for name, v in fields.items()}}).decode()
        )

    def say_raw(self, data: str | bytes) -> None:
        """Send anything."""
        self._inbox.put_nowait(data)

    def hang_up(self) -> None:
        """Be gone without a word."""
        self.is_gone = True
        self._inbox.put_nowait(None)

    def stall(self) -> None:
        """Stop reading."""
        self.is_writable = False

    def flow(self) -> None:
        """Read again."""
        self.is_writable = True
        if self._on_writable is not None:
            self._on_writable()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The server's frames of one type."""
        return [frame for frame in self.frames if frame["type"] == kind]

    async def until(self, kind: str, count: int = 1, timeout_s: float = 5) -> list[dict[str, Any]]:
        """Wait for so many frames of a type; all of them.

        Raises:
            TimeoutError: they did not come.
        """
        async with asyncio.timeout(timeout_s):
            while len(found := self.of(kind)) < count:
                self._news.clear()
                await self._news.wait()
        return found

    async def until_closed(self, timeout_s: float = 5) -> tuple[int, str]:
        """Wait for the close; its code and reason.

        Raises:
            TimeoutError: it did not come.
        """
        async with asyncio.timeout(timeout_s):
            while self.closed is None:
                self._news.clear()
                await self._news.wait()
        return self.closed


_SCHEMAS: Final[dict[str, Any]] = asyncapi()["components"]["schemas"]
_CONFORMANCE: Final = Conformance(_SCHEMAS)


def faults_of(frame: Any) -> list[str]:
    """What is wrong with a frame of the server, by the published document; nothing when it is well."""
    kind = cast("Mapping[str, Any]", frame).get("type") if isinstance(frame, Mapping) else None
    for struct in FRAMES_OF_SERVER:
        if struct.__struct_config__.tag == kind:
            return list(_CONFORMANCE.faults(_SCHEMAS[struct.__name__], frame))
    return [f"unknown type {kind!r}"]
