from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from netsentinel.cli.suppressions import conditions_of, suppressions_app
from netsentinel.kernel.errors import InvalidInputError
from tests.unit.cli.answering import Answering

SUPPRESSION: dict[str, Any] = {
    "state": "active",
    "hidden": 3,
    "last_hidden_at": 0,
    "expires_at": 0,
    "conditions": [
        {"field": "rule_id", "match": "equals", "values": ["rule-1", "rule-2"]},
        {"field": "src_ip", "match": "cidr", "values": ["10.0.0.0/8"]},
    ],
    "reason": "lab",
    "created_by_name": "ann",
    "id": "sup_1",
}
PREVIEW = {"days": 30, "alerts": 4, "partly": 0, "findings": 9, "exact": True, "true_positives": 0}


def run(*arguments: str) -> tuple[str, str]:
    result = CliRunner().invoke(suppressions_app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def test_a_list_names_rules_by_their_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(request: httpx2.Request) -> object:
        if request.url.path == "/api/v2/suppressions":
            return {"items": [SUPPRESSION, SUPPRESSION | {"id": "sup_2"}]}
        known = request.url.params["rule_id"] == "rule-1"
        return {"items": [{"title": "Scanner user agent"}] if known else []}

    server = Answering(reply).install(monkeypatch)
    out, _ = run("list")
    assert out.count("rule Scanner user agent or rule-2 and src_ip cidr 10.0.0.0/8") == 2
    assert [one.url.path for one in server.asked].count("/api/v2/alerts") == 2, "each rule is asked for once"
    assert '"rule-1"' in run("list", "-o", "json")[0], "programs have the id"


def test_the_titles_of_very_many_rules_are_not_all_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [f"rule-{number:03}" for number in range(200)]
    many = SUPPRESSION | {"conditions": [{"field": "rule_id", "match": "equals", "values": values}]}

    def reply(request: httpx2.Request) -> object:
        if request.url.path == "/api/v2/suppressions":
            return {"items": [many]}
        return {"items": [{"title": f"Title of {request.url.params['rule_id']}"}]}

    server = Answering(reply).install(monkeypatch)
    out, _ = run("list")
    assert "rule Title of rule-000 or Title of rule-001" in out
    assert out.count("rule-199") == 1
    assert len(server.asked) < 60


@pytest.mark.parametrize(
    ("partly", "said"), [(0, "hidden 4 alerts: 9 findings."), (2, "hidden 4 alerts and part of 2 more: 9 findings.")]
)
def test_a_preview_says_what_it_would_have_hidden(monkeypatch: pytest.MonkeyPatch, partly: int, said: str) -> None:
    Answering(lambda _: PREVIEW | {"partly": partly, "items": ["an alert"]}).install(monkeypatch)
    told = run("add", "-w", "rule_id=rule-1", "--preview")[1]
    assert said in told
    assert "No rule" not in told


@pytest.mark.parametrize(("status", "code", "is_told"), [(404, "not-found", True), (403, "not-allowed", False)])
def test_an_id_that_no_rule_has_is_told(
    monkeypatch: pytest.MonkeyPatch, status: int, code: str, *, is_told: bool
) -> None:
    def reply(request: httpx2.Request) -> object:
        if request.url.path == "/api/v2/rules/7f6d":
            return httpx2.Response(status, json={"code": code, "title": "t", "detail": "d"})
        return PREVIEW | {"items": []}

    Answering(reply).install(monkeypatch)
    said = run("add", "-w", "rule_id=7f6d", "--preview")[1]
    assert ("No rule has the id 7f6d, and no alert is of one" in said) is is_told
    assert "hidden 4 alerts" in said


def test_conditions_are_written_with_sigmas_modifiers() -> None:
    assert conditions_of(["rule_id=a=b", "src_ip|cidr=10.0.0.0/8", "src_ip|cidr=::/0", "event.url|startswith=/x"]) == [
        {"field": "rule_id", "match": "equals", "values": ["a=b"]},
        {"field": "src_ip", "match": "cidr", "values": ["10.0.0.0/8", "::/0"]},
        {"field": "event.url", "match": "startswith", "values": ["/x"]},
    ]


@pytest.mark.parametrize("term", ["", "rule_id", "rule_id=", "=x", "src_ip|re=.*", "|cidr=::/0"])
def test_what_is_no_condition_is_refused(term: str) -> None:
    with pytest.raises(InvalidInputError):
        conditions_of([term])
