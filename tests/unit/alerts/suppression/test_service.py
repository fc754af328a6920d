import pytest

from netsentinel.alerts.suppression import Condition, Match, Suppressions, SuppressionState
from netsentinel.alerts.suppression.testing import memory_suppressions
from netsentinel.alerts.testing import MemoryAlerts, MemoryEvidence
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.errors import InvalidCursorError, InvalidFilterError, InvalidInputError, NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId, system_principal
from netsentinel.storage.testing import MemoryDatabase, MemoryTx
from tests.unit.alerts.factories import NOON, alert

pytestmark = pytest.mark.anyio

ME, OTHER = system_principal(), system_principal(TenantId("other"))
SCOPE = (Condition("rule_id", Match.EQUALS, ("rule-1",)),)


class Office:
    """The service over stores in memory."""

    def __init__(self) -> None:
        self.db = MemoryDatabase()
        self.clock = FakeClock(NOON)
        self.stores = memory_suppressions()
        self.alerts = MemoryAlerts()
        self.service = Suppressions(self.db, self.stores, self.alerts, MemoryEvidence(), self.clock)


@pytest.fixture
def office() -> Office:
    return Office()


async def test_making_and_lifting_are_told_and_audited_once(office: Office) -> None:
    office.alerts.save(MemoryTx(), alert(1))
    made = await office.service.create(ME, SCOPE, reason="ours", alert_id="alr_0001")
    assert (made.alert_id, made.created_by_name, made.state) == ("alr_0001", "NetSentinel", SuppressionState.ACTIVE)
    for _ in range(2):
        office.clock.advance(5)
        lifted = await office.service.lift(ME, made.id)
    assert (lifted.state, lifted.lifted_at) == (SuppressionState.LIFTED, NOON + 5)
    assert [entry.kind for entry in office.db.entries] == ["suppression.created", "suppression.lifted"]
    assert office.db.entries[0].payload.conditions == ("rule_id = rule-1",)  # type: ignore[attr-defined]


async def test_it_expires_by_the_clock(office: Office) -> None:
    made = await office.service.create(ME, SCOPE, reason="for a day", expires_at=NOON + DAY)
    office.clock.advance(DAY)
    assert (await office.service.detail(DEFAULT_TENANT, made.id)).suppression.state is SuppressionState.EXPIRED
    assert (await office.service.page(DEFAULT_TENANT, limit=9, only_active=True)).items == ()
    assert len((await office.service.page(DEFAULT_TENANT, limit=9)).items) == 1


async def test_what_cannot_be_is_refused(office: Office) -> None:
    with pytest.raises(InvalidFilterError):
        await office.service.create(ME, (), reason="")
    with pytest.raises(InvalidFilterError):
        await office.service.preview(DEFAULT_TENANT, (), days=30)
    with pytest.raises(InvalidInputError):
        await office.service.create(ME, SCOPE, reason="", expires_at=NOON)
    with pytest.raises(NotFoundError):
        await office.service.create(ME, SCOPE, reason="", alert_id="alr_none")
    assert office.db.entries == []


async def test_another_tenant_has_none_of_it(office: Office) -> None:
    made = await office.service.create(ME, SCOPE, reason="")
    with pytest.raises(NotFoundError):
        await office.service.detail(OTHER.tenant, made.id)
    with pytest.raises(NotFoundError):
        await office.service.lift(OTHER, made.id)
    assert (await office.service.page(OTHER.tenant, limit=9)).items == ()


async def test_pages_join(office: Office) -> None:
    for _ in range(5):
        office.clock.advance(1)
        await office.service.create(ME, SCOPE, reason="")
    first = await office.service.page(DEFAULT_TENANT, limit=3)
    assert first.next is not None
    rest = await office.service.page(DEFAULT_TENANT, limit=3, cursor=first.next)
    assert [one.created_at - NOON for one in (*first.items, *rest.items)] == [5, 4, 3, 2, 1]
    assert rest.next is None
    with pytest.raises(InvalidCursorError):
        await office.service.page(DEFAULT_TENANT, limit=3, cursor="nonsense")
