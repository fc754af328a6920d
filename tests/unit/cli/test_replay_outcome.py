import json

import httpx2
import pytest

from netsentinel.cli.remote import Remote
from netsentinel.cli.replay_outcome import Outcome, described, outcome

pytestmark = pytest.mark.anyio


def server(*answers: object) -> Remote:
    left = list(answers)

    def handle(request: httpx2.Request) -> httpx2.Response:
        del request
        said = left.pop(0) if len(left) > 1 else left[0]
        return httpx2.Response(503 if said is None else 200, content=json.dumps(said))

    return Remote("http://server", "k", transport=httpx2.MockTransport(handle))


def sources(**counts: tuple[int, int, int]) -> object:
    names = ("events", "rejected", "waiting")
    return {"items": [{"name": name, **dict(zip(names, each, strict=True))} for name, each in counts.items()]}


async def test_it_waits_through_what_passes_and_counts_from_before() -> None:
    told: list[int] = []
    async with server(sources(), None, sources(a=(10, 0, 5)), sources(a=(13, 2, 0))) as remote:
        found = await outcome(remote, {"a": Outcome(10, 0, 0)}, {"a": 5}, 30, told.append)
    assert found == {"a": Outcome(3, 2, 0)}
    assert told == [0, 0, 0, 5]


async def test_what_others_send_under_the_name_is_not_counted_twice() -> None:
    async with server(sources(a=(100, 100, 0))) as remote:
        found = await outcome(remote, {}, {"a": 5}, 30, lambda _: None)
    assert found == {"a": Outcome(0, 5, 0)}


async def test_the_source_with_most_rejected_lines_is_the_example() -> None:
    found = {"a": Outcome(4, 1, 0), "b": Outcome(0, 3, 0), "c": Outcome(0, 0, 2)}
    async with server({"items": [{"at": 1, "line": "x", "reason": "no time."}]}) as remote:
        said = await described(remote, found, 10)
    assert said == "4 of them are rejected, for example by b: no time. 2 of them are not read yet."
    async with server({"items": []}) as remote:
        assert "`netsentinel sources list` says why" in await described(remote, found, 10)
