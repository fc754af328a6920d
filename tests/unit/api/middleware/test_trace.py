"""The trace of a request."""

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from netsentinel.api.middleware.trace import Trace, new_trace_id, trace_id_from, trace_id_of
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from tests.unit.api.middleware.conftest import Open

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEX = "0123456789abcdef"


@pytest.mark.parametrize(
    "header",
    [
        f"00-{TRACE}-00f067aa0ba902b7-01",
        f" 00-{TRACE}-00f067aa0ba902b7-00 ",
        f"cc-{TRACE}-00f067aa0ba902b7-01-what-the-future-will-bring",
    ],
)
def test_a_valid_traceparent_names_the_trace(header: str) -> None:
    assert trace_id_from(header) == TRACE


@pytest.mark.parametrize(
    "header",
    [
        "",
        TRACE,
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{TRACE}-00f067aa0ba902b7-01-more",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-00f067aa0ba902b7-1",
        f"00-{TRACE}0-00f067aa0ba902b7-01",
        f"00-{TRACE[:-1]}\n-00f067aa0ba902b7-01",
    ],
)
def test_every_other_traceparent_is_ignored(header: str) -> None:
    assert trace_id_from(header) is None


@given(st.text())
def test_whatever_comes_the_trace_id_is_hexadecimal(header: str) -> None:
    found = trace_id_from(header)
    assert found is None or (len(found) == 32 and set(found) <= set(HEX))


def test_fresh_trace_ids_differ_and_a_scope_without_one_gets_one() -> None:
    assert len({new_trace_id() for _ in range(50)}) == 50
    assert len(trace_id_of({"type": "http"})) == 32
    assert trace_id_of({"type": "http", "state": {"trace_id": TRACE}}) == TRACE


@pytest.mark.anyio
async def test_the_trace_is_the_callers_or_a_fresh_one(opened: Open) -> None:
    async with opened() as client:
        given_ = await client.get("/fine", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
        fresh = await client.get("/fine")
    assert given_.headers["x-trace-id"] == given_.json()["trace_id"] == TRACE
    assert fresh.headers["x-trace-id"] == fresh.json()["trace_id"] != TRACE


@pytest.mark.anyio
async def test_a_fault_is_told_without_its_insides_and_logged_with_its_trace(opened: Open) -> None:
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as logs:
        async with opened() as client:
            answer = await client.get("/crash")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert "insides" not in answer.text
    crashed = next(line for line in logs if line["event"] == "request_crashed")
    assert crashed["trace_id"] == answer.headers["x-trace-id"]
    assert crashed["exc_info"]


@pytest.mark.anyio
async def test_each_request_is_logged_once_with_its_answer(opened: Open) -> None:
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as logs:
        async with opened() as client:
            await client.get("/fine?token=secret")
            await client.get("/nowhere")
            await client.get("/livez")
    lines = [line for line in logs if line["event"] == "request"]
    assert [(line["path"], line["status"], line["log_level"]) for line in lines] == [
        ("/fine", 200, "info"),
        ("/nowhere", 404, "info"),
        ("/livez", 200, "debug"),
    ]
    assert "secret" not in repr(lines)
    assert len({line["trace_id"] for line in lines}) == 3


async def _run(app: object, scope: Scope) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await Trace(app, FakeClock())(scope, receive, send)  # type: ignore[arg-type] - an ASGI app of the test
    return sent


@pytest.mark.anyio
async def test_a_fault_after_the_answer_has_begun_goes_on_to_the_server() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        await _run(app, {"type": "http", "method": "GET", "path": "/x", "headers": []})


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("extensions", "first"),
    [({}, "websocket.close"), ({"websocket.http.response": {}}, "websocket.http.response.start")],
)
async def test_a_websocket_that_fails_to_open_is_refused(extensions: dict[str, object], first: str) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise NotFoundError("no such thing")

    sent = await _run(app, {"type": "websocket", "path": "/ws", "headers": [], "extensions": extensions})
    assert sent[0]["type"] == first


@pytest.mark.anyio
async def test_what_is_neither_request_nor_websocket_passes() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "lifespan.startup.complete"})

    assert await _run(app, {"type": "lifespan"}) == [{"type": "lifespan.startup.complete"}]


@pytest.mark.anyio
async def test_the_log_forgets_who_it_was_after_each_request() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        structlog.contextvars.bind_contextvars(tenant="acme", principal="usr_1")
        await send({"type": "http.response.start", "status": 200, "headers": []})

    await _run(app, {"type": "http", "method": "GET", "path": "/x", "headers": []})
    assert not {"tenant", "principal", "trace_id"} & set(structlog.contextvars.get_contextvars())
