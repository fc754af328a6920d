"""`netsentinel learn`."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from netsentinel.cli.program import run
from tests.unit.cli.answering import Answering

MEDIUM: dict[str, Any] = {
    "id": "med_1",
    "name": "deep/web.md",
    "title": "Web sessions",
    "kind": "text",
    "size": 12,
    "state": "ready",
    "detail": "",
    "facts": {"pages": 3, "width": 0},
    "stages": [{"stage": "text", "began_at": 1_000_000, "ended_at": 1_500_000, "detail": "4 passages"}],
    "words": 9,
    "concepts": 2,
    "prerequisites": 1,
    "origin": "medium:med_1",
    "task_id": "tsk_1",
}
REFUSED = httpx2.Response(400, json={"code": "invalid-medium", "detail": "bad.md is not what its name says."})


class Library:
    """A server that reads a medium while it is looked at once."""

    def __init__(self, **ends: Any) -> None:
        self.looks = 0
        self.ends = ends

    def __call__(self, request: httpx2.Request) -> Any:
        path = request.url.path
        if request.method == "POST":
            name = request.headers["upload-metadata"]
            if "YmFkLm1k" in name:
                return REFUSED
            headers = {"Location": "x", "X-NetSentinel-Medium": "med_1", "X-NetSentinel-Change": "added"}
            return httpx2.Response(201, headers=headers)
        if path.endswith("/uploads"):
            return {"items": []}
        if path == "/api/v2/media" and "name" in request.url.params:
            return {"items": [MEDIUM] if request.url.params["name"] == MEDIUM["name"] else [], "next": None}
        if path == "/api/v2/media":
            self.looks += 1
            return {"items": [MEDIUM | ({"state": "reading"} if self.looks == 1 else self.ends)], "next": None}
        return MEDIUM


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "web.md").write_text("# Web\n")
    (tmp_path / "program.exe").write_bytes(b"MZ")
    (tmp_path / "link.md").symlink_to(tmp_path / "deep" / "web.md")
    return tmp_path


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.cli.learn._LOOK_S", 0.0)


def test_a_folder_goes_to_the_server_and_is_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = Answering(Library()).install(monkeypatch)
    assert run(["learn", "import", str(folder), "-o", "json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["name"], one["done"], one["state"], one["concepts"]) == ("deep/web.md", "added", "ready", 2)
    assert [request.method for request in server.asked] == ["GET", "POST", "GET", "GET"]
    assert run(["learn", "import", str(folder), "--no-wait"]) == 0
    assert "kept" in capsys.readouterr().out


def test_what_fails_is_named_and_the_others_are_imported(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.md").write_bytes(b"\0")
    Answering(Library()).install(monkeypatch)
    assert run(["learn", "import", str(folder), str(folder / "none.md")]) == 1
    told = capsys.readouterr()
    assert "deep/web.md" in told.out
    assert "bad.md: bad.md is not what its name says" in told.err
    assert "1 file imported, 2 failed" in told.err
    Answering(Library(state="failed", detail="It holds no text.")).install(monkeypatch)
    assert run(["learn", "import", str(folder / "deep")]) == 1
    assert "web.md: It holds no text." in capsys.readouterr().err
    assert run(["learn", "import", str(folder / "deep" / "...")]) == 1


def test_media_are_listed_shown_and_removed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = Answering(Library()).install(monkeypatch)
    assert run(["learn", "list"]) == 0
    assert "Web sessions" in capsys.readouterr().out
    assert run(["learn", "show", "deep/web.md"]) == 0
    said = capsys.readouterr().out
    assert "pages" in said
    assert "width" not in said
    assert "0.50" in said
    assert run(["learn", "show", "med_1", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "med_1"
    assert run(["learn", "remove", "deep/web.md"]) == 0
    assert (server.asked[-1].method, server.asked[-1].url.path) == ("DELETE", "/api/v2/media/med_1")
