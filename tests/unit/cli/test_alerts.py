from typing import Any

import httpx2
import msgspec
import pytest
from typer.testing import CliRunner

from netsentinel.cli.alerts import alerts_app
from netsentinel.kernel.clock import DAY, SystemClock, to_iso
from netsentinel.kernel.errors import InvalidInputError
from tests.unit.alerts.factories import alert
from tests.unit.cli.answering import Answering

NOW = SystemClock().now()
FRESH = msgspec.to_builtins(alert(1, first_at=NOW, last_at=NOW, raised_at=NOW))
REPLAYED = msgspec.to_builtins(alert(2, first_at=NOW - 30 * DAY, last_at=NOW - 30 * DAY, raised_at=NOW))


def run(*arguments: str) -> tuple[str, str]:
    result = CliRunner().invoke(alerts_app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def answering(newest: list[Any], last_raised: list[Any]) -> Answering:
    def reply(request: httpx2.Request) -> object:
        return {"items": last_raised if "by_arrival" in request.url.params else newest, "next": "more"}

    return Answering(reply)


def test_a_list_by_arrival_says_when_alerts_were_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    answering([], [REPLAYED]).install(monkeypatch)
    out, err = run("list", "--by-arrival")
    assert "RAISED" in out
    assert to_iso(NOW) in out
    assert to_iso(NOW - 30 * DAY) in out
    assert err == ""


def test_a_list_by_score_has_a_column_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    gravest = FRESH | {"score": 97}
    server = Answering(lambda _: {"items": [gravest], "next": "more"}).install(monkeypatch)
    out, err = run("list", "--by-score")
    assert out.splitlines()[0].startswith("SCORE")
    assert "97" in out
    assert err == ""
    assert [dict(one.url.params) for one in server.asked] == [
        {"min_level": "informational", "by_score": "true", "limit": "50"}
    ]


def test_a_list_says_when_alerts_were_raised_lately_about_what_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    server = answering([FRESH], [REPLAYED, FRESH]).install(monkeypatch)
    out, err = run("list", "--entity", "10.0.0.1", "--limit", "1")
    assert "RAISED" not in out
    assert "1 alert of the last hour is not among these, about events more than a day old; --by-arrival" in err
    assert [dict(one.url.params)["entity"] for one in server.asked] == ["10.0.0.1"] * 2


@pytest.mark.parametrize("last_raised", [[FRESH], [msgspec.to_builtins(alert(3))]])
def test_nothing_is_said_where_nothing_old_came_lately(monkeypatch: pytest.MonkeyPatch, last_raised: list[Any]) -> None:
    answering([FRESH], last_raised).install(monkeypatch)
    assert run("list")[1] == ""


def test_a_list_that_is_whole_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Answering(lambda _: {"items": [FRESH], "next": None}).install(monkeypatch)
    assert run("list")[1] == ""
    assert len(server.asked) == 1


def test_replayed_alerts_that_are_listed_are_not_pointed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    answering([FRESH, REPLAYED], [REPLAYED, FRESH]).install(monkeypatch)
    assert run("list")[1] == ""


def test_a_verdict_is_refused_in_the_words_of_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Answering(lambda _: {"items": [FRESH], "missing": []}).install(monkeypatch)
    with pytest.raises(InvalidInputError, match="--verdict is true_positive, false_positive or benign, not 'good'"):
        run("close", "alt_1", "--verdict", "good")
    assert server.asked == []
    assert "Closed 1 of 1" in run("close", "alt_1", "--verdict", "benign")[1]
