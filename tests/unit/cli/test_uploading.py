"""The client's side of tus, against a server in memory that fails as asked."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import httpx2
import pytest

from netsentinel.cli import uploading
from netsentinel.cli.remote import Remote
from netsentinel.cli.uploading import UPLOADS, Uploader, every_medium, unfinished
from netsentinel.kernel.errors import RemoteError, UnavailableError

pytestmark = pytest.mark.anyio
DATA = bytes(range(256)) * 20


class Server:
    """As much of tus as the client uses; `fails` are the numbers of the requests that get no answer."""

    def __init__(self, *fails: int, loses: bool = False) -> None:
        self.fails = set(fails)
        self.loses = loses
        """Whether a request without an answer was done all the same."""
        self.asked: list[str] = []
        self.uploads: dict[str, bytearray] = {}
        self.lengths: dict[str, int] = {}
        self.metadata = ""
        self.sizes: list[int] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.method)
        is_lost = len(self.asked) in self.fails
        if is_lost and not self.loses:
            raise httpx2.ConnectError("cut")
        answer = self._answer(request)
        if is_lost:
            raise httpx2.ReadError("cut")
        return answer

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if request.method == "POST":
            path = f"{UPLOADS}/upl_{len(self.uploads)}"
            self.uploads[path], self.metadata = bytearray(), request.headers["upload-metadata"]
            self.lengths[path] = int(request.headers["upload-length"])
        if path not in self.uploads:
            return httpx2.Response(404)  # an answer to HEAD has no body
        held, body = self.uploads[path], request.content
        if request.method == "PATCH" and int(request.headers["upload-offset"]) != len(held):
            return httpx2.Response(409, json={"code": "upload-offset", "offset": len(held)})
        if body:
            digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
            assert request.headers["upload-checksum"] == f"sha256 {digest}"
        held += body
        self.sizes += [len(body)] if body else []
        headers = {"Location": path, "Upload-Offset": str(len(held))}
        if len(held) == self.lengths[path]:
            headers |= {"X-NetSentinel-Medium": "med_1", "X-NetSentinel-Change": "added"}
        return httpx2.Response(201 if request.method == "POST" else 204, headers=headers)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "_PAUSES_S", (0.0,) * 4)
    monkeypatch.setattr(uploading, "PIECE", 1_000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "talk.vtt"
    path.write_bytes(DATA)
    return path


def remote(answers: Any) -> Remote:
    return Remote("http://127.0.0.1:1", "k", transport=httpx2.MockTransport(answers))


async def test_a_small_file_takes_one_request(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"small")
    server, sent = Server(), []
    done = await Uploader(remote(server)).send("notes/a.md", tmp_path / "a.md", sent.append)
    assert (done.medium, done.change, server.asked, sent) == ("med_1", "added", ["POST"], [5])
    stated = dict(pair.split(" ") for pair in server.metadata.split(","))
    assert base64.b64decode(stated["filename"]).decode() == "notes/a.md"
    (tmp_path / "a.md").write_bytes(b"")
    assert (await Uploader(remote(server)).send("a.md", tmp_path / "a.md", sent.append)).medium == "med_1"


async def test_a_large_one_comes_in_pieces(file: Path) -> None:
    server, sent = Server(), []
    await Uploader(remote(server)).send("talk.vtt", file, sent.append)
    assert server.asked == ["POST", *["PATCH"] * 4]
    assert server.sizes == [1_000, 1_000, 2_000, 1_120], (
        "a quick line gets larger ones; the second was read before that"
    )
    assert (bytes(server.uploads[f"{UPLOADS}/upl_0"]), sent[-1]) == (DATA, len(DATA))


async def test_a_slow_line_gets_smaller_pieces(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "_QUICK_S", 0.0)
    monkeypatch.setattr(uploading, "_SLOW_S", 0.0)
    server = Server()
    await Uploader(remote(server)).send("talk.vtt", file, lambda _: None)
    assert server.sizes[:6] == [1_000, 1_000, 500, 250, 125, 125]
    assert bytes(server.uploads[f"{UPLOADS}/upl_0"]) == DATA


@pytest.mark.parametrize("loses", [False, True])
async def test_it_goes_on_after_cuts(file: Path, loses: bool) -> None:
    server = Server(3, 6, loses=loses)
    await Uploader(remote(server)).send("talk.vtt", file, lambda _: None)
    assert any(bytes(one) == DATA for one in server.uploads.values())
    assert server.asked.count("HEAD") == 2


def known_of(file: Path, url: str) -> dict[str, Any]:
    """What the server lists of an upload that an earlier run began."""
    fingerprint = f"{len(DATA)}-{file.stat().st_mtime_ns}"
    told = {"name": "talk.vtt", "length": len(DATA), "metadata": {"fingerprint": fingerprint}}
    return {**told, "url": url, "mine": True}


async def test_an_upload_of_an_earlier_run_is_gone_on_with(file: Path) -> None:
    server, url = Server(), f"{UPLOADS}/upl_0"
    server.uploads[url], server.lengths[url] = bytearray(DATA[:3_000]), len(DATA)
    await Uploader(remote(server), [known_of(file, url)]).send("talk.vtt", file, lambda _: None)
    assert (server.asked, server.sizes) == (["HEAD", "PATCH", "PATCH", "PATCH"], [1_000, 1_000, 120])
    assert bytes(server.uploads[url]) == DATA


async def test_one_that_the_server_forgot_begins_anew(file: Path) -> None:
    server = Server()
    await Uploader(remote(server), [known_of(file, f"{UPLOADS}/upl_9")]).send("talk.vtt", file, lambda _: None)
    assert server.asked[:2] == ["HEAD", "POST"]


async def test_refusals_and_silence_end_it(file: Path) -> None:
    refusing = remote(lambda _: httpx2.Response(413, json={"code": "medium-too-large", "detail": "too large"}))
    with pytest.raises(RemoteError, match="too large"):
        await Uploader(refusing).send("talk.vtt", file, lambda _: None)
    with pytest.raises(UnavailableError):
        await Uploader(remote(Server(*range(1, 99)))).send("talk.vtt", file, lambda _: None)


async def test_lists_are_read_whole() -> None:
    def answers(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == UPLOADS:
            return httpx2.Response(200, json={"items": [{"id": "upl_1"}]})
        is_second = "cursor" in request.url.params
        return httpx2.Response(200, json={"items": [{"id": str(is_second)}], "next": None if is_second else "c"})

    assert await unfinished(remote(answers)) == [{"id": "upl_1"}]
    assert [one["id"] async for one in every_medium(remote(answers))] == ["False", "True"]
