import json
from pathlib import Path

import httpx2
import pytest

from netsentinel.cli.program import run
from tests.unit.cli.answering import Answering

TABLE = {"name": "flows.csv", "path": "table:flows.csv", "size": 8, "uploaded_at": 1}


def reply(request: httpx2.Request) -> object:
    if request.method == "DELETE":
        return httpx2.Response(204)
    if request.method == "PUT":
        name = request.url.path.rpartition("/")[2]
        return TABLE | {"name": name, "path": f"table:{name}"}
    return {"items": [TABLE], "used": 8, "quota": 100}


def test_a_file_is_sent_as_it_is_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = Answering(reply).install(monkeypatch)
    (tmp_path / "flows.csv").write_bytes(b"a,b\n1,2\n")
    assert run(["models", "upload", str(tmp_path / "flows.csv")]) == 0
    assert "models train --path table:flows.csv" in capsys.readouterr().err
    assert run(["models", "upload", str(tmp_path / "flows.csv"), "--name", "other.csv", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["path"] == "table:other.csv"
    assert [(one.method, one.url.path) for one in server.asked] == [
        ("PUT", "/api/v2/models/tables/flows.csv"),
        ("PUT", "/api/v2/models/tables/other.csv"),
    ]
    (tmp_path / "KDDTest+ 2.txt").write_bytes(b"a")
    assert run(["models", "upload", str(tmp_path / "KDDTest+ 2.txt")]) == 0
    assert server.asked[-1].url.raw_path == b"/api/v2/models/tables/KDDTest%2B%202.txt"
    assert "models train --path 'table:KDDTest+ 2.txt'" in capsys.readouterr().err
    (tmp_path / "site.labeled.log.gz").write_bytes(b"a")
    assert run(["models", "upload", str(tmp_path / "site.labeled.log.gz"), "--name", "njrat"]) == 0
    assert server.asked[-1].url.path == "/api/v2/models/tables/njrat.log.gz"
    assert run(["models", "upload", str(tmp_path / "flows.csv"), "--name", "office"]) == 0
    assert server.asked[-1].url.path == "/api/v2/models/tables/office.csv"
    assert run(["models", "upload", str(tmp_path / "none.csv")]) == 1
    assert "There is no file" in capsys.readouterr().err


def test_tables_are_listed_after_what_is_to_go_is_gone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = Answering(reply).install(monkeypatch)
    assert run(["models", "tables", "--delete", "table:old.csv"]) == 0
    said = capsys.readouterr()
    assert "table:flows.csv" in said.out
    assert "8 of 100 bytes are taken" in said.err
    assert [(one.method, one.url.path) for one in server.asked] == [
        ("DELETE", "/api/v2/models/tables/old.csv"),
        ("GET", "/api/v2/models/tables"),
    ]
    assert run(["models", "tables", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["quota"] == 100
