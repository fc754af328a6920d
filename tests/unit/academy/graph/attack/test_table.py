"""The table of ATT&CK that ships: complete, readable, and stated as an acyclic graph."""

import pytest

from netsentinel.academy.graph import Direction, Relation, id_of
from netsentinel.academy.graph.attack import ATTACK, AttackRow, claims_from, read_table, shipped_table, table_text
from netsentinel.academy.graph.errors import InvalidClaimError
from netsentinel.academy.graph.model import ConceptKind
from netsentinel.kernel.testing import FakeClock
from tests.unit.academy.graph.site import ANA, T, memory_site

pytestmark = pytest.mark.anyio


def test_the_shipped_table_has_every_tactic_technique_and_mitigation_of_enterprise_18_1() -> None:
    rows = shipped_table()
    counts = [sum(row.kind is kind for row in rows) for kind in (ConceptKind.TACTIC, ConceptKind.TECHNIQUE)]
    assert [*counts, len(rows)] == [14, 691, 749]
    known = {row.id for row in rows}
    assert all(other in known for row in rows for other in (*row.under, *row.mitigated_by))
    assert all(row.under for row in rows if row.kind is ConceptKind.TECHNIQUE)
    assert all(0 < len(row.text) <= 300 for row in rows)


def test_a_table_is_read_as_it_was_written() -> None:
    rows = shipped_table()
    assert read_table(table_text(rows)) == rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "begins with the columns"),
        ("id\tname\n", "begins with the columns"),
        (table_text([]) + "T1\ttechnique\n", "Line 2"),
        (table_text([]) + "T1\ttechnique\tName\t" + "," * 1_000_000 + "\t\t\n", "characters in the column under"),
        (table_text([]) + "T1\ttechnique\t" + "n" * 201 + "\t\t\t\n", "Line 2.*characters in the column name"),
        (table_text([]) + ("T1\ttechnique\tName\t" + "a," * 999 + "\t\t\n") * 21, "Up to line 22 .* 20,000 edges"),
        (table_text([]) + "T1\ttechnique\tName\t\t\t\n" * 10_001, "at most 10,000 rows"),
        (table_text([]) + "\t" * 1_000_000, "Line 2"),
        (table_text([]) + "T1\tnonsense\tName\t\t\t\n", "Line 2"),
    ],
)
def test_what_is_no_table_is_refused_with_the_line(text: str, said: str) -> None:
    with pytest.raises(InvalidClaimError, match=said):
        read_table(text)


def test_mitigations_mitigate_and_techniques_require_what_they_are_under() -> None:
    said = claims_from(
        [AttackRow(id="T1001.001", kind=ConceptKind.TECHNIQUE, name="Part", under=("T1001",), mitigated_by=("M1001",))]
    )
    assert [(one.source, one.relation, one.target) for one in said.edges] == [
        ("T1001.001", Relation.REQUIRES, "T1001"),
        ("M1001", Relation.MITIGATES, "T1001.001"),
    ]


async def test_stated_it_is_a_graph_without_a_cycle() -> None:
    site = memory_site(FakeClock())
    told = await site.graph.state(ANA, ATTACK, claims_from(shipped_table()))
    assert (told.concepts, told.held) == (749, ())
    order = await site.graph.closure(T, id_of("t1059.001"), Direction.PREREQUISITES)
    assert await site.names(order) == ["Execution", "Command and Scripting Interpreter"]
    mitigations = [one for one in await site.graph.neighbours(T, id_of("t1059.001")) if one.key.relation == "mitigates"]
    assert len(mitigations) >= 4
