"""What every error looks like on the wire."""

import json

import pytest
from starlette.types import Message

from netsentinel.api.problems import problem, problem_response, refuse
from netsentinel.kernel.errors import (
    MalformedBodyError,
    NetSentinelError,
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    ThrottledError,
)


def test_a_problem_has_the_members_of_rfc_9457_and_the_errors_facts() -> None:
    assert problem(NotAllowedError("No.", permission="alerts:write"), "abc") == {
        "type": "urn:netsentinel:problem:not-allowed",
        "title": "You are not allowed to do that",
        "status": 403,
        "detail": "No.",
        "code": "not-allowed",
        "trace_id": "abc",
        "permission": "alerts:write",
    }


def test_facts_never_replace_the_members() -> None:
    assert problem(NotFoundError("No.", status=200, code="fine"), "abc")["status"] == 404


def test_an_answer_says_when_to_come_back_and_how_to_log_in() -> None:
    throttled = problem_response(ThrottledError("later", retry_after=7), "abc")
    assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "7")
    assert "www-authenticate" not in throttled.headers
    unknown = problem_response(NotAuthenticatedError("who?"), "abc")
    assert unknown.headers["www-authenticate"] == "Bearer"
    assert unknown.headers["content-type"] == "application/problem+json"
    assert unknown.headers["cache-control"] == "no-store"
    assert json.loads(bytes(unknown.body))["trace_id"] == "abc"


@pytest.mark.anyio
@pytest.mark.parametrize("error", [MalformedBodyError("x"), NotAllowedError("x"), NetSentinelError("x")])
async def test_a_handshake_is_refused_even_where_the_server_cannot_answer_it(error: NetSentinelError) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    await refuse(error, "abc", {"type": "websocket", "extensions": {}}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 4400 + error.status % 100, "reason": error.title}]
    sent.clear()
    await refuse(error, "abc", {"type": "websocket", "extensions": {"websocket.http.response": {}}}, receive, send)
    assert [message["type"] for message in sent] == ["websocket.http.response.start", "websocket.http.response.body"]
    assert sent[0]["status"] == error.status
