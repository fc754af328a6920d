"""The compact table of ATT&CK: one line per tactic, technique and mitigation, and what the graph is told of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netsentinel.academy.graph.errors import InvalidClaimError
from netsentinel.academy.graph.model import (
    Claims,
    ConceptClaim,
    ConceptKind,
    EdgeClaim,
    Origin,
    OriginKind,
    Relation,
)

ATTACK: Final = Origin(OriginKind.REFERENCE, "attack")
_TABLE: Final = Path(__file__).parent / "enterprise.tsv"
_COLUMNS: Final = ("id", "kind", "name", "under", "mitigated_by", "text")
_LONGEST: Final = (40, 40, 200, 2_000, 2_000, 2_000)
"""Characters of each cell."""
MOST_ROWS: Final = 10_000
MOST_EDGES: Final = 20_000
"""That a table's rows name together, nearly ten times those of Enterprise 18.1."""
_KINDS: Final = (ConceptKind.TACTIC, ConceptKind.TECHNIQUE, ConceptKind.MITIGATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackRow:
    """A tactic, technique or mitigation."""

    id: str
    """As ATT&CK numbers it: `TA0001`, `T1059.001`, `M1049`."""
    kind: ConceptKind
    name: str
    under: tuple[str, ...] = ()
    """Of a technique: its tactics; of a sub-technique: its technique."""
    mitigated_by: tuple[str, ...] = ()
    text: str = ""
    """Its first sentence."""


def table_text(rows: Iterable[AttackRow]) -> str:
    """The table as it ships: tab-separated, by id, with a header."""
    lines = ["\t".join(_COLUMNS)]
    lines += [
        "\t".join((row.id, row.kind, row.name, ",".join(row.under), ",".join(row.mitigated_by), row.text))
        for row in sorted(rows, key=lambda row: row.id)
    ]
    return "\n".join(lines) + "\n"


def read_table(text: str) -> list[AttackRow]:
    """The rows of a table.

    Raises:
        InvalidClaimError: it is no such table, or too large; the sentence names the line.
    """
    header, *lines = text.rstrip("\n").split("\n", MOST_ROWS + 1)
    if tuple(header.split("\t")) != _COLUMNS:
        raise InvalidClaimError(f"A table of ATT&CK begins with the columns {', '.join(_COLUMNS)}.")
    if len(lines) > MOST_ROWS:
        raise InvalidClaimError(f"A table of ATT&CK has at most {MOST_ROWS:,} rows.")
    rows: list[AttackRow] = []
    edges = 0
    for number, line in enumerate(lines, start=2):
        rows.append(_row(line, number))
        edges += len(rows[-1].under) + len(rows[-1].mitigated_by)
        if edges > MOST_EDGES:
            raise InvalidClaimError(f"Up to line {number} the table names over {MOST_EDGES:,} edges, more than it may.")
    return rows


def _row(line: str, number: int) -> AttackRow:
    cells = line.split("\t", len(_COLUMNS))
    if len(cells) != len(_COLUMNS) or cells[1] not in _KINDS:
        raise InvalidClaimError(f"Line {number} of the table has not the columns {', '.join(_COLUMNS)}.")
    for cell, most, column in zip(cells, _LONGEST, _COLUMNS, strict=True):
        if len(cell) > most:
            raise InvalidClaimError(f"Line {number} of the table has over {most:,} characters in the column {column}.")
    external, kind, name, under, mitigated_by, text = cells
    return AttackRow(
        id=external,
        kind=ConceptKind(kind),
        name=name,
        under=tuple(filter(None, under.split(","))),
        mitigated_by=tuple(filter(None, mitigated_by.split(","))),
        text=text,
    )


def shipped_table() -> list[AttackRow]:
    """The table that comes with the program: ATT&CK Enterprise 18.1."""
    return read_table(_TABLE.read_text(encoding="utf-8"))


def claims_from(rows: Iterable[AttackRow]) -> Claims:
    """What a table states: a sub-technique requires its technique, a technique its tactics, mitigations mitigate."""
    concepts: list[ConceptClaim] = []
    edges: list[EdgeClaim] = []
    for row in rows:
        concepts.append(ConceptClaim(name=row.name, key=row.id, kind=row.kind, text=row.text, position=row.id))
        edges += [
            EdgeClaim(
                source=row.id,
                target=above,
                position=row.id,
                sentence=f"ATT&CK has {row.id} {row.name} under {above}.",
            )
            for above in row.under
        ]
        edges += [
            EdgeClaim(
                source=mitigation,
                target=row.id,
                relation=Relation.MITIGATES,
                position=row.id,
                sentence=f"ATT&CK lists {mitigation} among the mitigations of {row.id} {row.name}.",
            )
            for mitigation in row.mitigated_by
        ]
    return Claims(tuple(concepts), tuple(edges))
