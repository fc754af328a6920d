"""The processes that read, for real: what they find, and what becomes of those that hostile files end."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from netsentinel.academy.extraction import KnownConcept, Learnt, extract, read_text
from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.media.room import ProcessReadingRoom
from netsentinel.academy.reader.files import read_file
from netsentinel.academy.reader.orders import Read, Unreadable, WasRead, answer_decoder
from netsentinel.guards import CellBrokeError
from netsentinel.guards.cell import CellLimits, Cells
from netsentinel.guards.landlock import Landlock
from tests.unit.academy.extraction.readers.test_office import docx, paragraph
from tests.unit.academy.extraction.readers.test_pdf import written as pdf
from tests.unit.academy.reader.recordings import made

pytestmark = pytest.mark.anyio
TEXT = b"# Web\n\nA **session cookie** is a cookie. Phishing takes it.\n"
IS_FILTERED = os.uname().machine in {"x86_64", "aarch64"}
TRUNCATE_SINCE = 3
LIMITS = CellLimits(memory_mib=512, cpu_s=20, wall_s=60)


async def test_a_process_finds_what_this_one_would(tmp_path: Path) -> None:
    room = ProcessReadingRoom(LIMITS, 1, tmp_path)
    (tmp_path / "blob").write_bytes(TEXT)
    try:
        read = await room.read(tmp_path / "blob", "web.md")
        assert read.document == read_text("web.md", TEXT)
        state = Learnt(basic={"t1566": 0.5}, parts={"cooki": -0.5})
        known = [KnownConcept("t1566", ("Phishing",))]
        assert await room.extract(read.document, known, state) == extract(read.document, known, state)
        (tmp_path / "blob").write_bytes(b"no times")
        with pytest.raises(UnreadableTextError, match="hold no time"):
            await room.read(tmp_path / "blob", "talk.vtt")
        with pytest.raises(UnreadableTextError, match="cannot be read"):
            await room.read(tmp_path / "none", "web.md")
    finally:
        await room.close()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("notes.pdf", pdf(["A session cookie."], ["Phishing takes it."])),
        ("notes.docx", docx(paragraph("A session cookie."))),
        ("page.html", b"<title>Web</title><p>A session cookie.</p>"),
        ("talk.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nA session cookie.\n"),
        ("map.gif", b"GIF89a\x40\x01\xc8\x00" + bytes(30)),
        ("talk.mp4", made.mp4()),
        ("talk.webm", made.webm()),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_what_a_process_gave_up_no_format_needs(tmp_path: Path, name: str, body: bytes) -> None:
    room = ProcessReadingRoom(LIMITS, 1, tmp_path)
    (tmp_path / "blob").write_bytes(body)
    try:
        assert await room.read(tmp_path / "blob", name) == read_file(tmp_path / "blob", name)
    finally:
        await room.close()


def test_a_process_that_reads_starts_without_what_it_never_needs() -> None:
    asked = "import sys, netsentinel.academy.reader.process; print(*sys.modules)"
    there = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True).stdout.split()
    assert "netsentinel.academy.extraction" in there
    needless = {"asyncio", "numpy", "rustworkx", "apsw", "pydantic", "structlog", "netsentinel.storage", "pypdf"}
    assert needless.isdisjoint(there)


HOSTILE = """
import ctypes, os, socket, subprocess, sys, time
from pathlib import Path
from netsentinel.guards.confinement import allow_cpu, confine
from netsentinel.guards.frames import HEADER

C = ctypes.CDLL(None)  # as a parser in C would that was taken over
files = confine(int(sys.argv[1]), Path(sys.argv[3]))
while header := sys.stdin.buffer.read(4):
    allow_cpu(int(sys.argv[2]))
    order = sys.stdin.buffer.read(HEADER.unpack(header)[0]).decode()
    try:
        said = repr(eval(order))
    except BaseException as error:
        said = type(error).__name__
    sys.stdout.buffer.write(HEADER.pack(len(said)) + said.encode())
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    program = tmp_path / "program"
    program.mkdir()
    (program / "hostile_reader.py").write_text(HOSTILE)
    monkeypatch.setenv("PYTHONPATH", f"{program}:{':'.join(sys.path)}")
    return "hostile_reader"


async def test_a_confined_process_can_only_read(hostile: str, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("kept")
    cells = Cells(hostile, CellLimits(memory_mib=256, cpu_s=20, wall_s=60), 1, str(tmp_path))
    in_c = {
        "C.socket(1, 1, 0)": "-1",
        "C.socket(2, 2, 0)": "-1",
        f"C.chmod({str(tmp_path / 'there')!r}.encode(), 0)": "-1",
        f"C.unlink({str(tmp_path / 'there')!r}.encode())": "-1",
        "C.kill(os.getppid(), 0)": "-1",
        "C.fork()": "-1",
    }
    async with cells.cell(fresh=True) as cell:
        asked = (in_c if IS_FILTERED else {}) | {
            f"open({str(tmp_path / 'there')!r}).read()": "'kept'",
            f"open({str(tmp_path / 'new')!r}, 'w')": "PermissionError",
            f"os.remove({str(tmp_path / 'there')!r})": "PermissionError",
            "socket.create_connection(('127.0.0.1', 9))": "PermissionError",
            "socket.getaddrinfo('example.org', 80)": "PermissionError",
            "subprocess.run(['true'])": "PermissionError",
            "os.fork()": "PermissionError",
            "len(bytearray(900 * 1024 * 1024))": "MemoryError",
        }
        said = {order: (await cell.ask(order.encode())).decode() for order in asked}
    assert said == asked
    assert (tmp_path / "there").read_text() == "kept"


@pytest.mark.skipif(not Landlock().version, reason="this kernel has no Landlock, or it is switched off")
async def test_a_confined_process_reads_what_it_was_given_and_no_secret(hostile: str, tmp_path: Path) -> None:
    media, secret = tmp_path / "media", tmp_path / "local.key"
    media.mkdir()
    secret.write_text("secret")
    for name in ("one", "other"):
        (media / name).write_text(name)
    cells = Cells(hostile, CellLimits(memory_mib=256, cpu_s=20, wall_s=60), 1, str(media))
    asked = [
        (f"open({str(media / 'one')!r}).read()", "'one'"),
        (f"open({str(media / 'other')!r}).read()", "'other'"),
        (f"open({str(secret)!r}).read()", "PermissionError"),
        (f"os.listdir({str(tmp_path)!r})", "PermissionError"),
        ("open('/proc/self/environ').read()", "PermissionError"),
        ("open('/etc/passwd').read()", "PermissionError"),
        ("__import__('colorsys').rgb_to_hls(0, 0, 0)", "(0.0, 0.0, 0.0)"),
        (f"files.see_only([Path({str(media / 'one')!r})])", "True"),
        (f"open({str(media / 'one')!r}).read()", "'one'"),
        (f"open({str(media / 'other')!r}).read()", "PermissionError"),
        (f"files.see_only([Path({str(secret)!r})])", "True"),
        (f"open({str(secret)!r}).read()", "PermissionError"),
        (
            f"C.truncate({str(secret)!r}.encode(), 0)",
            "-1" if IS_FILTERED or Landlock().version >= TRUNCATE_SINCE else "0",
        ),
    ]
    async with cells.cell(fresh=True) as cell:
        said = [(order, (await cell.ask(order.encode())).decode()) for order, _ in asked]
    assert said == asked


@pytest.mark.skipif(not Landlock().version, reason="this kernel has no Landlock, or it is switched off")
async def test_the_reader_sees_media_and_when_it_is_alone_with_one_no_other(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    one, other, secret = tmp_path / "media" / "one", tmp_path / "media" / "other", tmp_path / "secret"
    for path in (one, other, secret):
        path.write_bytes(TEXT)
    cells = Cells("netsentinel.academy.reader.process", LIMITS, 1, str(tmp_path / "media"))
    said: list[type] = []
    async with cells.cell(fresh=True) as cell:
        for path, is_alone in ((one, False), (secret, False), (other, False), (one, True), (one, True), (other, False)):
            order = Read(str(path), "web.md", is_alone=is_alone)
            said.append(type(answer_decoder.decode(await cell.ask(msgspec.msgpack.encode(order)))))
    assert said == [WasRead, Unreadable, WasRead, WasRead, WasRead, Unreadable]


async def test_one_that_ends_or_takes_too_long_is_told_of_and_the_next_one_is_new(hostile: str, tmp_path: Path) -> None:
    cells = Cells(hostile, CellLimits(memory_mib=256, cpu_s=1, wall_s=20), 1, str(tmp_path))
    with pytest.raises(CellBrokeError) as ended:
        async with cells.cell() as cell:
            await cell.ask(b"os._exit(7)")
    assert (ended.value.why, "code 7" in ended.value.detail) == ("ended", True)
    with pytest.raises(CellBrokeError) as slow:
        async with cells.cell() as cell:
            await cell.ask(b"all(True for _ in iter(int, 1))")
    assert slow.value.why in {"time", "memory"}
    quick = Cells(hostile, CellLimits(memory_mib=256, cpu_s=9, wall_s=0.05), 1, str(tmp_path))
    with pytest.raises(CellBrokeError, match="took longer than"):
        async with quick.cell() as cell:
            await cell.ask(b"time.sleep(30)")
    async with cells.cell() as cell:
        assert await cell.ask(b"1 + 1") == b"2"
        kept = cell
    async with cells.cell() as cell:
        assert cell is kept  # a whole one serves again
    await cells.close()
    assert not kept.is_alive


def test_this_process_is_not_confined() -> None:
    left, right = socket.socketpair()
    left.close()
    right.close()
