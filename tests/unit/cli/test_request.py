from pathlib import Path
from typing import Any

import httpx2
import pytest

from netsentinel.cli import request as module
from netsentinel.cli.live import LiveLine
from netsentinel.cli.output import Output
from netsentinel.cli.remote import Remote
from netsentinel.kernel.errors import InvalidInputError, RemoteError, UnavailableError

FILE = {"name": "a.csv", "media_type": "text/csv", "size": 5, "url": "/api/v2/tasks/tsk_1/file"}


async def _enter(line: LiveLine) -> LiveLine:
    return line


class Server:
    """What the command meets: a line that may break, and routes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.end: dict[str, Any] = {"status": "succeeded", "task_id": "tsk_1", "result": {"n": 1}}
        self.breaks_after: str | None = None
        self.states = ["running", "succeeded"]
        monkeypatch.setattr(LiveLine, "__aenter__", _enter)
        monkeypatch.setattr(LiveLine, "request", lambda _line, asked, show: self._request(asked, show))
        monkeypatch.setattr(module, "_FOLLOW_S", 0.001)
        transport = httpx2.MockTransport(self._answer)
        monkeypatch.setattr(Remote, "find", lambda _server, _key: Remote("http://here", "k", transport=transport))

    async def _request(self, asked: dict[str, Any], show: Any) -> dict[str, Any]:
        assert asked["id"]
        if self.breaks_after != "":
            show({"type": "ack", "task_id": "tsk_1"})
        if self.breaks_after is not None:
            raise UnavailableError("It broke.")
        show({"type": "progress", "percent": 50, "stage": "s", "message": "m"})
        return self.end

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        match request.url.path.rpartition("/")[2]:
            case "result":
                return httpx2.Response(200, json={"n": 2})
            case "file":
                return httpx2.Response(200, content=b"a,b,c")
            case _:
                state = self.states.pop(0)
                if not state:
                    return httpx2.Response(503, json={"detail": "busy"})
                task = {"id": "tsk_1", "state": state, "percent": 5, "error_code": "gone", "error": "It is gone."}
                return httpx2.Response(200, json={"task": task})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(monkeypatch)


def test_the_result_is_printed(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    module.request("echo", "{}", output=Output.JSON)
    assert capsys.readouterr().out == '{"n":1}\n'
    module.request("echo", "{}")
    assert capsys.readouterr().out == '{\n  "n": 1\n}\n'


def test_a_large_result_is_fetched(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.end = {"status": "succeeded", "task_id": "tsk_1", "result_url": "/api/v2/tasks/tsk_1/result"}
    module.request("echo", "{}", output=Output.JSON)
    assert capsys.readouterr().out == '{"n":2}\n'


def test_a_task_is_followed_when_the_line_breaks(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.breaks_after, server.states = "ack", ["running", "", "succeeded"]
    module.request("echo", "{}", output=Output.JSON)
    said = capsys.readouterr()
    assert said.out == '{"n":2}\n'
    assert "following the task" in said.err


def test_without_a_task_there_is_nothing_to_follow(server: Server) -> None:
    server.breaks_after = ""
    with pytest.raises(UnavailableError):
        module.request("echo", "{}")


def test_a_failure_says_why(server: Server) -> None:
    server.end = {"status": "dead", "task_id": "tsk_1", "result": {"code": "x", "detail": "It is gone."}}
    with pytest.raises(RemoteError, match="ended as dead: It is gone"):
        module.request("echo", "{}")
    server.breaks_after, server.states = "ack", ["failed"]
    with pytest.raises(RemoteError, match="ended as failed: It is gone"):
        module.request("echo", "{}")


def test_a_file_is_saved(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server.end["result"] = {"file": FILE}
    module.request("export.alerts", "{}", save=str(tmp_path / "a.csv"))
    assert (tmp_path / "a.csv").read_bytes() == b"a,b,c"
    assert "Saved 5 bytes" in capsys.readouterr().err
    server.end["result"] = {"n": 1}
    with pytest.raises(InvalidInputError, match="no file"):
        module.request("echo", "{}", save="x")


@pytest.mark.usefixtures("server")
def test_a_bar_is_for_people(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    module.request("echo", "{}", output=Output.JSON)
    assert capsys.readouterr().out == '{"n":1}\n'
