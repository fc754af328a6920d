from dataclasses import replace

import pytest

from netsentinel.alerts.model import ActivityKind, AlertStatus, Verdict
from netsentinel.alerts.testing import MemoryActivity, MemoryAlerts
from netsentinel.alerts.triage import MAX_BULK, AlertChange, Decisions, Person
from netsentinel.alerts.triage.model import MAX_NOTE
from netsentinel.kernel.errors import InvalidInputError, NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId, system_principal
from netsentinel.storage.testing import MemoryDatabase, MemoryTx
from tests.unit.alerts.factories import NOON, alert

pytestmark = pytest.mark.anyio

ME = replace(system_principal(), id="usr_1", name="ann")
OTHER = system_principal(TenantId("other"))


class TwoPeople:
    async def of(self, tenant: TenantId) -> tuple[Person, ...]:
        return (Person("usr_1", "ann"), Person("usr_2", "Bob")) if tenant == DEFAULT_TENANT else ()


class Office:
    """Decisions over stores in memory."""

    def __init__(self) -> None:
        self.db = MemoryDatabase()
        self.clock = FakeClock(NOON)
        self.alerts = MemoryAlerts()
        self.activity = MemoryActivity()
        self.decisions = Decisions(self.db, self.alerts, self.activity, TwoPeople(), self.clock)
        for number in (1, 2, 3):
            self.alerts.save(MemoryTx(), alert(number))

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.db.entries]

    def history(self, number: int = 1) -> list[tuple[ActivityKind, str, str, str]]:
        done = self.activity.of(MemoryTx(), DEFAULT_TENANT, f"alr_{number:04}", 99)
        return [(one.kind, one.text, one.before, one.after) for one in done]


@pytest.fixture
def office() -> Office:
    return Office()


async def test_judging_announces_itself_once(office: Office) -> None:
    for _ in range(2):
        judged = await office.decisions.judge(
            ME, "alr_0001", status=AlertStatus.ACKNOWLEDGED, verdict=Verdict.TRUE_POSITIVE
        )
    assert (judged.status, judged.verdict, judged.version) == (AlertStatus.ACKNOWLEDGED, Verdict.TRUE_POSITIVE, 2)
    assert office.kinds() == ["alert.updated", "alert.judged"]
    assert sorted(office.history()) == [
        (ActivityKind.STATUS, "", "open", "acknowledged"),
        (ActivityKind.VERDICT, "", "undecided", "true_positive"),
    ]


async def test_a_closed_alert_can_be_reopened_and_its_history_says_so(office: Office) -> None:
    for status in (AlertStatus.CLOSED, AlertStatus.OPEN):
        office.clock.advance(1)
        await office.decisions.judge(ME, "alr_0001", status=status, verdict=None)
    assert [(before, after) for _, _, before, after in office.history()] == [("open", "closed"), ("closed", "open")]


@pytest.mark.parametrize("asked", ["usr_2", "bob", "BOB"])
async def test_a_user_is_named_by_id_or_name(office: Office, asked: str) -> None:
    for _ in range(2):
        mine = await office.decisions.assign(ME, "alr_0001", asked)
    assert (mine.assignee, mine.assignee_name) == ("usr_2", "Bob")
    nobodys = await office.decisions.assign(ME, "alr_0001", "")
    assert (nobodys.assignee, nobodys.assignee_name) == ("", "")
    assert office.kinds() == ["alert.updated", "alert.assigned"] * 2
    assert sorted(office.history()) == sorted(
        [(ActivityKind.ASSIGNMENT, "", "", "Bob"), (ActivityKind.ASSIGNMENT, "", "Bob", "")]
    )


async def test_nobody_else_can_be_named(office: Office) -> None:
    with pytest.raises(InvalidInputError):
        await office.decisions.assign(ME, "alr_0001", "eve")
    with pytest.raises(InvalidInputError):
        await office.decisions.change_all(ME, ["alr_0001"], AlertChange(status=AlertStatus.CLOSED, assignee="eve"))
    assert office.kinds() == []


async def test_notes_are_kept_and_audited(office: Office) -> None:
    noted = await office.decisions.note(ME, "alr_0001", "  looked at it \n")
    assert (noted.activity.text, noted.activity.principal_name, noted.alert.id) == ("looked at it", "ann", "alr_0001")
    await office.decisions.note(ME, "alr_0001", "looked at it")
    assert len(office.history()) == 2
    assert office.kinds() == ["alert.noted", "alert.noted"]


@pytest.mark.parametrize("text", ["", " \n", "x" * (MAX_NOTE + 1)])
async def test_a_note_has_something_to_say_and_an_end(office: Office, text: str) -> None:
    with pytest.raises(InvalidInputError):
        await office.decisions.note(ME, "alr_0001", text)
    assert office.history() == []


async def test_another_tenant_can_do_nothing(office: Office) -> None:
    with pytest.raises(NotFoundError):
        await office.decisions.judge(OTHER, "alr_0001", status=AlertStatus.CLOSED, verdict=None)
    with pytest.raises(NotFoundError):
        await office.decisions.assign(OTHER, "alr_0001", "")
    with pytest.raises(NotFoundError):
        await office.decisions.note(OTHER, "alr_0001", "mine")
    result = await office.decisions.change_all(OTHER, ["alr_0001"], AlertChange(note="mine"))
    assert (result.items, result.missing) == ((), ("alr_0001",))
    assert office.kinds() == []


async def test_several_alerts_change_in_one_commit(office: Office) -> None:
    change = AlertChange(AlertStatus.CLOSED, Verdict.BENIGN, "usr_1", "the weekly scan")
    result = await office.decisions.change_all(ME, ["alr_0002", "alr_9999", "alr_0001", "alr_0002"], change)
    assert [one.id for one in result.items] == ["alr_0002", "alr_0001"]
    assert result.missing == ("alr_9999",)
    assert {(one.status, one.verdict, one.assignee_name) for one in result.items} == {
        (AlertStatus.CLOSED, Verdict.BENIGN, "ann")
    }
    assert {kind for kind, *_ in office.history(2)} == set(ActivityKind)
    assert office.history(3) == []


async def test_not_too_many_at_once(office: Office) -> None:
    with pytest.raises(InvalidInputError):
        await office.decisions.change_all(ME, [str(n) for n in range(MAX_BULK + 1)], AlertChange(note="x"))


async def test_everybody_who_can_be_named_is_listed(office: Office) -> None:
    assert [person.name for person in (await office.decisions.assignees(DEFAULT_TENANT)).items] == ["ann", "Bob"]
