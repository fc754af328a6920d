from pathlib import Path

import httpx2
import pytest

from netsentinel.cli import remote as module
from netsentinel.cli.remote import Remote
from netsentinel.kernel.errors import InvalidInputError, NotAuthenticatedError, RemoteError, UnavailableError
from netsentinel.kernel.settings import Settings

pytestmark = pytest.mark.anyio


def remote(answer: httpx2.Response | Exception) -> Remote:
    def handle(request: httpx2.Request) -> httpx2.Response:
        if isinstance(answer, Exception):
            raise answer
        assert request.headers["authorization"] == "Bearer k"
        return answer

    return Remote("http://server/", "k", transport=httpx2.MockTransport(handle))


async def test_an_answer_is_decoded() -> None:
    async with remote(httpx2.Response(200, json={"items": []})) as server:
        assert await server.get("/api/v2/alerts", {"limit": 1}) == {"items": []}
    async with remote(httpx2.Response(204)) as server:
        assert await server.call("POST", "/x") is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidInputError),
        (403, RemoteError),
        (500, RemoteError),
        (503, UnavailableError),
        (429, UnavailableError),
    ],
)
async def test_a_problem_becomes_an_error_with_its_sentence(status: int, kind: type[Exception]) -> None:
    problem = httpx2.Response(status, json={"detail": "Do it otherwise."}, headers={"Retry-After": "7"})
    async with remote(problem) as server:
        with pytest.raises(kind, match="Do it otherwise") as caught:
            await server.call("POST", "/x")
    if isinstance(caught.value, UnavailableError):
        assert caught.value.extra["retry_after"] == 7


async def test_an_answer_that_is_no_json_is_still_an_error() -> None:
    async with remote(httpx2.Response(502, text="<html>")) as server:
        with pytest.raises(RemoteError, match="502"):
            await server.call("GET", "/x")


async def test_nobody_there() -> None:
    async with remote(httpx2.ConnectError("refused")) as server:
        with pytest.raises(UnavailableError, match="netsentinel serve"):
            await server.call("GET", "/x")


def test_the_whole_path_of_a_folder_without_a_server_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnavailableError, match=f"No server of yours runs on {tmp_path}/data. Start one"):
        Remote.find("", "", Settings(data_dir=Path("data")))


def test_the_server_and_key_are_found_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, port=1234)
    with pytest.raises(
        UnavailableError, match=f"No server of yours runs on {tmp_path}. Start one .* NETSENTINEL_DATA_DIR.* --key"
    ):
        Remote.find("", "", settings)
    (tmp_path / "local.key").write_text("k\n", encoding="ascii")
    with pytest.raises(UnavailableError, match="No server of yours runs"):
        Remote.find("", "", settings)  # whoever listens at the port is not known to be the server of this folder
    assert Remote.find("", "k2", settings).base_url == "http://127.0.0.1:1234"
    (tmp_path / "server.url").write_text("http://127.0.0.1:9\n", encoding="ascii")
    assert Remote.find("", "", settings).base_url == "http://127.0.0.1:9"
    assert Remote.find("https://soc.example.org/", "k2", settings).base_url == "https://soc.example.org"


def test_a_demo_that_runs_is_found_where_no_other_server_does(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, port=1234)
    demo = tmp_path / "demo"
    demo.mkdir()
    (demo / "local.key").write_text("k", encoding="ascii")
    (demo / "server.url").write_text("http://127.0.0.1:5\n", encoding="ascii")
    assert Remote.find("", "", settings).base_url == "http://127.0.0.1:5"
    (tmp_path / "local.key").write_text("k", encoding="ascii")
    (tmp_path / "server.url").write_text("http://127.0.0.1:6\n", encoding="ascii")
    assert Remote.find("", "", settings).base_url == "http://127.0.0.1:6"


@pytest.mark.parametrize("server", ["https://soc.example.org", "http://127.0.0.1:39771", "http://127.0.0.1:1234.evil"])
def test_the_local_key_does_not_travel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    (tmp_path / "local.key").write_text("k", encoding="ascii")
    with pytest.raises(NotAuthenticatedError, match="--key"):
        Remote.find(server, "", Settings(data_dir=tmp_path, port=1234))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotAuthenticatedError, match=f"--key.* runs on {tmp_path}/data is reached"):
        Remote.find("http://127.0.0.1:1234/", "", Settings(data_dir=Path("data"), port=1234))
    with pytest.raises(NotAuthenticatedError, match="--key"):
        Remote.find("http://127.0.0.1:1234/", "", Settings(data_dir=tmp_path, port=1234))
    (tmp_path / "server.url").write_text("http://127.0.0.1:1234\n", encoding="ascii")
    assert Remote.find("http://127.0.0.1:1234/", "", Settings(data_dir=tmp_path, port=1234))
    with pytest.raises(NotAuthenticatedError, match="--key"):
        Remote.find(server, "", Settings(data_dir=tmp_path, port=1234))


def test_what_somebody_else_laid_down_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "server.url").write_text("http://127.0.0.1:9\n", encoding="ascii")
    settings = Settings(data_dir=tmp_path, port=1234)
    assert Remote.find("", "k", settings).base_url == "http://127.0.0.1:9"
    monkeypatch.setattr("os.geteuid", lambda: (tmp_path / "server.url").stat().st_uid + 1)
    assert Remote.find("", "k", settings).base_url == "http://127.0.0.1:1234"


async def test_a_body_comes_in_pieces_and_a_problem_is_an_error() -> None:
    async with remote(httpx2.Response(200, content=b"a,b\n1,2\n")) as server:
        assert b"".join([piece async for piece in server.stream("/x", {})]) == b"a,b\n1,2\n"
    async with remote(httpx2.Response(400, json={"detail": "Do it otherwise."})) as server:
        with pytest.raises(InvalidInputError, match="Do it otherwise"):
            _ = [piece async for piece in server.stream("/x", {})]
    async with remote(httpx2.ReadError("cut")) as server:
        with pytest.raises(UnavailableError):
            _ = [piece async for piece in server.stream("/x", {})]


@pytest.mark.parametrize("status", [200, 503])
async def test_whoever_looks_sees_the_answer_whatever_its_status(status: int) -> None:
    async with remote(httpx2.Response(status, json={"ready": status == 200})) as server:
        assert await server.look("/readyz") == {"ready": status == 200}


async def test_whoever_looks_sends_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json={})

    transport = httpx2.MockTransport(handle)
    monkeypatch.setattr(module, "Remote", lambda url, key: Remote(url, key, transport=transport))
    assert await module.look("http://server", "/readyz") == {}
    assert [(str(one.url), "authorization" in one.headers) for one in asked] == [("http://server/readyz", False)]


async def test_a_server_that_hangs_is_not_looked_at_for_long() -> None:
    asked: list[object] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.extensions["timeout"]["read"])
        return httpx2.Response(200, json={})

    async with Remote("http://server", "", transport=httpx2.MockTransport(handle)) as server:
        await server.look("/readyz")
    assert asked == [10]


@pytest.mark.parametrize("answer", [httpx2.Response(200, content=b"<html>"), httpx2.ConnectError("refused")])
async def test_who_does_not_answer_with_json_is_no_server_of_ours(answer: httpx2.Response | Exception) -> None:
    async with remote(answer) as server:
        with pytest.raises(UnavailableError, match="No server of NetSentinel answers"):
            await server.look("/readyz")
