"""What can be asked for about stored events as a task."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from netsentinel.events.lake.model import EventFilter
from netsentinel.events.lake.service import EventLake, EventPage, parse_terms
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import Permission, Principal
from netsentinel.tasks import Action, Reporter, action

_Time = Annotated[int, Meta(ge=0, le=2**62)]
_Text = Annotated[str, Meta(max_length=1_000)]
_TIMEOUT: Final = 5 * MINUTE


class EventsWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which stored events. Everything given must hold; what is left out does not count."""

    where: Annotated[tuple[_Text, ...], Meta(max_length=20)] = ()
    """`column=value` or `column!=value`; one column several times means any of its values, or none of them."""
    q: _Text = ""
    """Text that the event contains, in any case."""
    regex: _Text = ""
    """Regular expression (RE2) that the event's text matches."""
    since: _Time = 0
    until: _Time = 0

    def as_filter(self) -> EventFilter:
        """The domain's filter.

        Raises:
            InvalidFilterError: an unknown column, or a value of the wrong type.
        """
        equal, unequal = parse_terms(self.where)
        return EventFilter(
            since=self.since, until=self.until, equal=equal, unequal=unequal, text=self.q, regex=self.regex
        )


class EventSearch(EventsWanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of stored events."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, Meta(max_length=512)] = ""


class EventActions:
    """The actions about stored events."""

    def __init__(self, lake: EventLake) -> None:
        self._lake = lake

    def actions(self) -> tuple[Action[Any, Any], ...]:
        """All of them."""
        made = action(
            "events.search",
            permission=Permission.EVENTS_READ,
            timeout=_TIMEOUT,
            keeps_failures=False,
            validate=check_filter,
        )
        return (made(self.search),)

    async def search(self, wanted: EventSearch, reporter: Reporter) -> EventPage:
        """Search stored events: one page, newest first."""
        tenant = reporter.task.tenant
        return await self._lake.page(tenant, wanted.as_filter(), limit=wanted.limit, cursor=wanted.cursor)


def check_filter(wanted: EventsWanted, _principal: Principal) -> None:
    """Refuse a filter that cannot be asked, before anything is stored.

    Raises:
        InvalidFilterError: see `EventsWanted.as_filter`.
    """
    wanted.as_filter()
