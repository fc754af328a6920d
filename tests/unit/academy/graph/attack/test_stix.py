"""Bundles of ATT&CK: what counts in them, and what is no bundle."""

import gzip
import json
from pathlib import Path

import pytest

from netsentinel.academy.graph.attack import read_bundle, rows_from_bundle, shipped_table
from netsentinel.academy.graph.errors import InvalidClaimError
from tests.conftest import DATA

TACTIC = {
    "type": "x-mitre-tactic",
    "id": "x-mitre-tactic--1",
    "name": "Impact",
    "x_mitre_shortname": "impact",
    "external_references": [{"source_name": "mitre-attack", "external_id": "TA0040"}],
    "description": "They break things.",
}
TECHNIQUE = {
    "type": "attack-pattern",
    "id": "attack-pattern--1",
    "name": "Wipe",
    "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "impact"}],
    "external_references": [
        {"source_name": "other", "external_id": "X"},
        {"source_name": "mitre-attack", "external_id": "T1"},
    ],
    "description": "They `wipe` disks, e.g. [all](https://x.org) of them.(Citation: A) Then they leave.",
}
PART = {
    **TECHNIQUE,
    "id": "attack-pattern--2",
    "name": "Quickly",
    "external_references": [{"source_name": "mitre-attack", "external_id": "T1.001"}],
}
OLD = {**PART, "id": "attack-pattern--3", "revoked": True}
MITIGATION = {
    "type": "course-of-action",
    "id": "course-of-action--1",
    "name": "Backup",
    "external_references": [{"source_name": "mitre-ics-attack", "external_id": "M1"}],
    "description": "word " * 100,
}
MITIGATES = {
    "type": "relationship",
    "id": "relationship--1",
    "relationship_type": "mitigates",
    "source_ref": "course-of-action--1",
    "target_ref": "attack-pattern--1",
}
TO_NOWHERE = {**MITIGATES, "id": "relationship--2", "target_ref": "attack-pattern--3"}


def bundle(*things: object) -> bytes:
    return json.dumps({"type": "bundle", "objects": things}).encode()


def test_current_objects_become_rows_with_plain_first_sentences() -> None:
    rows = rows_from_bundle(bundle(TACTIC, TECHNIQUE, PART, OLD, MITIGATION, MITIGATES, TO_NOWHERE))
    assert [(row.id, row.under, row.mitigated_by) for row in rows] == [
        ("M1", (), ()),
        ("T1", ("TA0040",), ("M1",)),
        ("T1.001", ("T1",), ()),
        ("TA0040", (), ()),
    ]
    assert rows[1].text == "They wipe disks, e.g. all of them."
    assert len(rows[0].text) <= 300
    assert rows[0].text.endswith("…")


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", bundle(), bundle({"type": "malware", "id": "m"})])
def test_what_has_nothing_of_attack_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidClaimError):
        rows_from_bundle(raw)


@pytest.mark.data
def test_the_shipped_table_is_what_the_published_bundle_says() -> None:
    raw = gzip.decompress((DATA / "intel" / "enterprise_attack_compact_stix20.json.gz").read_bytes())
    assert rows_from_bundle(raw) == shipped_table()


def test_a_bundle_is_read_packed_or_not(tmp_path: Path) -> None:
    plain, packed = tmp_path / "attack.json", tmp_path / "attack.json.gz"
    plain.write_bytes(b"{}")
    packed.write_bytes(gzip.compress(b"{}"))
    assert read_bundle(plain) == read_bundle(packed) == b"{}"


def test_a_bundle_that_is_too_large_or_damaged_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.academy.graph.attack.stix.MOST_BYTES", 1_000)
    for name, content, said in (
        ("large.json", b" " * 1_001, "at most 1,000 bytes"),
        ("large.gz", gzip.compress(b" " * 10_000_000), "at most 1,000 bytes"),
        ("cut.gz", gzip.compress(b"{}")[:-4], "cannot be unpacked"),
        ("plain.gz", b"{}", "cannot be unpacked"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InvalidClaimError, match=said):
            read_bundle(tmp_path / name)


def test_of_a_long_description_only_the_beginning_is_looked_at() -> None:
    broken = {**TECHNIQUE, "description": "[" * 2_999 + "(Citation: A) " * 1_000_000}
    assert len(rows_from_bundle(bundle(TACTIC, broken))[1].text) <= 300
    late = {**TECHNIQUE, "description": "word " * 600 + "late. Then more."}
    assert "late" not in rows_from_bundle(bundle(TACTIC, late))[1].text
