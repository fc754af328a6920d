import re

import msgspec
import pytest

from netsentinel.alerts.model import Activity, ActivityKind
from netsentinel.alerts.reports import ReportFormat, rendered
from netsentinel.kernel.types import DEFAULT_TENANT, Level
from netsentinel.storage.testing import MemoryTx
from tests.unit.alerts.factories import NOON
from tests.unit.alerts.reports.desk import report
from tests.unit.alerts.test_service import Office

pytestmark = pytest.mark.anyio

EVIL = "<script>alert(1)</script> | [x](javascript:1) `y` **z**\n# head"


async def text(form: ReportFormat, title: str = EVIL) -> str:
    office = Office()
    office.add(1, title=title, entity=EVIL, description=EVIL, level=Level.HIGH, last_at=NOON)
    note = Activity("act_1", "alr_0001", NOON, "usr_1", EVIL, ActivityKind.NOTE, EVIL)
    office.stores.activity.add(MemoryTx(), DEFAULT_TENANT, note)
    return rendered(await report(office), form).decode()


@pytest.mark.parametrize("form", [ReportFormat.HTML, ReportFormat.PRINT])
async def test_nothing_from_outside_is_markup_in_a_page(form: ReportFormat) -> None:
    page = await text(form)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=", page)
    assert ("@page" in page) == (form is ReportFormat.PRINT)
    assert ("prefers-color-scheme" in page) == (form is ReportFormat.HTML)


async def test_nothing_from_outside_is_markup_in_markdown() -> None:
    page = await text(ReportFormat.MARKDOWN)
    assert not re.search(r"(?<!\\)<", page)
    assert "\n# head" not in page
    assert "](javascript" not in page
    rows = [line for line in page.splitlines() if line.startswith("| ") and "script" in line]
    assert rows
    assert all(len(re.findall(r"(?<!\\)\|", row)) in (3, 5) for row in rows)


async def test_json_says_everything_as_it_is() -> None:
    found = msgspec.json.decode(await text(ReportFormat.JSON))
    assert found["notable"][0]["alert"]["title"] == EVIL
    assert found["alerts"] == 1


@pytest.mark.parametrize("form", list(ReportFormat))
async def test_an_empty_report_can_be_read(form: ReportFormat) -> None:
    page = rendered(await report(Office()), form).decode()
    assert "Security report" in page
    assert form is ReportFormat.JSON or "No alert had a finding" in page


async def test_what_is_no_text_does_not_break_a_page() -> None:
    assert "&lt;" in await text(ReportFormat.HTML, "a\ud800<b")
