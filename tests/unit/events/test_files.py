import gzip
import json
import re
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from netsentinel.events.captures import MAGICS
from netsentinel.events.configured.model import SOURCE_NAME
from netsentinel.events.files import SourceNames, is_foreign, read_records, source_name
from netsentinel.events.lines import LongLine, Unreadable
from netsentinel.kernel.errors import MalformedBodyError, NotFoundError, TooLargeError
from tests.unit.events.captures.craft import Tape, pcap, pcapng

LINES = b'{"n":1}\n{"n":2}\n'


def read(*paths: Path, **options: int) -> list[tuple[str, bytes]]:
    return list(read_records(paths, **options))


def test_plain_packed_and_archived_files(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINES)
    (tmp_path / "b.log.gz").write_bytes(gzip.compress(LINES) + gzip.compress(LINES))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("inner/x.json", LINES)
        archive.writestr("inner/y.json.gz", gzip.compress(LINES))
        archive.writestr("__MACOSX/x.json", b"junk")
        archive.writestr("readme.md", b"# words")
    counts: dict[str, int] = {}
    for name, _ in read(tmp_path / "a.jsonl", tmp_path / "b.log.gz", tmp_path / "c.zip"):
        counts[name.removeprefix(f"{tmp_path}/")] = counts.get(name.removeprefix(f"{tmp_path}/"), 0) + 1
    assert counts == {"a.jsonl": 2, "b.log.gz": 4, "c.zip!inner/x.json": 2, "c.zip!inner/y.json.gz": 2}


def test_folders_are_read_in_order_with_their_sub_folders(tmp_path: Path) -> None:
    for name in ("z.log", "a/b.json", "a/.hidden.json", "a/notes.md", "m.bin"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"{}\n")
    assert [Path(name).name for name, _ in read(tmp_path)] == ["b.json", "z.log"]


def test_a_named_file_is_read_whatever_its_ending(tmp_path: Path) -> None:
    (tmp_path / "events.out").write_bytes(gzip.compress(LINES))
    assert [line for _, line in read(tmp_path / "events.out")] == [b'{"n":1}', b'{"n":2}']


@pytest.mark.parametrize("indent", [None, 2])
def test_a_file_that_is_one_document(tmp_path: Path, indent: int | None) -> None:
    records = [{"n": 1, "m": {"x": [1, 2]}}, {"n": 2}]
    (tmp_path / "array.json").write_text("\ufeff\n" + json.dumps(records, indent=indent), encoding="utf-8")
    assert [json.loads(line) for _, line in read(tmp_path / "array.json")] == records
    (tmp_path / "object.json").write_text(json.dumps(records[0], indent=indent), encoding="utf-8")
    assert [json.loads(line) for _, line in read(tmp_path / "object.json")] == records[:1]
    assert all(b"\n" not in line for _, line in read(tmp_path))


def test_a_document_that_is_broken_or_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_bytes(b'[{"n":1},')
    with pytest.raises(MalformedBodyError, match=r"a\.json is no valid JSON"):
        read(tmp_path / "a.json")
    monkeypatch.setattr("netsentinel.events.files.MAX_DOCUMENT_BYTES", 5)
    with pytest.raises(TooLargeError):
        read(tmp_path / "a.json")


def test_a_long_record_is_cut_and_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"{}\n" + b"x" * 5_000_000 + b"\n{}\n")
    told: list[str] = []
    found = [line for _, line in read_records([tmp_path / "a.jsonl"], max_line=1_000, on_cut=told.append)]
    assert [type(line) for line in found] == [bytes, LongLine, bytes]
    assert told == [f"{tmp_path}/a.jsonl: record 2 is longer than 1000 bytes and was cut."]


@pytest.mark.parametrize("cut", [4, 30, -4])
def test_a_broken_gzip_is_an_error_that_names_the_file(tmp_path: Path, cut: int) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(LINES * 100)[:cut])
    with pytest.raises(MalformedBodyError, match=r"a\.gz"):
        read(tmp_path / "a.gz")


def test_a_broken_zip_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(MalformedBodyError, match=r"a\.zip"):
        read(tmp_path / "a.zip")


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file or folder"):
        read(tmp_path / "missing")


def test_what_is_not_read_is_told(tmp_path: Path) -> None:
    for name in ("a.json", "b.bin", "c.bin", "sub/d.md", "e", "f.config.gz", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"{}\n")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("x.json", LINES)
        archive.writestr("y.zip", b"PK")
        archive.writestr("__MACOSX/x.bin", b"junk")
    told: list[str] = []
    assert len(list(read_records([tmp_path], on_skip=told.append))) == 3
    assert told == [
        f"{tmp_path}: 5 file(s) were not read, by their endings: .bin (2), .config.gz (1), .md (1), no ending (1).",
        f"{tmp_path}/z.zip: 1 file(s) were not read, by their endings: .zip (1).",
    ]


@pytest.mark.parametrize("magic", ["d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "a1b23c4d", "0a0d0d0a"])
def test_something_broken_that_begins_as_a_capture_is_one_rejected_record(tmp_path: Path, magic: str) -> None:
    (tmp_path / "x.pcap").write_bytes(bytes.fromhex(magic) + b"\xff" * 200)
    told: list[str] = []
    first, *others = [record for _, record in read_records([tmp_path], on_capture=told.append)]
    assert isinstance(first, Unreadable)
    assert [json.loads(record)["_path"] for record in others] == ["stats"]
    assert told[0].endswith("1 rejected.")


@pytest.mark.parametrize("name", ["x.pcap", "x.pcapng", "x.cap", "x.pcap.gz", "x.bin", "x.zip"])
def test_captures_are_recognised_by_their_content(tmp_path: Path, name: str) -> None:
    tape = Tape()
    tape.udp(b"x", 4_000, 9_999)
    content = pcapng(tape.packets) if name.endswith("ng") else pcap(tape.packets)
    file = tmp_path / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("sub/x.pcap", content)
    else:
        file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    told: list[str] = []
    found = [json.loads(record)["_path"] for _, record in read_records([file], on_capture=told.append)]
    assert found == ["conn", "stats"]
    assert "1 packets: 1 in 1 connections" in told[0]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_in_an_archive_is_an_error_that_names_it(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("x.json", b"[" + b" " * 40_000_000)
    with pytest.raises(TooLargeError, match=r"a\.zip!x\.json unpacks to more than 100 times") as caught:
        read(tmp_path / "a.zip")
    assert caught.value.extra["limit"] == 16 * 1024 * 1024


def test_a_bomb_in_gzip_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.log.gz").write_bytes(gzip.compress((b"x" * 999 + b"\n") * 20_000))
    with pytest.raises(TooLargeError, match=r"a\.log\.gz unpacks"):
        read(tmp_path / "a.log.gz")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(tmp_path / "a.log.gz", "a.log.gz")
    with pytest.raises(TooLargeError, match=r"b\.zip!a\.log\.gz unpacks"):
        read(tmp_path / "b.zip")


def test_an_archive_has_a_most_of_bytes_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.json", LINES * 10)
    assert len(read(tmp_path / "a.zip")) == 60
    monkeypatch.setattr("netsentinel.events.files.MAX_UNPACKED_BYTES", len(LINES) * 25)
    with pytest.raises(TooLargeError, match=r"a\.zip unpacks to more than"):
        read(tmp_path / "a.zip")
    monkeypatch.setattr("netsentinel.events.archive.MAX_MEMBERS", 2)
    with pytest.raises(TooLargeError, match=r"a\.zip holds more than 2 files"):
        read(tmp_path / "a.zip")


@pytest.mark.untraced
def test_an_array_is_read_item_by_item(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"[" + b'{"n":1},' * 50_000 + b'{"n":1}]')
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_records([tmp_path / "a.json"])) == 50_001
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/var/log/suricata/eve.json", "eve"),
        ("conn.log.gz", "conn"),
        ("a b/\u00fc ber.jsonl", "ber"),
        ("...", "file"),
        ("x" * 64 + ".log", "x" * 64),
    ],
)
def test_a_source_is_named_after_its_file(path: str, name: str) -> None:
    assert source_name(path) == name


def test_files_of_one_name_in_different_folders_are_different_sources() -> None:
    names = SourceNames()
    paths = [
        "a/conn.log",
        "b/conn.log",
        "x/b/conn.log",
        "a/conn.log.gz",
        "b/conn.log",
        "logs.zip!b/conn.log",
        "b-conn.log",
    ]
    assert [names.of(path) for path in paths] == [
        "conn",
        "b-conn",
        "x-b-conn",
        "conn",
        "b-conn",
        "logs.zip-b-conn",
        "b-conn-2",
    ]


@pytest.mark.parametrize(
    ("log", "rotated"),
    [
        ("auth", ["auth.log", "auth.log.1", "auth.log.2.gz", "auth.log-20260101", "auth.log-20260101-1767225600.gz"]),
        ("eve", ["eve.json", "eve.json.old", "eve.json_2026-01-31", "eve.json.prev"]),
        ("cowrie", ["cowrie.json.2026-05-28", "cowrie.json"]),
        ("flows.csv", ["flows.csv.3", "flows.csv"]),
        ("syslog", ["syslog", "syslog.1", "syslog.2.gz", "syslog-20260131"]),
        ("conn", ["conn.log", "conn.00:00:00-01:00:00.log.gz", "conn.23:00:00-00:00:00.log"]),
    ],
)
def test_a_log_and_what_rotation_put_aside_of_it_are_one_source(log: str, rotated: list[str]) -> None:
    assert SourceNames().of(f"/in/{rotated[-1]}") == log
    for place, named, name in (
        ("/var/log/", "", log),
        ("/in/logs/", "/in/logs", f"logs:{log}"),
        ("/in/c.zip!", "/in/c.zip", f"c:{log}"),
    ):
        names = SourceNames()
        assert {names.of(place + one, named) for one in rotated} == {name}


def test_a_number_or_day_elsewhere_in_a_name_is_no_rotation() -> None:
    files = ["eve-2026-01.json", "eve-20260131.json", "eve.1.json", "10.0.0.1", "10.0.0.2", "run-7", "a.log.7.json"]
    names = SourceNames()
    assert [names.of(f"/in/{file}") for file in files] == [file.removesuffix(".json") for file in files]
    for folder in ("/in/host-20260131", "/in/evidence.1"):
        assert names.of(f"{folder}/eve.json", folder) == f"{Path(folder).name}:eve"
    assert SourceNames().of("/in/a.zip!x/auth.log.1", "/in/a.zip") == "a:auth"
    member, began = f"{'a.log.1' * 9_000}+", time.process_time()
    assert SourceNames().of(f"/in/a.zip!{member}", "/in/a.zip").startswith("a:a.log.1")
    assert time.process_time() - began < 1


def test_rotated_logs_of_different_folders_are_different_sources() -> None:
    names = SourceNames()
    files = ["a/auth.log.1", "b/auth.log", "a/auth.log", "b/auth.log.2.gz"]
    assert [names.of(f"/in/{file}", "/in") for file in files] == ["in:auth", "in:b-auth", "in:auth", "in:b-auth"]


def test_files_of_a_folder_or_an_archive_have_its_name_before_a_colon() -> None:
    names, archive = SourceNames(), "/in/EVTX samples.zip"
    assert names.of(f"{archive}!a/Security.evtx", archive) == "EVTX-samples:Security"
    assert names.of(f"{archive}!b/Security.evtx", archive) == "EVTX-samples:b-Security"
    assert names.of("/in/2026-01-31/conn.log", "/in/2026-01-31") == "2026-01-31:conn"
    assert names.of("/in/conn.log", "/in/conn.log") == "conn"
    assert names.of("/in/10:30/conn.log", "/in/10:30") == "10-30:conn", "one colon ends the group's name"


def test_archives_of_one_name_in_different_folders_are_groups_of_their_own() -> None:
    names, archives = SourceNames(), ("/in/a/logs.zip", "/in/b/logs.zip", "/on/b/logs.zip", "/on/10:30/logs.zip")
    given = [names.of(f"{archive}!conn.log", archive) for archive in archives]
    assert given == ["logs:conn", "b-logs:conn", "2-logs:conn", "10-30-logs:conn"]
    assert names.of("/in/b/logs.zip!dns.log", "/in/b/logs.zip") == "b-logs:dns"
    assert names.of("/in/b/logs.zip!logs.json", "/in/b/logs.zip") == "logs"
    assert names.of("/in/c/logs.zip!logs.json", "/in/c/logs.zip") == "c-logs:logs"


def test_files_whose_names_have_no_letter_that_is_allowed_are_different_sources() -> None:
    names = SourceNames()
    assert [names.of(f"/in/{name}.log", "/in") for name in ("東京", "大阪", "東京")] == [
        "in:file",
        "in:file-2",
        "in:file",
    ]


def test_names_that_had_to_be_cut_stay_different() -> None:
    names, archive = SourceNames(), f"{'x' * 80}.zip"
    given = [names.of(f"{archive}!{'y' * 90}{number}.json", archive) for number in range(3)]
    assert len(set(given)) == 3
    assert all(SOURCE_NAME.fullmatch(name) and name.startswith("x" * 12) and ":y" in name for name in given)
    assert names.of(f"{archive}!{'y' * 90}0.json.gz", archive) == given[0], "a rotated sibling"


def test_cut_names_of_archives_show_both_ends_and_are_groups_of_their_own() -> None:
    stem = "cmd_psh_stop_netprofm_eventlog_{}_reboot.zip"
    before, after = ("/in/" + stem.format(when) for when in ("before", "after"))
    one, other = (SourceNames().of(f"{archive}!events.json", archive).split(":")[0] for archive in (before, after))
    assert one != other
    assert re.fullmatch(r"cmd_psh_stop-[0-9a-f]{6}-after_reboot", other)
    assert SourceNames().of(f"{after}!events.json", after) == f"{other}:events", "the same each time"
    assert len(source_name("y" * 100)) == 64
    assert source_name("y" * 100) != source_name("y" * 101)


def test_a_file_called_as_its_archive_has_the_name_once() -> None:
    names = SourceNames()
    assert names.of("/in/opencanary.zip!opencanary.log", "/in/opencanary.zip") == "opencanary"
    assert names.of("/in/opencanary.zip!old/opencanary.log", "/in/opencanary.zip") == "opencanary:opencanary"
    assert names.of("/in/opencanary.zip!ssh.log", "/in/opencanary.zip") == "opencanary:ssh"


def test_names_of_the_folder_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "logs"
    for name in ("auth.log", "a/conn.log", "b/conn.log", ".cache/dns.log"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(LINES)
    monkeypatch.chdir(folder)
    found = {path for path, _ in read_records([Path()])}
    names = SourceNames()
    assert [names.of(path, ".") for path in sorted(found)] == ["logs:dns", "logs:conn", "logs:auth", "logs:b-conn"]


@pytest.mark.untraced
def test_names_of_many_alike_files_and_of_deep_ones_cost_no_more_than_their_number() -> None:
    """2,000 files whose names had the same beginning took a minute, and a path of 15,000 folders as long."""
    names, began = SourceNames(), time.process_time()
    given = {names.of(f"/in/a.zip!{'y' * 90}{number}.json", "/in/a.zip") for number in range(3_000)}
    given |= {names.of(f"/in/a.zip!{chr(0x4E00 + number) * 3}.json", "/in/a.zip") for number in range(3_000)}
    given |= {names.of("/in/a.zip!" + "a/" * 15_000 + name, "/in/a.zip") for name in ("b.log", "b+.log")}
    assert len(given) == 6_002
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("content", "is_binary"),
    [
        (b"\x7fELF\x02\x01\x01\0\0", True),
        ('{"a":1}'.encode("utf-16"), True),
        (LINES, False),
        (b"", False),
        (b"\0" * 500 + LINES, False),
        (b"\0" * 5 + LINES, False),
        (LINES + b"\0" * 70 + LINES, False),
        (LINES + b"\0" * 3 + LINES, True),
        (LINES + b"\0\0\0", True),
        (LINES.ljust(1_021, b" ") + b"\0" * 40, False),
        (gzip.compress(LINES * 50, mtime=0), False),  # a name that every process gives it
        (b"ElfFile\0\0\0", False),
        (b"PK\x03\x04\x14\0\0\0", False),
        *((magic + b"\0\0\0", False) for magic in MAGICS),
    ],
)
def test_files_that_are_plainly_none_of_events(tmp_path: Path, content: bytes, *, is_binary: bool) -> None:
    (tmp_path / "x").write_bytes(content)
    assert is_foreign(tmp_path / "x") is is_binary
    assert not is_foreign(tmp_path)
