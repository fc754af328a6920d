"""Look-ups end in time, and a group whose names are slow holds nobody else's."""

import asyncio
from collections.abc import Sequence

import pytest

from netsentinel.outbound import BUSY, Answer, Outbound, Reach, UnreachableError
from netsentinel.outbound.names import Names
from tests.unit.outbound.recording import RecordingNetwork

pytestmark = pytest.mark.anyio


class Slow:
    """Answers for `slow.example` when it is told to, for others at once."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.running = 0
        self.most = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        if host == "slow.example":
            self.running += 1
            self.most = max(self.most, self.running)
            await self.go.wait()
            self.running -= 1
        return ["1.1.1.1"]


async def post(outbound: Outbound, host: str, group: str) -> Answer:
    return await outbound.post(f"http://{host}/", b"{}", {}, timeout_s=30, max_bytes=9, group=group)


async def reason(outbound: Outbound, host: str, group: str) -> str:
    try:
        await post(outbound, host, group)
    except UnreachableError as error:
        return error.reason
    return ""


async def test_a_slow_group_holds_only_itself() -> None:
    slow = Slow()
    outbound = Outbound(Reach(), resolve=Names(slow, look_up_s=0.1, place_s=0.3), network=RecordingNetwork())
    reasons = await asyncio.gather(*(reason(outbound, "slow.example", "a") for _ in range(10)))
    assert sorted(reasons) == [BUSY] * 6 + ["timeout"] * 4
    assert slow.most == 4, "who gave up waiting must not free a place while the look-up goes on"
    assert await reason(outbound, "quick.example", "a") == BUSY
    assert (await post(outbound, "quick.example", "b")).status == 200
    slow.go.set()
    await asyncio.sleep(0)
    assert (await post(outbound, "quick.example", "a")).status == 200


async def test_all_groups_together_are_bounded() -> None:
    slow = Slow()
    names = Names(slow, at_once=2, look_up_s=0.05, place_s=0.1)
    outbound = Outbound(Reach(), resolve=names, network=RecordingNetwork())
    reasons = await asyncio.gather(*(reason(outbound, "slow.example", str(group)) for group in range(5)))
    assert sorted(reasons) == [BUSY] * 3 + ["timeout"] * 2
    slow.go.set()
    await asyncio.sleep(0)
    assert (await post(outbound, "quick.example", "0")).status == 200


async def test_a_name_that_cannot_be_encoded_is_unreachable() -> None:
    async def refuses(host: str, port: int) -> Sequence[str]:
        raise UnicodeError("label too long")

    assert await reason(Outbound(Reach(), resolve=refuses, network=RecordingNetwork()), "a.example", "") == "name"
