import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from netsentinel.kernel.errors import InvalidInputError, NotFoundError, StorageFullError, TooLargeError
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.models import tables
from netsentinel.models.tables import TableFolder, line_named, table_named

pytestmark = pytest.mark.anyio

T, OTHER = DEFAULT_TENANT, TenantId("other")


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def left_in(folder: Path) -> Iterable[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_a_table_is_kept_whole_replaced_and_deleted(tmp_path: Path) -> None:
    folder = TableFolder(tmp_path, 100)
    kept = await folder.keep(T, "flows.csv", pieces(b"a,b\n", b"1,2\n"))
    assert (kept.name, kept.path, kept.size) == ("flows.csv", "table:flows.csv", 8)
    assert folder.path(T, "flows.csv").read_bytes() == b"a,b\n1,2\n"
    await folder.keep(T, "flows.csv", pieces(b"new"))
    assert [one.size for one in await folder.tables(T)] == [3]
    assert await folder.tables(OTHER) == ()
    with pytest.raises(NotFoundError):
        folder.path(OTHER, "flows.csv")
    await folder.delete(T, "flows.csv")
    assert await folder.tables(T) == ()
    with pytest.raises(NotFoundError):
        await folder.delete(T, "flows.csv")


@pytest.mark.parametrize(
    "name",
    [
        "../flows.csv",
        "..",
        ".hidden.csv",
        "a/b.csv",
        "/etc/passwd",
        "flows.exe",
        "",
        "a\0.csv",
        "x" * 200 + ".csv",
        "a\\b.csv",
        "a\n.csv",
        "\u20ac" * 90 + ".csv",
    ],
)
async def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    folder = TableFolder(tmp_path, 100)
    with pytest.raises(InvalidInputError):
        await folder.keep(T, name, pieces(b"a"))
    with pytest.raises(InvalidInputError):
        folder.path(T, name)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        "KDDTest+.txt",
        "flows (2).csv",
        "Größe, 1. Mai.csv",
        "conn.log.labeled",
        "conn.log.gz",
        "a.BinetFlow",
        "eve.json",
    ],
)
async def test_ordinary_names_of_files_are_taken(tmp_path: Path, name: str) -> None:
    folder = TableFolder(tmp_path, 100)
    assert (await folder.keep(T, name, pieces(b"a"))).name == name
    assert folder.path(T, name).read_bytes() == b"a"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("table:a.csv", "a.csv"),
        ("a.csv", "a.csv"),
        ("/srv/a.csv", ""),
        ("sub/a.csv", ""),
        ("table:../a.csv", "../a.csv"),
    ],
)
def test_a_name_alone_means_an_uploaded_table(path: str, name: str) -> None:
    assert table_named(path) == name


async def test_the_quota_holds_for_all_tables_and_for_uploads_at_once(tmp_path: Path) -> None:
    folder = TableFolder(tmp_path, 10)
    await folder.keep(T, "a.csv", pieces(b"12345"))
    with pytest.raises(TooLargeError):
        await folder.keep(T, "b.csv", pieces(b"123", b"456"))
    assert left_in(tmp_path) == [f"{T}/a.csv"]
    await folder.keep(T, "a.csv", pieces(b"1234567890"))  # in place of itself
    await folder.keep(OTHER, "a.csv", pieces(b"1234567890"))
    await folder.delete(T, "a.csv")

    async def with_another() -> AsyncIterator[bytes]:
        yield b"123456"
        await folder.keep(T, "c.csv", pieces(b"1234"))
        yield b"7"

    with pytest.raises(TooLargeError):
        await folder.keep(T, "b.csv", with_another())
    assert left_in(tmp_path) == [f"{T}/c.csv", "other/a.csv"]
    await folder.keep(T, "b.csv", pieces(b"123456"))


async def test_what_was_kept_beside_an_upload_counts_once(tmp_path: Path) -> None:
    folder = TableFolder(tmp_path, 10)

    async def slow() -> AsyncIterator[bytes]:
        yield b"1"
        for name in ("a.csv", "b.csv"):
            await folder.keep(T, name, pieces(b"123"))
        await folder.delete(T, "a.csv")
        await folder.keep(T, "c.csv", pieces(b"123456"))
        with pytest.raises(TooLargeError):
            await folder.keep(T, "d.csv", pieces(b"1"))

    await folder.keep(T, "slow.csv", slow())
    assert sum(one.size for one in await folder.tables(T)) == 10


async def test_uploads_at_once_make_no_more_tables_than_there_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_TABLES", 3)
    folder = TableFolder(tmp_path, 100)
    asked = [folder.keep(T, f"{number % 8}.csv", pieces(b"1")) for number in range(16)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, TooLargeError) for one in done) == 10, "two uploads each of the others"
    assert len(await folder.tables(T)) == 3


async def test_a_table_that_is_deleted_meanwhile_is_not_told(tmp_path: Path) -> None:
    folder = TableFolder(tmp_path, 100)
    await folder.keep(T, "a.csv", pieces(b"1"))
    (tmp_path / T / "b.csv").symlink_to(tmp_path / "nowhere")  # listed, and gone when it is looked at
    assert [one.name for one in await folder.tables(T)] == ["a.csv"]


async def test_there_are_so_many_tables_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_TABLES", 1)
    folder = TableFolder(tmp_path, 100)
    await folder.keep(T, "a.csv", pieces(b"1"))
    await folder.keep(T, "a.csv", pieces(b"2"))
    with pytest.raises(TooLargeError, match="the most"):
        await folder.keep(T, "b.csv", pieces(b"1"))


async def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    folder = TableFolder(tmp_path, 100)

    async def broken() -> AsyncIterator[bytes]:
        yield b"123"
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageFullError):
        await folder.keep(T, "a.csv", broken())
    assert left_in(tmp_path) == []
    (tmp_path / T / ".part-upl_1").write_bytes(b"of a server that was killed")
    assert await folder.tables(T) == ()
    assert await folder.tidy() == 1
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("KDDTrain+.txt", "kddtrain"),
        ("table:UNSW_NB15_training-set.csv.gz", "unsw-nb15-training-set"),
        ("/srv/logs/conn.log.labeled", "conn"),
        ("/srv/2026/capture20110810.binetflow", "capture20110810"),
        ("2026-11-22.parquet", "table-2026-11-22"),
        ("\u00fcber.csv.zst", "ber"),
        ("\u0434\u0430.csv", "table"),
        (f"{'a' * 39}+{'b' * 9}.csv", "a" * 39),
    ],
)
def test_a_table_names_the_line_of_its_models(path: str, line: str) -> None:
    assert line_named(path) == line
    assert re.fullmatch("[a-z][a-z0-9-]{0,39}", line)


async def test_the_name_of_a_table_is_on_disk_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[str, bool]] = []

    def note(folder: Path) -> None:
        done.append((folder.name, (folder / "flows.csv").exists()))

    monkeypatch.setattr("netsentinel.models.tables.sync", note)
    await TableFolder(tmp_path, 1_000).keep(DEFAULT_TENANT, "flows.csv", pieces(b"a,b\n"))
    assert done == [(DEFAULT_TENANT, True)]
