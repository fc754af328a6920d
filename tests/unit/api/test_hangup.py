import asyncio
from typing import Any

import pytest
from fastapi import Request
from starlette.requests import ClientDisconnect

from netsentinel.api.hangup import while_wanted
from netsentinel.kernel.errors import InvalidFilterError

pytestmark = pytest.mark.anyio


def request(*messages: str) -> Request:
    """A request whose caller sends these messages, and then nothing."""
    left = list(messages)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.Event().wait()
        return {"type": left.pop(0)}

    return Request({"type": "http", "headers": []}, receive)


async def test_the_result_is_that_of_the_work() -> None:
    async def work() -> int:
        return 7

    assert await while_wanted(request("http.request"), work()) == 7


async def test_an_error_of_the_work_stays_what_it_is() -> None:
    async def work() -> int:
        raise InvalidFilterError("no")

    with pytest.raises(InvalidFilterError):
        await while_wanted(request(), work())


async def test_work_is_cancelled_when_the_caller_hangs_up() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with asyncio.timeout(5):
        with pytest.raises(ClientDisconnect):
            await while_wanted(request("http.request", "http.disconnect"), work())
    assert ended.is_set()


async def test_work_is_cancelled_with_its_request() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(while_wanted(request(), work()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
