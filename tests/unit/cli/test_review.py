import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from netsentinel.cli import review
from netsentinel.kernel.errors import ConflictError


def suggestion(name: str) -> dict[str, Any]:
    end = {"name": name, "text": f"What \x1b[31m{name} is."}
    return {
        "id": f"rev_{name}",
        "question": f"Must b be understood before {name}?",
        "probability": 0.5,
        "source": end,
        "target": {"name": "b", "text": ""},
        "evidence": [{"sentence": f"{name} needs b."}],
    }


class Server:
    """Answers as the review queue does."""

    def __init__(self, *names: str) -> None:
        self.waiting = [suggestion(name) for name in names]
        self.told: list[tuple[str, Any]] = []
        self.refused = ""

    async def ask(self, _server: str, _key: str, _path: str, _query: object) -> dict[str, Any]:
        return {"items": self.waiting[:10], "open": {"prerequisite": len(self.waiting)}}

    async def tell(self, _server: str, _key: str, path: str, body: Any) -> dict[str, Any]:
        self.told.append((path, body))
        if self.refused and self.refused in path:
            raise ConflictError("It would go round in circles.")
        if path.endswith("/undo"):
            return {}
        (one,) = (one for one in self.waiting if one["id"] in path)
        self.waiting.remove(one)
        return {"id": f"ans_{one['id']}", "source_name": one["source"]["name"], "target_name": "b", **body}


def pressed(keys: str) -> Callable[[], str]:
    left = iter(keys)
    return lambda: next(left, "")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server("a", "c", "d")
    monkeypatch.setattr(review, "ask", made.ask)
    monkeypatch.setattr(review, "tell", made.tell)
    return made


def session(keys: str) -> None:
    asyncio.run(review.Session("", "", "", pressed(keys)).run())


def test_one_key_answers_and_one_takes_back(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    session("yu?nq")
    assert [path.removeprefix("/api/v2/reviews/") for path, _ in server.told] == [
        "rev_a/answer",
        "answers/ans_rev_a/undo",
        "rev_c/answer",
    ]
    assert [body and body["verdict"] for _, body in server.told] == ["confirm", None, "deny"]
    said = capsys.readouterr().err
    assert "Must b be understood before a?" in said
    assert "a needs b." in said
    assert "\x1b" not in said


def test_what_cannot_be_answered_is_not_asked_again(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.refused = "rev_a"
    session("yms")
    assert [one["id"] for one in server.waiting] == ["rev_a"]
    said = capsys.readouterr().err
    assert "It would go round in circles." in said
    assert "Nothing waits for an answer." in said
