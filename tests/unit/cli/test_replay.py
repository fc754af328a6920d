import gzip
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
import typer
import zstandard
from typer.testing import CliRunner, Result

from netsentinel.cli.replay import Batch, _batches, _event_time, _paced, replay
from netsentinel.events import unpack
from netsentinel.events.unpack import UnpackLimits
from netsentinel.kernel.errors import InvalidInputError, RemoteError
from netsentinel.kernel.types import MIB
from tests.unit.cli.answering import Answering
from tests.unit.events.captures.craft import Talk, Tape, pcapng

pytestmark = pytest.mark.anyio


def lines(count: int, *, step_s: float = 1.0) -> list[dict[str, object]]:
    return [
        {"timestamp": f"2026-01-01T00:00:{n * step_s:09.6f}+0000", "event_type": "dns", "src_ip": "192.0.2.1", "n": n}
        for n in range(count)
    ]


def written(path: Path, records: list[dict[str, object]]) -> Path:
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, records)).encode()))
    return path


def test_files_become_batches_of_one_source(tmp_path: Path) -> None:
    first, second = written(tmp_path / "a.json.gz", lines(3)), written(tmp_path / "b.json.gz", lines(2))
    batches = list(_batches([first, second], "", "", paced=False))
    assert [(batch.source, len(batch.lines)) for batch in batches] == [("a", 3), ("b", 2)]
    joined = list(_batches([first, second], "both", "", paced=False))
    assert [(batch.source, len(batch.lines)) for batch in joined] == [("both", 5)]


def test_files_of_an_archive_carry_its_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "case.zip", "w") as archive:
        for name in ("a", "b"):
            archive.writestr(f"logs/{name}.json", json.dumps(lines(1)[0]))
    batches = _batches([tmp_path / "case.zip", written(tmp_path / "c.json.gz", lines(1))], "", "", paced=False)
    assert [batch.source for batch in batches] == ["case:a", "case:b", "c"]


@dataclass
class Detection:
    """A server that reads what is sent: so many of each source's records, after so many questions about sources."""

    reject: int = 0
    aside: int = 0
    slow: int = 1
    before: int = 0
    knows: bool = True
    sent: dict[str, int] = field(default_factory=dict[str, int])
    asked: int = 0

    def __call__(self, request: httpx2.Request) -> object:
        if request.method == "POST":
            body = zstandard.ZstdDecompressor().decompressobj().decompress(request.content)
            name = request.url.params["source"]
            self.sent[name] = self.sent.get(name, 0) + len(body.splitlines())
            return {}
        if not self.knows:
            return httpx2.Response(403, content=b"{}")
        if request.url.path.endswith("/rejected"):
            return {"items": [{"at": 1, "line": "x", "reason": f"no time, said {request.url.path.split('/')[-2]}"}]}
        self.asked += bool(self.sent)
        done = self.asked > self.slow
        items = [
            {
                "name": name,
                "format": "zeek",
                "events": self.before + (count - self.reject - self.aside) * done,
                "rejected": self.reject * done,
                "waiting": count * (not done),
            }
            for name, count in (self.sent or {"a": 0}).items()
        ]
        return {"items": items}

    def replay(self, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
        Answering(self).install(monkeypatch)
        app = typer.Typer()
        app.command()(replay)
        return CliRunner().invoke(app, arguments, catch_exceptions=False)


@pytest.mark.parametrize(("before", "said"), [(3, "a had events before"), (0, "")])
def test_it_says_when_a_source_had_events_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int, said: str
) -> None:
    file = str(written(tmp_path / "a.json.gz", lines(2)))
    result = Detection(before=before).replay(monkeypatch, file)
    assert "2 records sent and on disk, as 1 source. All became events." in result.stderr
    assert ("--source NAME keeps replays apart" in result.stderr) == bool(said)
    assert said in result.stderr
    assert "before" not in Detection(before=before).replay(monkeypatch, file, "--source", "a").stderr


@pytest.mark.parametrize(
    ("server", "words", "code"),
    [
        (Detection(reject=3), "All of them are rejected, for example by a: no time, said a.", 1),
        (Detection(reject=1, before=9), "1 of them is rejected, for example by a: no time, said a.", 0),
        (Detection(aside=2), "2 records became neither events nor rejected lines; `netsentinel events set-aside`", 0),
        (Detection(slow=1_000), "All of them are not read yet.", 0),
    ],
)
def test_it_says_what_became_of_the_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Detection, words: str, code: int
) -> None:
    file = str(written(tmp_path / "a.json.gz", lines(3)))
    result = server.replay(monkeypatch, file, "--wait", "0.3", "-o", "json")
    assert result.exit_code == code
    assert f"3 records sent and on disk, as 1 source. {words}" in result.stderr
    told = json.loads(result.stdout)["a"]
    assert (told["records"], told["rejected"]) == (3, server.reject)


@pytest.mark.parametrize(("server", "wait"), [(Detection(knows=False), "60"), (Detection(), "0")])
def test_a_key_that_may_only_send_and_who_does_not_wait_are_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Detection, wait: str
) -> None:
    file = str(written(tmp_path / "a.json.gz", lines(3)))
    result = server.replay(monkeypatch, file, "--wait", wait, "-o", "json")
    assert result.exit_code == 0
    assert result.stderr.endswith("3 records sent and on disk, as 1 source.\n")
    assert json.loads(result.stdout)["a"]["rejected"] is None


def test_batches_are_bounded(tmp_path: Path) -> None:
    batches = list(_batches([written(tmp_path / "a.json.gz", lines(2_500, step_s=0.01))], "", "", paced=False))
    assert [len(batch.lines) for batch in batches] == [1_000, 1_000, 500]


def test_a_server_unpacks_every_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of Windows pack up to 366 times; a batch a little above a mebibyte was taken for a bomb."""
    event = {
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "EventID": 12,
        "Message": "Registry object " + "x" * 1_500,
    }
    (tmp_path / "attack.json").write_text("\n".join(json.dumps(event | {"RecordNumber": n}) for n in range(3_000)))
    limits, records = UnpackLimits(max_bytes=128 * MIB, max_ratio=2), 0
    monkeypatch.setattr(unpack, "RATIO_FLOOR", MIB)  # what servers before took

    def reply(request: httpx2.Request) -> object:
        nonlocal records
        if request.method == "POST":
            body = b"".join(unpack.unpack(request.content, request.headers["content-encoding"], limits))
            assert len(body) > 100 * len(request.content), "the batches are the kind that this is about"
            records += len(body.splitlines())
        return {"items": []}

    Answering(reply).install(monkeypatch)
    app = typer.Typer()
    app.command()(replay)
    result = CliRunner().invoke(app, [str(tmp_path / "attack.json"), "--wait", "0"], catch_exceptions=False)
    assert "3,000 records sent" in result.stderr
    assert records == 3_000


def test_a_refusal_is_told_with_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[httpx2.Request] = []

    def reply(request: httpx2.Request) -> object:
        posted.append(request)
        return {"items": []} if len(posted) < 4 else httpx2.Response(413, content=b'{"title":"too large"}')

    Answering(reply).install(monkeypatch)
    app = typer.Typer()
    app.command()(replay)
    for name, count in (("a", 10), ("b", 2_000)):
        written(tmp_path / f"{name}.json.gz", lines(count))
    result = CliRunner().invoke(app, [str(tmp_path)])
    assert isinstance(result.exception, RemoteError)
    assert f"Stopped at record 1,001 of {tmp_path}/b.json.gz; 1,010 records before it on disk." in result.stderr


def test_paced_batches_hold_a_quarter_of_a_second(tmp_path: Path) -> None:
    batches = list(_batches([written(tmp_path / "a.json.gz", lines(8, step_s=0.1))], "", "", paced=True))
    assert [len(batch.lines) for batch in batches] == [3, 3, 2]


async def test_pacing_follows_the_events_clock() -> None:
    import asyncio

    began = asyncio.get_running_loop().time()
    source = iter([Batch("s", [b"1"], at=1_000_000), Batch("s", [b"2"], at=1_200_000), Batch("s", [b"3"])])
    seen = [batch.lines async for batch in _paced(source, 2)]
    assert seen == [[b"1"], [b"2"], [b"3"]]
    assert 0.1 <= asyncio.get_running_loop().time() - began < 5


@pytest.mark.parametrize("line", [b"not json", b"{}", b'{"timestamp":"x","event_type":"dns"}', b"[1]"])
def test_a_record_without_a_time_has_none(line: bytes) -> None:
    assert _event_time(line, "") == 0


def test_what_is_not_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path / "a.json.gz", lines(1))
    (tmp_path / "b.bin").write_bytes(b"\xd4\xc3\xb2\xa1")
    assert len(list(_batches([tmp_path], "", "", paced=False))) == 1
    assert "1 file(s) were not read, by their endings: .bin (1)." in capsys.readouterr().err


def test_a_capture_is_sent_as_records_with_what_became_of_its_packets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    talk = Talk(Tape()).open().says(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").reset()
    talk.tape.put(b"\x08\x00\x45")
    (tmp_path / "office.pcapng").write_bytes(pcapng(talk.tape.packets))
    (batch,) = _batches([tmp_path], "", "", paced=False)
    assert batch.source.endswith(":office")
    logs = [json.loads(line)["_path"] for line in batch.lines if line.startswith(b"{")]
    assert logs == ["http", "conn", "stats"]
    assert "6 packets: 5 in 1 connections" in capsys.readouterr().err
    assert _event_time(batch.lines[-1], "") > 0


def test_what_is_plainly_no_file_of_events_is_refused_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, good, image = Detection(), written(tmp_path / "a.json.gz", lines(2)), tmp_path / "b.png"
    image.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with pytest.raises(InvalidInputError, match=f"{image} is no file of events: it is binary"):
        server.replay(monkeypatch, str(good), str(image))
    assert server.sent == {}


def test_a_folder_without_records_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = Detection().replay(monkeypatch, str(tmp_path))
    assert result.exit_code == 1
    assert f"There is no record of events in {tmp_path}." in result.stderr
