from pathlib import Path

import msgspec
import pytest

from netsentinel.alerts.actions import AlertActions, AlertExport, AlertSearch, ReportWanted
from netsentinel.alerts.export import ExportFormat
from netsentinel.alerts.reports import REPORT_TYPES, ReportFormat, Reports
from netsentinel.kernel.errors import InvalidInputError, NetSentinelError
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, TenantId, system_principal
from netsentinel.tasks import ActionRegistry, TaskFiles
from tests.unit.alerts.factories import NOON
from tests.unit.alerts.reports.desk import Events
from tests.unit.alerts.test_service import Office
from tests.unit.tasks.reporting import Notes, task

pytestmark = pytest.mark.anyio


class Room:
    def __init__(self, folder: Path, alerts: int = 3) -> None:
        self.office = Office()
        for number in range(1, alerts + 1):
            self.office.add(number, last_at=NOON + number)
        self.files = TaskFiles(folder)
        self.notes = Notes(task(at=NOON + 1_000))
        made = AlertActions(self.office.service, Reports(self.office.service, Events()), self.files)
        self.does = made
        self.registry = ActionRegistry(made.actions())

    async def file(self) -> bytes:
        return (await self.files.find(DEFAULT_TENANT, "tsk_1")).read_bytes()


async def test_a_search_is_one_page_of_the_tenants_alerts(tmp_path: Path) -> None:
    room = Room(tmp_path)
    first = await room.does.search(AlertSearch(limit=2), room.notes)
    assert [one.id for one in first.items] == ["alr_0003", "alr_0002"]
    rest = await room.does.search(AlertSearch(limit=2, cursor=first.next or ""), room.notes)
    assert [one.id for one in rest.items] == ["alr_0001"]
    assert (await room.does.search(AlertSearch(), Notes(task(TenantId("other"))))).items == ()


@pytest.mark.parametrize("form", list(ExportFormat))
async def test_an_export_is_a_file_with_every_alert(tmp_path: Path, form: ExportFormat) -> None:
    room = Room(tmp_path, alerts=7)
    made = await room.does.export(AlertExport(format=form, since=NOON + 3), room.notes)
    content = await room.file()
    assert (made.alerts, made.file.size) == (5, len(content))
    assert made.file.name.startswith("alerts-2026-")
    assert all(f"alr_000{number}".encode() in content for number in range(3, 8))
    assert b"alr_0002" not in content
    assert room.notes.said[-1][2] == "5 alerts"


@pytest.mark.parametrize("form", list(ReportFormat))
async def test_a_report_is_a_file(tmp_path: Path, form: ReportFormat) -> None:
    room = Room(tmp_path)
    made = await room.does.report(ReportWanted(format=form, entity="203.0.113.66"), room.notes)
    assert made.alerts == 3
    assert made.file.media_type == REPORT_TYPES[form][0]
    assert made.file.name.endswith(REPORT_TYPES[form][1])
    assert b"203.0.113.66" in (await room.file()).replace(b"\\", b"")


def test_what_cannot_be_asked_is_refused_before_anything_is_stored(tmp_path: Path) -> None:
    registry = Room(tmp_path).registry
    report = registry["reports.generate"]
    with pytest.raises(InvalidInputError):
        report.validate(report.read_input(b'{"since":5,"until":5}'), system_principal())
    for name, source in (("alerts.search", b'{"limit":0}'), ("export.alerts", b'{"format":"xls"}')):
        with pytest.raises(NetSentinelError, match="does not fit"):
            registry[name].read_input(source)


def test_each_can_be_asked_for_by_whoever_may_read_alerts(tmp_path: Path) -> None:
    registry = Room(tmp_path).registry
    assert {one.permission for one in registry} == {Permission.ALERTS_READ}
    assert sorted(one.name for one in registry) == ["alerts.search", "export.alerts", "reports.generate"]
    for one in registry:
        assert msgspec.json.schema(one.input)
        assert one.estimated_duration(one.read_input(b"{}")) > 0
