"""`netsentinel events check` and `give-up`."""

import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from netsentinel.cli.program import run
from netsentinel.events.lake.checking import Damage
from netsentinel.events.lake.model import LakeFile
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import TenantId


def file(path: str, events: int = 10) -> LakeFile:
    return LakeFile(
        path=path,
        tenant=TenantId("acme"),
        day=0,
        class_uid=0,
        events=events,
        size=1,
        min_time=0,
        max_time=60 * 10**6,
        stored_at=0,
    )


class Shelf:
    """What the commands open instead of a lake."""

    def __init__(self) -> None:
        self.kept = {
            "a.parquet": file("a.parquet"),
            "b.parquet": file("b.parquet", 5),
            "c.parquet": file("c.parquet", 1),
        }
        self.broken: dict[str, str] = {}
        self.given_up: list[str] = []

    async def files(self) -> list[LakeFile]:
        return list(self.kept.values())

    async def look(self, files: Sequence[LakeFile]) -> AsyncIterator[Damage | None]:
        for one in files:
            why = self.broken.get(one.path)
            yield Damage(one, why, is_certain=why != "locked") if why else None

    async def give_up(self, damaged: Sequence[Damage]) -> int:
        self.given_up += [one.file.path for one in damaged]
        return sum(one.file.events for one in damaged)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    made = Shelf()
    (tmp_path / "netsentinel.db").touch()
    monkeypatch.setenv("NETSENTINEL_DATA_DIR", str(tmp_path))

    @asynccontextmanager
    async def open_lake_check(settings: Settings) -> AsyncGenerator[Shelf]:
        assert settings.data_dir == tmp_path
        yield made

    monkeypatch.setitem(sys.modules, "netsentinel.bootstrap", SimpleNamespace(open_lake_check=open_lake_check))
    return made


def test_a_sound_lake_is_said_to_be(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["events", "check"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "3 files of stored events: none is missing or damaged." in err


def test_damaged_files_are_named_with_what_can_be_done(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    shelf.broken = {"b.parquet": "It has 2 bytes; 1 were stored."}
    assert run(["events", "check"]) == 1
    out, err = capsys.readouterr()
    assert "b.parquet" in out
    assert "acme" in out
    assert "It has 2 bytes" in out
    assert "Missing or damaged: 1 of 3 files, which held 5 events." in err
    assert "netsentinel events give-up" in err
    assert run(["events", "check", "-o", "json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert told == {
        "file": "b.parquet",
        "tenant": "acme",
        "events": 5,
        "since": 0,
        "until": 60_000_000,
        "reason": "It has 2 bytes; 1 were stored.",
    }


def test_files_of_other_servers_are_warned_of_where_there_may_be_some(
    shelf: Shelf, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.broken = {"b.parquet": "It is not in this server's folder."}
    assert run(["events", "check"]) == 1
    assert "Other servers" not in capsys.readouterr().err
    monkeypatch.setenv("NETSENTINEL_DATABASE_URL", "postgresql://ns@127.0.0.1/ns")
    assert run(["events", "check"]) == 1
    assert "Other servers on the same database keep files of their own" in capsys.readouterr().err


def test_what_others_may_still_read_is_named_and_not_given_up(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    shelf.broken = {"b.parquet": "locked"}
    assert run(["events", "check"]) == 1
    assert "locked" in capsys.readouterr().out
    assert run(["events", "give-up", "b.parquet"]) == 3
    assert "others may still read it. b.parquet: locked" in capsys.readouterr().err
    assert shelf.given_up == []


def test_damaged_files_are_given_up(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    shelf.broken = {"b.parquet": "cut", "c.parquet": "gone"}
    assert run(["events", "give-up", "c.parquet", "b.parquet", "b.parquet"]) == 0
    assert shelf.given_up == ["c.parquet", "b.parquet"]
    assert "2 files with 6 events given up" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("a.parquet", "a.parquet is neither missing nor damaged. [conflict]"),
        ("x.parquet", "no file of stored events x.parquet. Nothing was given up. [not-found]"),
    ],
)
def test_nothing_is_given_up_when_one_of_the_files_is_sound_or_unknown(
    shelf: Shelf, capsys: pytest.CaptureFixture[str], path: str, told: str
) -> None:
    shelf.broken = {"b.parquet": "cut"}
    assert run(["events", "give-up", "b.parquet", path]) == 1
    assert told in capsys.readouterr().err
    assert shelf.given_up == []
