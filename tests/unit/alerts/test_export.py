from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.alerts import Alert, ExportFormat, export_pieces
from netsentinel.alerts.export import COLUMNS, inert
from tests.unit.alerts.factories import NOON, alert


async def pages(*counts: int) -> AsyncIterator[Sequence[Alert]]:
    for count in counts:
        yield [alert(number) for number in range(count)]


async def no_rules(_rule_id: str) -> None:
    return None


async def text(form: ExportFormat, *counts: int) -> str:
    return b"".join([piece async for piece in export_pieces(pages(*counts), form, no_rules, NOON)]).decode()


@pytest.mark.anyio
@pytest.mark.parametrize("counts", [(), (0,), (1,), (2, 3), (2, 0, 1)])
async def test_json_is_one_array_whatever_the_pages(counts: tuple[int, ...]) -> None:
    found = msgspec.json.decode(await text(ExportFormat.JSON, *counts), type=list[Alert])
    assert len(found) == sum(counts)


@pytest.mark.anyio
async def test_csv_has_a_head_and_a_line_for_each_alert() -> None:
    lines = (await text(ExportFormat.CSV, 2, 1)).splitlines()
    assert lines[0].split(",") == list(COLUMNS)
    assert len(lines) == 4


@given(cell=st.text(max_size=30))
def test_no_cell_begins_like_a_formula_and_nothing_else_changes(cell: str) -> None:
    safe = inert(cell)
    assert not safe.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe in (cell.replace("\0", "\ufffd"), "'" + cell.replace("\0", "\ufffd"))


@pytest.mark.parametrize("cell", ["10.0.0.1", "a=b", "user@host", "T1110 -x", ""])
def test_ordinary_cells_stay(cell: str) -> None:
    assert inert(cell) == cell
