"""Tests of `storage/outcome.py`."""

import asyncio

import pytest

from netsentinel.storage.outcome import Call, Outcome, on_loop, settle

pytestmark = pytest.mark.anyio


async def test_values_and_errors_arrive_where_they_are_awaited() -> None:
    loop = asyncio.get_running_loop()
    good, bad, gone = (Call(lambda _: None, loop, loop.create_future()) for _ in range(3))
    gone.future.cancel()
    await asyncio.to_thread(
        settle, [(good, Outcome(7)), (bad, Outcome(error=KeyError("x"))), (gone, Outcome("nobody waits"))]
    )
    assert (await good.future).unwrap() == 7
    with pytest.raises(KeyError):
        (await bad.future).unwrap()


def test_a_loop_that_is_gone_is_no_error() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    on_loop(loop, print)
