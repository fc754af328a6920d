"""Tests of `storage/audit.py`: every way to tamper with a chain is found, and the first bad entry is named."""

import hashlib
import hmac
import json
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage.audit import GENESIS, AuditChain, AuditCheck, AuditedRow, AuditHead, AuditReport

CHAIN = AuditChain(b"key")
TEXT = st.text(max_size=5)
FIELDS = ("kind", "at", "principal", "subject", "payload", "cause")


@st.composite
def chains(draw: st.DrawFn, at_least: int = 1) -> tuple[list[AuditedRow], AuditHead]:
    """A whole chain and its head."""
    rows: list[AuditedRow] = []
    mac, seq = GENESIS, 0
    for _ in range(draw(st.integers(at_least, 7))):
        seq += draw(st.integers(1, 3))
        at = draw(st.integers(0, 2**60))
        row = AuditedRow(
            seq, DEFAULT_TENANT, draw(TEXT), at, draw(TEXT), draw(TEXT), payload=draw(TEXT), cause=draw(TEXT), mac=""
        )
        mac = CHAIN.mac(mac, row)
        rows.append(replace(row, mac=mac))
    return rows, CHAIN.head(DEFAULT_TENANT, seq, len(rows), mac)


def check(rows: list[AuditedRow], head: AuditHead | None, chain: AuditChain = CHAIN) -> AuditReport:
    audit = AuditCheck(chain, DEFAULT_TENANT, head)
    return audit.walk(rows) or audit.finish()


@given(chains(), st.integers(1, 3))
def test_a_whole_chain_is_intact_however_it_is_paged(chain: tuple[list[AuditedRow], AuditHead], page: int) -> None:
    rows, head = chain
    audit = AuditCheck(CHAIN, DEFAULT_TENANT, head)
    assert all(audit.walk(rows[start : start + page]) is None for start in range(0, len(rows), page))
    report = audit.finish()
    assert (report.intact, report.entries) == (True, len(rows))


@given(chains(), st.data())
def test_an_edit_is_found(chain: tuple[list[AuditedRow], AuditHead], data: st.DataObject) -> None:
    rows, head = chain
    index = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from([*FIELDS, "mac", "tenant"]))
    old = getattr(rows[index], name)
    new = data.draw((st.integers(0, 2**60) if name == "at" else TEXT).filter(lambda value: value != old))
    edited = [*rows[:index], replace(rows[index], **{name: new}), *rows[index + 1 :]]
    assert check(edited, head).first_bad_seq == rows[index].seq


@given(chains(at_least=2), st.data())
def test_a_shifted_border_between_two_fields_is_found(
    chain: tuple[list[AuditedRow], AuditHead], data: st.DataObject
) -> None:
    rows, head = chain
    index = data.draw(st.integers(0, len(rows) - 1))
    row = rows[index]
    moved = replace(row, principal="", subject=row.principal + row.subject)
    report = check([*rows[:index], moved, *rows[index + 1 :]], head)
    assert report.intact == (row.principal == "")


@given(chains(at_least=2), st.data())
def test_a_removed_entry_is_found(chain: tuple[list[AuditedRow], AuditHead], data: st.DataObject) -> None:
    rows, head = chain
    index = data.draw(st.integers(0, len(rows) - 2))
    assert check([*rows[:index], *rows[index + 1 :]], head).first_bad_seq == rows[index + 1].seq


@given(chains(at_least=2), st.data())
def test_two_entries_in_each_others_place_are_found(
    chain: tuple[list[AuditedRow], AuditHead], data: st.DataObject
) -> None:
    rows, head = chain
    first, second = sorted(data.draw(st.permutations(range(len(rows))))[:2])
    swapped = list(rows)
    swapped[first] = replace(rows[second], seq=rows[first].seq)
    swapped[second] = replace(rows[first], seq=rows[second].seq)
    assert check(swapped, head).first_bad_seq == rows[first].seq


@given(chains(), st.data())
def test_a_cut_end_is_found(chain: tuple[list[AuditedRow], AuditHead], data: st.DataObject) -> None:
    rows, head = chain
    kept = data.draw(st.integers(0, len(rows) - 1))
    report = check(rows[:kept], head)
    assert (report.first_bad_seq, report.entries) == (head.seq, kept)


@given(chains(at_least=2), st.data())
def test_a_head_that_was_moved_back_without_the_key_is_found(
    chain: tuple[list[AuditedRow], AuditHead], data: st.DataObject
) -> None:
    rows, head = chain
    kept = data.draw(st.integers(1, len(rows) - 1))
    last = rows[kept - 1]
    forged = AuditHead(DEFAULT_TENANT, last.seq, kept, last.mac, head.seal)
    assert check(rows[:kept], forged).first_bad_seq == last.seq


@given(chains())
def test_an_added_entry_is_found(chain: tuple[list[AuditedRow], AuditHead]) -> None:
    rows, head = chain
    added = replace(rows[-1], seq=rows[-1].seq + 1)
    assert check([*rows, added], head).first_bad_seq == added.seq


@given(chains())
def test_another_key_makes_everything_bad(chain: tuple[list[AuditedRow], AuditHead]) -> None:
    rows, head = chain
    assert check(rows, head, AuditChain(b"another")).first_bad_seq == rows[0].seq


def test_the_formula_is_the_documented_one() -> None:
    row = AuditedRow(7, "default", "user.created", 9, "usr_1", 'ü"\n', '{"a":1}', "[1,2]", mac="")
    message = json.dumps(
        [7, "default", "user.created", 9, "usr_1", 'ü"\n', '{"a":1}', "[1,2]"],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    expected = hmac.new(b"key", bytes(32) + message.encode(), hashlib.sha256).hexdigest()
    assert CHAIN.mac(GENESIS, row) == expected
    sealed = b"head" + json.dumps(["default", 7, 1, expected], separators=(",", ":")).encode()
    assert CHAIN.seal("default", 7, 1, expected) == hmac.new(b"key", sealed, hashlib.sha256).hexdigest()


ends = st.lists(
    st.builds(
        CHAIN.head, TEXT, st.integers(1, 9), st.integers(1, 9), st.binary(min_size=32, max_size=32).map(bytes.hex)
    ),
    unique_by=lambda head: head.tenant,
    max_size=6,
)


@given(ends, st.randoms())
def test_all_heads_are_sealed_in_whatever_order_they_come(heads: list[AuditHead], random: Random) -> None:
    seal = CHAIN.seal_of_all(heads)
    random.shuffle(heads)
    assert CHAIN.seals_all(heads, seal)
    assert not CHAIN.seals_all(heads, None)
    assert not AuditChain(b"another").seals_all(heads, seal)


@given(ends.filter(bool), st.data())
def test_a_head_that_was_removed_added_or_changed_is_found(heads: list[AuditHead], data: st.DataObject) -> None:
    seal = CHAIN.seal_of_all(heads)
    at = data.draw(st.integers(0, len(heads) - 1))
    others = [*heads[:at], *heads[at + 1 :]]
    assert not CHAIN.seals_all(others, seal)
    assert not CHAIN.seals_all([*heads, CHAIN.head("a new one", 1, 1, GENESIS)], seal)
    name = data.draw(st.sampled_from(["tenant", "seq", "entries", "mac"]))
    value = {"tenant": "another", "seq": 10, "entries": 10, "mac": GENESIS[:-1] + "1"}[name]
    changed = CHAIN.head(
        **{**{key: getattr(heads[at], key) for key in ("tenant", "seq", "entries", "mac")}, name: value}
    )
    assert CHAIN.seals_all([*others, changed], seal) == (changed == heads[at])


def test_the_formula_of_the_seal_over_all_heads_is_the_documented_one() -> None:
    heads = [CHAIN.head("\u00fc", 9, 2, "cd" * 32), CHAIN.head("default", 7, 1, "ab" * 32)]
    rows = [["default", 7, 1, "ab" * 32], ["\u00fc", 9, 2, "cd" * 32]]
    message = b"heads" + json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    assert CHAIN.seal_of_all(heads) == hmac.new(b"key", message, hashlib.sha256).hexdigest()
