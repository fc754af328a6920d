from typing import Any

import pytest
import typer

from netsentinel.cli import learn_practice

QUESTION: dict[str, Any] = {
    "id": "qst_1",
    "version": 1,
    "kind": "choice",
    "prompt": "Which \x1b[31mflag?",
    "options": ["SYN", "FIN"],
    "fields": [],
    "facts": [],
    "unit": "",
}


def _answers(monkeypatch: pytest.MonkeyPatch, *said: str) -> None:
    lines = iter(said)
    monkeypatch.setattr(typer, "prompt", lambda _text: next(lines))


def _ask(**changes: Any) -> dict[str, Any]:
    return learn_practice._asked({"question": {**QUESTION, **changes}, "why": [{"text": "New."}]})


def test_options_are_picked_by_numbers_until_it_is_possible(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _answers(monkeypatch, "x", "3", "1 2", "", "2")
    assert _ask() == {"chosen": ["FIN"]}
    said = capsys.readouterr().out
    assert said.count("Numbers from 1 to 2") == 4
    assert "\x1b[31m" not in said


def test_every_kind_is_asked_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch, "2, 1")
    assert _ask(kind="ordering") == {"chosen": ["FIN", "SYN"]}
    _answers(monkeypatch, "1.5 KB")
    assert _ask(kind="numeric", unit="B") == {"text": "1.5 KB"}
    _answers(monkeypatch, "2", "1")
    fields = [{"name": "22", "options": ["DNS", "SSH"]}, {"name": "53", "options": ["DNS", "SSH"]}]
    assert _ask(kind="matching", fields=fields) == {"pairs": {"22": "SSH", "53": "DNS"}}


def test_a_result_says_what_was_right_and_when_it_comes_again(capsys: pytest.CaptureFixture[str]) -> None:
    judgement = {"is_right": False, "right": ["SYN"], "note": "", "share": 0, "parts": []}
    learn_practice._show({"judgement": judgement, "explanation": "It asks.", "interval_s": 86_400})
    said = capsys.readouterr().out
    for text in ("Not quite.", "SYN", "It asks.", "1 day"):
        assert text in said


def test_drills_are_made_of_one_alert_or_of_an_incident(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, object]] = []
    facts = [
        {"name": "From", "value": "10.0.0.1\x1b[31m"},
        {"name": "What it looks for", "value": "One line\nand another\n"},
    ]
    one = {"id": "qst_1", "state": "draft", "content": {"facts": facts}}

    async def tell(_server: str, _key: str, place: str, body: object) -> dict[str, Any]:
        asked.append((place, body))
        of_incident = {"items": [one, {**one, "state": "approved"}], "undecided": 2, "left": 3}
        return one if place.endswith("/drills") else of_incident

    monkeypatch.setattr(learn_practice, "tell", tell)
    learn_practice.drill("alr_1")
    learn_practice.drill(incident="203.0.113.7")
    said = capsys.readouterr()
    assert asked == [
        ("/api/v2/practice/drills", {"alert": "alr_1"}),
        ("/api/v2/practice/incident-drills", {"entity": "203.0.113.7"}),
    ]
    assert (said.out + said.err).count("netsentinel learn approve qst_1") == 2
    assert "2 alerts about 203.0.113.7 without a verdict yet." in said.out + said.err
    assert "3 decided alerts came later" in said.out + said.err
    assert "\x1b[31m" not in said.out + said.err
    assert "One line and another" in said.out
    with pytest.raises(typer.BadParameter):
        learn_practice.drill()
    with pytest.raises(typer.BadParameter):
        learn_practice.drill("alr_1", incident="203.0.113.7")
