import json

import httpx2
import pytest
import typer
from typer.testing import CliRunner

from netsentinel.cli.hunt import hunt
from netsentinel.kernel.errors import InvalidInputError, UnavailableError
from tests.unit.cli.answering import Answering

FOUND = {"columns": ["src_ip", "n"], "rows": [["10.0.0.1", 3], ["10.0.0.2", None]], "truncated": False, "seconds": 0.1}


def run(*arguments: str) -> tuple[str, str]:
    app = typer.Typer()
    app.command()(hunt)
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def test_a_hunt_is_sent_and_its_rows_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Answering(lambda _: FOUND).install(monkeypatch)
    out, told = run("SELECT 1", "--limit", "7")
    (asked,) = server.asked
    assert (asked.method, asked.url.path, asked.headers["Content-Type"]) == (
        "POST",
        "/api/v2/hunts",
        "application/json",
    )
    assert json.loads(asked.content) == {"sql": "SELECT 1", "limit": 7}
    assert "src_ip" in out
    assert "10.0.0.1" in out
    assert told == ""


def test_json_is_what_the_server_said_and_more_rows_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Answering(lambda _: FOUND | {"truncated": True}).install(monkeypatch)
    out, told = run("SELECT 1", "--limit", "2", "-o", "json")
    assert json.loads(out) == FOUND | {"truncated": True}
    assert "more than 2 rows" in told


def test_rows_that_do_not_fit_into_an_answer_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Answering(lambda _: FOUND | {"truncated": True}).install(monkeypatch)
    _, told = run("SELECT 1", "--limit", "7")
    assert "first 2 rows fit" in told
    assert "16 MiB" in told
    assert "higher --limit" not in told


@pytest.mark.parametrize(("status", "error"), [(400, InvalidInputError), (503, UnavailableError)])
def test_a_refusal_is_an_error_with_its_words(
    monkeypatch: pytest.MonkeyPatch, status: int, error: type[Exception]
) -> None:
    refusal = httpx2.Response(status, content=json.dumps({"detail": "A hunt is one SELECT statement."}))
    Answering(lambda _: refusal).install(monkeypatch)
    with pytest.raises(error, match="one SELECT statement"):
        run("DROP TABLE events")
