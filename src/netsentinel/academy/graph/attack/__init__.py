"""MITRE ATT&CK in the graph: a table that ships with the program, and the reader of newer STIX bundles."""

from netsentinel.academy.graph.attack.reference import AttackReference
from netsentinel.academy.graph.attack.stix import read_bundle, rows_from_bundle
from netsentinel.academy.graph.attack.table import ATTACK, AttackRow, claims_from, read_table, shipped_table, table_text

__all__ = [
    "ATTACK",
    "AttackReference",
    "AttackRow",
    "claims_from",
    "read_bundle",
    "read_table",
    "rows_from_bundle",
    "shipped_table",
    "table_text",
]
