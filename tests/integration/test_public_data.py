"""What happens to every record of real public data: it is an event, or it is rejected with a reason."""

import importlib.util
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from netsentinel.events.files import read_records
from tests.conftest import DATA, ROOT


@pytest.fixture(scope="module")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip("the public data is not here")
    return DATA


@pytest.fixture(scope="module")
def accounting() -> ModuleType:
    spec = importlib.util.spec_from_file_location("account_for_data", ROOT / "benchmarks" / "account_for_data.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


EXPECTED = {
    "slips": (16_694, 1),
    "zeek": (2_140, 0),
    "opencanary": (67, 0),
}
"""Records, and how many of them are rejected: one row of a Zeek log has not its header's number of fields."""

CAPTURED = 1_081
"""Records of the two packet captures among the Slips data."""


@pytest.mark.data
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_record_is_accounted_for(data: Path, accounting: ModuleType, name: str) -> None:
    read = rejected = 0
    for file, account in accounting.account([data / part for part in accounting.SETS[name]]):
        assert account.complete, file
        read += account.read
        rejected += account.rejected.total()
    assert (read, rejected) == EXPECTED[name]


@pytest.mark.data
def test_no_line_is_lost_on_the_way_to_a_record(data: Path) -> None:
    """Counted without the reader: all lines of text, less Zeek's remarks and the headers of two flow files."""
    lines = headers = 0
    with zipfile.ZipFile(data / "slips" / "slips_dataset.zip") as archive:
        for member in archive.namelist():
            if not member.endswith((".pcap", "/")):
                found = [line.strip() for line in archive.read(member).split(b"\n") if line.strip()]
                lines += len(found)
                headers += sum(line.startswith((b"#", b"StartTime,")) for line in found)
    assert lines - headers == EXPECTED["slips"][0] - CAPTURED


@pytest.mark.data
def test_raw_windows_logs_and_their_json_say_the_same(data: Path) -> None:
    raw = sum(1 for _ in read_records([data / "evtx" / "evtx_attack_samples_raw.zip"]))
    lines = sum(1 for _ in read_records([data / "evtx" / "evtx_attack_samples.jsonl.gz"]))
    assert raw == lines == 7_860
