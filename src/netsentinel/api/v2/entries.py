"""The journal over HTTP: what happened inside, in order; also the polling twin of the live stream."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.types import Micros, Permission, Principal
from netsentinel.streamer import MAX_CONDITIONS, TOPICS, Condition, compile_filter

router = LateRouter(prefix="/api/v2/entries", tags=["entries"])

_conditions: Final = msgspec.json.Decoder(Annotated[tuple[Condition, ...], msgspec.Meta(max_length=MAX_CONDITIONS)])

Reader = Annotated[Principal, Depends(Requires(Permission.ENTRIES_READ))]


@dataclass(frozen=True, slots=True)
class EntryItem:
    """One entry, with its live name and topic beside its kind."""

    seq: int
    kind: str
    name: str
    topic: str
    at: Micros
    principal: str
    subject: str
    payload: dict[str, Any]
    cause: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries in order of `seq`."""

    items: tuple[EntryItem, ...]
    next: int
    """Pass as `after` to go on; it moves past entries that the filter left out."""
    epoch: str
    """Changes only when the journal is rebuilt; positions of another epoch mean nothing."""
    newest: int
    """The newest `seq` of the journal: begin after it for what happens from now on."""
    oldest: int
    """The oldest kept `seq`: entries between `after` and it are gone by retention."""


class EntryQuery(BaseModel):
    """From where, and which entries."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(0, ge=0, le=2**63 - 1, description="Entries with a higher `seq`.")
    topic: str = Field("", description="Topics separated by commas; empty for all that the caller may read.")
    filter: str = Field(
        "",
        max_length=16_384,
        description="Conditions as JSON, as a `subscribe` frame has them; needs exactly one topic.",
    )
    limit: int = Field(100, ge=1, le=1_000, description="Entries a page.")


@router.get("", response_model=EntryPage, responses=problems(400, 401, 403))
async def list_entries(query: Annotated[EntryQuery, Query()], principal: Reader, services: Served) -> Response:
    """The tenant's journal entries after a position. Audit entries need `audit:read`."""
    readable = {topic for topic in services.registry.topics() if _may_read(principal, topic)}
    asked = {part for part in query.topic.split(",") if part}
    unknown = asked - set(services.registry.topics())
    if unknown:
        raise InvalidFilterError(f"There is no topic {', '.join(sorted(unknown))}.", topics=sorted(readable))
    topics = asked & readable if asked else readable
    matches = filter_of(query.filter, asked)
    oldest, newest = await services.journal.bounds()
    found = (
        await services.journal.read(query.after, query.limit, tenant=principal.tenant, topics=topics) if topics else []
    )
    items = tuple(
        EntryItem(
            entry.seq,
            entry.kind,
            services.registry[entry.kind].live_name,
            services.registry[entry.kind].topic,
            entry.at,
            entry.principal,
            entry.subject,
            entry.payload,
            entry.cause,
        )
        for entry in found
        if matches(entry)
    )
    following = found[-1].seq if len(found) == query.limit else max(query.after, newest)
    return answer(EntryPage(items, following, await services.journal.epoch(), newest, oldest))


def filter_of(text: str, topics: Collection[str]) -> Callable[[Entry], bool]:
    """What a page keeps.

    Raises:
        InvalidFilterError: the text is no list of conditions, does not fit the topic, or there is not one topic.
    """
    if not text:
        return lambda _entry: True
    topic = TOPICS.get(next(iter(topics), "")) if len(topics) == 1 else None
    if topic is None:
        raise InvalidFilterError("A filter needs exactly one live topic.", topics=sorted(TOPICS))
    try:
        conditions = _conditions.decode(text)
    except msgspec.DecodeError as error:
        raise InvalidFilterError(f"The filter was not understood: {error}.") from error
    return compile_filter(conditions, topic).matches


def _may_read(principal: Principal, topic: str) -> bool:
    return topic != "audit" or principal.may(Permission.AUDIT_READ)
