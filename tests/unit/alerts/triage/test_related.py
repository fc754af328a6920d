import pytest

from netsentinel.alerts.testing import MemoryAlerts
from netsentinel.alerts.triage import Relations, Why
from netsentinel.kernel.clock import DAY, HOUR, MINUTE
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage.testing import MemoryDatabase, MemoryTx
from tests.unit.alerts.factories import NOON, alert

pytestmark = pytest.mark.anyio


class Board:
    def __init__(self) -> None:
        self.alerts = MemoryAlerts()
        self.relations = Relations(MemoryDatabase(), self.alerts)
        self.add(0, entity="10.0.0.1", src_ip="10.0.0.1", dst_ip="10.0.0.2", tags=("attack.t1110", "attack.discovery"))

    def add(self, number: int, *, at: int = NOON, **changes: object) -> None:
        changes = {"first_at": at, "last_at": at, "src_ip": "", "dst_ip": "", "tags": (), "rule_id": f"r{number}"} | {
            "entity": f"e{number}",
            **changes,
        }
        self.alerts.save(MemoryTx(), alert(number, **changes))

    async def why(self) -> dict[str, list[tuple[Why, str]]]:
        found = await self.relations.of(DEFAULT_TENANT, "alr_0000")
        return {one.alert.id: [(reason.why, reason.value) for reason in one.reasons] for one in found.items}


@pytest.fixture
def board() -> Board:
    return Board()


async def test_each_reason_is_said(board: Board) -> None:
    far = NOON + 2 * HOUR
    board.add(1, at=far, entity="10.0.0.1")
    board.add(2, at=far, entity="10.0.0.2")
    board.add(3, at=far, rule_id="r0")
    board.add(4, at=far, tags=("attack.t1110",))
    board.add(5, at=NOON + MINUTE)
    board.add(6, at=far, tags=("attack.discovery",))
    assert await board.why() == {
        "alr_0001": [(Why.ENTITY, "10.0.0.1")],
        "alr_0002": [(Why.ADDRESS, "10.0.0.2")],
        "alr_0004": [(Why.TECHNIQUE, "attack.t1110")],
        "alr_0005": [(Why.TIME, "60")],
        "alr_0003": [(Why.RULE, "r0")],
    }


async def test_what_has_more_in_common_comes_first_then_what_is_nearer(board: Board) -> None:
    board.add(1, at=NOON + 3 * HOUR, entity="10.0.0.1")
    board.add(2, at=NOON + 2 * HOUR, entity="10.0.0.1")
    board.add(3, at=NOON + MINUTE, entity="10.0.0.1")
    assert list(await board.why()) == ["alr_0003", "alr_0002", "alr_0001"]


async def test_a_week_is_far_and_other_tenants_are_not_looked_at(board: Board) -> None:
    board.add(1, at=NOON - 8 * DAY, entity="10.0.0.1")
    board.add(2, at=NOON + 8 * DAY, entity="10.0.0.1")
    board.add(3, entity="10.0.0.1", tenant=TenantId("other"))
    assert await board.why() == {}
    with pytest.raises(NotFoundError):
        await board.relations.of(TenantId("other"), "alr_0000")
