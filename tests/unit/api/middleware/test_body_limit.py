"""How large a body may be."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message, Receive, Scope, Send

from netsentinel.api.middleware import body_limit
from netsentinel.api.middleware.body_limit import AUTH_LIMIT, JSON_LIMIT, BodyLimit
from netsentinel.kernel.errors import TooLargeError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import MIB
from tests.unit.api.middleware.conftest import Open

pytestmark = pytest.mark.anyio


async def chunks(size: int, step: int = 65_536) -> AsyncIterator[bytes]:
    """A body without a stated length."""
    for start in range(0, size, step):
        yield b"x" * min(step, size - start)


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/raw", JSON_LIMIT),
        ("/auth/raw", AUTH_LIMIT),
        ("/api/v2/events", 2 * MIB),
        ("/api/v2/events?source=x", 2 * MIB),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
async def test_a_body_up_to_the_limit_passes_and_one_byte_more_does_not(
    opened: Open, path: str, limit: int, *, streamed: bool
) -> None:
    async with opened(intake_max_body_mib=2) as client:
        for size, status in ((limit, 200), (limit + 1, 413)):
            answer = await client.post(path, content=chunks(size) if streamed else b"x" * size)
            assert answer.status_code == status, answer.text
    problem = answer.json()
    assert (problem["code"], problem["limit"]) == ("too-large", limit)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("PUT", "/api/v2/models/tables/rows.csv", {}, 200),
        ("POST", "/api/v2/models/tables/deploy", {}, 413),  # of a model called `tables`: collected before who asks
        ("POST", "/api/v2/media/uploads", {}, 200),
        ("POST", "/api/v2/media/uploads", {b"idempotency-key": b"x"}, 413),  # collected to be compared
        ("PATCH", "/api/v2/media/uploads/upl_1", {}, 200),
        ("POST", "/api/v2/media/uploads/read", {b"idempotency-key": b"x"}, 413),
        ("POST", "/api/v2/courses", {}, 200),
        ("PUT", "/api/v2/courses/crs_1/draft", {}, 200),
        ("POST", "/api/v2/courses/crs_1/assignments", {}, 413),
        ("POST", "/api/v2/courses-of-nobody", {}, 413),
    ],
)
async def test_only_what_streams_or_must_be_large_may_be_large(
    method: str, path: str, headers: dict[bytes, bytes], status: int
) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": b"x" * (JSON_LIMIT + 1), "more_body": False}

    assert await _answered(receive, headers, method=method, path=path) == [status]


async def test_json_that_is_too_large_is_too_large_and_not_malformed(opened: Open) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"text": "'
        async for part in chunks(2 * MIB):
            yield part

    async with opened() as client:
        answer = await client.post("/api/v2/notes", content=body(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "", "9" * 5_000, "\u0661"])
async def test_a_length_that_is_no_number_is_refused(opened: Open, length: str) -> None:
    async with opened() as client:
        headers = [(b"content-length", length.encode())]
        answer = await client.post("/raw", content=chunks(1), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-body")


async def test_nothing_is_read_when_the_header_says_enough() -> None:
    async def receive() -> Message:
        raise AssertionError("nobody should read this body")

    assert await _answered(receive, {b"content-length": b"99999999"}) == [413]


async def _answered(
    receive: Receive, headers: dict[bytes, bytes], app: object = None, *, method: str = "POST", path: str = "/x"
) -> list[int]:
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def read_all(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    limit = BodyLimit(app or read_all, Settings(_env_file=None))  # type: ignore[arg-type] - an ASGI app of the test
    scope = {"type": "http", "method": method, "path": path, "headers": list(headers.items())}
    await limit(scope, receive, send)
    return statuses


async def endless() -> Message:
    return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}


async def test_an_endless_body_is_cut_off() -> None:
    assert await _answered(endless, {}) == [413]


async def test_a_body_that_stops_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limit, "STALL_S", 0.02)
    pieces = [{"type": "http.request", "body": b"x", "more_body": True}]

    async def stalled() -> Message:
        if pieces:
            return pieces.pop()
        return await asyncio.Future()

    assert await asyncio.wait_for(_answered(stalled, {}), 5) == [408]


async def test_a_byte_now_and_then_is_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limit, "STALL_S", 0.1)

    async def dripping() -> Message:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    assert await asyncio.wait_for(_answered(dripping, {}), 5) == [408]


async def test_after_the_body_the_end_may_take_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limit, "STALL_S", 0.02)
    came = 0

    async def patient() -> Message:
        nonlocal came
        came += 1
        if came == 1:
            return {"type": "http.request", "body": b"x", "more_body": False}
        await asyncio.sleep(0.1)
        return {"type": "http.disconnect"}

    async def listening(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    assert await _answered(patient, {}, listening) == [200]


async def test_a_route_that_swallows_the_error_changes_nothing() -> None:
    async def stubborn(scope: Scope, receive: Receive, send: Send) -> None:
        failures = 0
        while failures < 3:
            try:
                await receive()
            except TooLargeError:
                failures += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})

    assert await _answered(endless, {}, stubborn) == [413]


async def test_after_the_answer_has_begun_only_the_body_is_cut_off() -> None:
    async def hasty(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 202, "headers": []})
        while True:
            await receive()

    with pytest.raises(TooLargeError):
        await _answered(endless, {}, hasty)


async def test_an_error_of_the_route_itself_passes() -> None:
    async def strict(scope: Scope, receive: Receive, send: Send) -> None:
        raise TooLargeError("another limit", limit=1)

    with pytest.raises(TooLargeError, match="another limit"):
        await _answered(endless, {}, strict)
