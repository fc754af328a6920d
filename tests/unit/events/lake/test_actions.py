from typing import Any, cast

import pytest

from netsentinel.events.lake import EventLake
from netsentinel.events.lake.actions import EventActions, EventSearch, EventsWanted, check_filter
from netsentinel.events.lake.model import EventFilter
from netsentinel.events.lake.service import EventPage
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, TenantId, system_principal
from tests.unit.tasks.reporting import Notes

pytestmark = pytest.mark.anyio


class Asked:
    """A lake that remembers what it was asked."""

    def __init__(self) -> None:
        self.questions: list[tuple[Any, ...]] = []

    async def page(self, tenant: TenantId, where: EventFilter, *, limit: int, cursor: str = "") -> EventPage:
        self.questions.append((tenant, where, limit, cursor))
        return EventPage((), None)


async def test_a_search_asks_for_the_tenants_events() -> None:
    lake = Asked()
    (search,) = EventActions(cast("EventLake", lake)).actions()
    assert (search.name, search.permission) == ("events.search", Permission.EVENTS_READ)
    wanted = search.read_input(b'{"where":["src_ip=192.0.2.1","dst_port!=53"],"q":"x","since":5,"until":9,"limit":2}')
    assert isinstance(wanted, EventSearch)
    page = await search.process(wanted, Notes())
    assert page == EventPage((), None)
    where = EventFilter(since=5, until=9, equal=(("src_ip", ("192.0.2.1",)),), unequal=(("dst_port", (53,)),), text="x")
    assert lake.questions == [(DEFAULT_TENANT, where, 2, "")]


def test_a_filter_that_cannot_be_asked_is_refused() -> None:
    check_filter(EventsWanted(), system_principal())
    with pytest.raises(InvalidFilterError):
        check_filter(EventsWanted(where=("no_such=1",)), system_principal())
