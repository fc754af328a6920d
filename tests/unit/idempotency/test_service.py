"""One execution per key, whatever becomes of callers and servers."""

import asyncio

import pytest

from netsentinel.idempotency import (
    Answer,
    AnswerNotKeptError,
    Claim,
    Idempotency,
    KeyReusedError,
    RequestInFlightError,
)
from netsentinel.idempotency.model import LEASE
from netsentinel.idempotency.testing import memory_idempotency
from netsentinel.kernel.clock import DAY, SECOND
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, Principal, Role

pytestmark = pytest.mark.anyio

ANN = Principal("key_1", "key", DEFAULT_TENANT, Role.ANALYST, "ann", frozenset())
ANSWER = Answer(201, (("content-type", "application/json"),), b"{}")


@pytest.fixture
def service(clock: FakeClock) -> Idempotency:
    return memory_idempotency(clock)


async def _begin(service: Idempotency, fingerprint: str = "print") -> Claim:
    begun = await service.begin(ANN, "abc", fingerprint)
    assert isinstance(begun, Claim)
    return begun


async def test_the_answer_is_told_again_for_a_day(service: Idempotency, clock: FakeClock) -> None:
    assert await service.finish(await _begin(service), 201, ANSWER)
    clock.advance(DAY - 1)
    assert await service.begin(ANN, "abc", "print") == ANSWER
    clock.advance(1)
    await _begin(service, "another print")


async def test_another_request_under_the_key_is_refused(service: Idempotency) -> None:
    claim = await _begin(service)
    with pytest.raises(KeyReusedError):
        await service.begin(ANN, "abc", "another")
    await service.finish(claim, 201, ANSWER)
    with pytest.raises(KeyReusedError):
        await service.begin(ANN, "abc", "another")


async def test_of_many_at_once_one_is_carried_out(service: Idempotency) -> None:
    found = await asyncio.gather(*(service.begin(ANN, "abc", "print") for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(one, Claim) for one in found) == 1
    refused = [one for one in found if isinstance(one, RequestInFlightError)]
    assert len(refused) == 19
    assert refused[0].extra["retry_after"] == 2


async def test_a_server_that_died_blocks_the_key_for_half_a_minute(service: Idempotency, clock: FakeClock) -> None:
    dead = await _begin(service)
    clock.advance(LEASE - 1)
    with pytest.raises(RequestInFlightError):
        await service.begin(ANN, "abc", "print")
    clock.advance(1)
    second = await _begin(service)
    assert second.id != dead.id
    assert not await service.finish(dead, 201, ANSWER)
    assert await service.finish(second, 200, None)


async def test_a_living_server_keeps_its_right(service: Idempotency, clock: FakeClock) -> None:
    claim = await _begin(service)
    for _ in range(10):
        clock.advance(LEASE - SECOND)
        assert await service.renew(claim)
    with pytest.raises(RequestInFlightError):
        await service.begin(ANN, "abc", "print")


async def test_what_was_released_is_carried_out_anew(service: Idempotency) -> None:
    assert await service.release(await _begin(service))
    await _begin(service, "even with another body")


async def test_an_answer_that_was_not_kept_is_said_to_be_so(service: Idempotency) -> None:
    await service.finish(await _begin(service), 200, None)
    with pytest.raises(AnswerNotKeptError) as refused:
        await service.begin(ANN, "abc", "print")
    assert refused.value.extra == {"answered": 200}


async def test_what_is_over_is_forgotten_all_of_it(service: Idempotency, clock: FakeClock) -> None:
    for number in range(230):
        await service.begin(ANN, f"key {number}", "print")
    assert await service.forget_old() == 0
    clock.advance(DAY)
    assert await service.forget_old() == 230
