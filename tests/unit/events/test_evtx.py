import json
import random
import zipfile
from pathlib import Path

import pytest

from netsentinel.events.evtx import evtx_records
from netsentinel.events.files import read_records
from netsentinel.events.lines import Unreadable
from netsentinel.kernel.errors import MalformedBodyError
from tests.conftest import DATA


@pytest.fixture(scope="module")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip("the public data is not here")
    return DATA


@pytest.fixture
def content(data: Path) -> bytes:
    with zipfile.ZipFile(data / "evtx" / "evtx_attack_samples_raw.zip") as archive:
        return archive.read(min(archive.infolist(), key=lambda one: (one.file_size or 10**9, one.filename)))


@pytest.mark.data
def test_records_are_nested_json_on_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "Security.evtx").write_bytes(content)
    records = [line for _, line in read_records([tmp_path])]
    assert records
    assert all(b"\n" not in line and "System" in json.loads(line)["Event"] for line in records)


@pytest.mark.data
def test_a_broken_record_does_not_stop_the_others(content: bytes) -> None:
    chance, broken, whole = random.Random(1), 0, 0  # noqa: S311 - damage that is the same each time
    for _ in range(20):
        damaged = bytearray(content)
        for _ in range(30):
            damaged[chance.randrange(4096, len(damaged))] = chance.randrange(256)
        for line in evtx_records("x.evtx", bytes(damaged)):
            if isinstance(line, Unreadable):
                broken += 1
                assert line.reason.startswith("a broken .evtx record: ")
            else:
                whole += 1
    assert broken
    assert whole


def test_a_file_without_a_header() -> None:
    with pytest.raises(MalformedBodyError, match=r"x\.evtx is no readable \.evtx"):
        list(evtx_records("x.evtx", b"ElfFile\0"))
