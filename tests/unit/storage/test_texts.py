"""Tests of `storage/texts.py`."""

import pytest

from netsentinel.storage import SqliteDatabase
from netsentinel.storage.texts import as_json, containing, decode_texts


def test_texts_come_back_as_they_were() -> None:
    texts = ("", 'a "b"', "ü\u2028")
    assert decode_texts(as_json(texts)) == texts
    assert as_json(sorted({"b", "a"})) == '["a","b"]'


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("text", "found"),
    [("100%", ["100% Sure"]), ("a_b", ["A_B"]), ("\\", ["c\\d"]), ("SURE", ["100% Sure", "100 sure"]), ("x", [])],
)
async def test_a_pattern_finds_nothing_but_its_text(
    text: str, found: list[str], sqlite_database: SqliteDatabase
) -> None:
    rows = "SELECT '100% Sure' AS name UNION ALL SELECT '100 sure' UNION ALL SELECT 'A_B' UNION ALL SELECT 'acb'"
    sql = f"SELECT name FROM ({rows} UNION ALL SELECT 'c\\d') WHERE LOWER(name) LIKE ? ESCAPE '\\'"  # noqa: S608 - constants only
    assert await sqlite_database.read(lambda tx: [row[0] for row in tx.rows(sql, (containing(text),))]) == found
