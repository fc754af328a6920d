"""Reading media as tasks: after an upload, and again whenever somebody asks for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from netsentinel.academy.media.captions import LANGUAGE
from netsentinel.academy.media.errors import SupersededError
from netsentinel.academy.media.hearing import Hearing
from netsentinel.academy.media.model import MediumState
from netsentinel.academy.media.ports import MediumStore
from netsentinel.academy.media.reading import Reading, tell_stage
from netsentinel.kernel.clock import HOUR, SECOND
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Permission, Principal, TenantId, system_principal
from netsentinel.recovery import RetryPolicy
from netsentinel.storage.ports import Database, Tx
from netsentinel.tasks import Action, Reporter, Submitted, TaskRequest, action

MEDIA_READ: Final = "media.read"
MEDIA_TRANSCRIBE: Final = "media.transcribe"
ANY_LANGUAGE: Final = f"^({LANGUAGE})?$"
"""A tag of a language, or nothing."""
_ATTEMPTS: Final = 20
"""About an hour in all, with the usual delays: so long a virus scanner may be away."""
_WAITING: Final = (MediumState.KEPT, MediumState.READING)

SubmitIn = Callable[[Tx, Principal, TaskRequest], Submitted]
"""Keeps a task in a transaction; `TaskService.submit_in` is one."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which medium to read."""

    medium: Annotated[str, Meta(min_length=1, max_length=100)]
    """Id of the medium."""
    version: Annotated[int, Meta(ge=0)] = 0
    """Its version, so that one which was replaced meanwhile is left to the next task; 0 for what is there."""


class WasRead(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    medium: str
    state: str
    """`ready`, `quarantined`, or `superseded` when it was replaced or deleted meanwhile."""
    words: int = 0
    concepts: int = 0
    prerequisites: int = 0


class Recorded(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which recording to hear."""

    medium: Annotated[str, Meta(min_length=1, max_length=100)]
    """Id of the medium."""
    language: Annotated[str, Meta(pattern=ANY_LANGUAGE)] = ""
    """What is spoken in it, as a tag such as `en`; left out, it is found out."""


class WasHeard(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    medium: str
    """Id of the captions."""
    name: str


def submitter(submit_in: SubmitIn) -> Callable[[Tx, Principal, str, int], str]:
    """What has a medium of an id and a version read, in a transaction; it returns the id of the task."""

    def submit(tx: Tx, principal: Principal, medium: str, version: int) -> str:
        wanted = Wanted(medium=medium, version=version)
        request = TaskRequest(action=MEDIA_READ, input=wanted, origin=f"medium:{medium}")
        return submit_in(tx, principal, request).task.id

    return submit


class MediaActions:
    """The action that reads media, and what happens when it is given up.

    Args:
        db: where media are.
        store: their rows.
        reading: reads them.
        at_once: so many are read at the same time.
    """

    def __init__(self, db: Database, store: MediumStore, reading: Reading, at_once: int) -> None:
        self._db = db
        self._store = store
        self._reading = reading
        self._at_once = at_once

    def actions(self) -> tuple[Action[Any, Any], ...]:
        """All of them."""
        made = action(
            MEDIA_READ,
            permission=Permission.MEDIA_WRITE,
            timeout=HOUR,
            concurrency=self._at_once,
            retry=RetryPolicy(max_attempts=_ATTEMPTS),
            keeps_failures=False,
            estimated_duration=lambda _: SECOND,
        )(self.read)
        return (made,)

    async def read(self, wanted: Wanted, reporter: Reporter) -> WasRead:
        """Read a medium: what its bytes are, its text, its concepts, and have the graph know what it says."""
        task = reporter.task
        medium = await self._db.read(lambda tx: self._store.get(tx, task.tenant, wanted.medium))
        if medium is None:
            raise NotFoundError(f"There is no medium {wanted.medium}.")
        if wanted.version not in (0, medium.version):
            return WasRead(medium=medium.id, state="superseded")
        try:
            done = await self._reading.run(
                _acting(task.tenant, task.principal), replace(medium, task_id=task.id), reporter.progress
            )
        except SupersededError:
            return WasRead(medium=medium.id, state="superseded")
        return WasRead(
            medium=done.id,
            state=done.state.value,
            words=done.words,
            concepts=done.concepts,
            prerequisites=done.prerequisites,
        )

    def on_task_ended(self, tx: Tx, entry: Entry) -> None:
        """The reaction to a task that did not succeed: its medium is not read. Doing it twice changes nothing."""
        if entry.payload.get("action") != MEDIA_READ:
            return
        medium = self._store.by_task(tx, entry.tenant, entry.subject)
        if medium is None or medium.state not in _WAITING:
            return
        why = str(entry.payload.get("error", "")) or "Reading it was cancelled."
        failed = replace(medium, state=MediumState.FAILED, detail=why[:1_000], updated_at=entry.at)
        if self._store.save(tx, failed, medium.version):
            tell_stage(tx, _acting(entry.tenant, "system"), failed)


class HearingActions:
    """The action that has recordings heard, by a plug-in that understands speech.

    Args:
        hearing: hears them.
    """

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing

    def actions(self) -> tuple[Action[Any, Any], ...]:
        """All of them."""
        made = action(
            MEDIA_TRANSCRIBE,
            permission=Permission.MEDIA_WRITE,
            timeout=12 * HOUR,
            concurrency=1,
            retry=RetryPolicy(max_attempts=3),
            keeps_failures=False,
        )(self.transcribe)
        return (made,)

    async def transcribe(self, recorded: Recorded, reporter: Reporter) -> WasHeard:
        """Hear a recording; what is said becomes captions beside it, which are read like any other medium."""
        task = reporter.task
        acting = _acting(task.tenant, task.principal)
        done = await self._hearing.run(acting, recorded.medium, recorded.language, reporter.progress)
        return WasHeard(medium=done.medium.id, name=done.medium.name)


def _acting(tenant: TenantId, principal_id: str) -> Principal:
    """In whose name the graph is told: of whoever asked for the reading."""
    return replace(system_principal(tenant), id=principal_id)
