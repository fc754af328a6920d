import json

import httpx2
import pytest

from netsentinel.cli.remote import Remote
from netsentinel.cli.replay_outcome import Outcome, described, lacking, outcome

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


async def test_what_is_neither_read_nor_waits_was_set_aside() -> None:
    async with server(sources(a=(13, 0, 0))) as remote:
        found = await outcome(remote, {"a": Outcome(10, 0, 0)}, {"a": 5}, 30, lambda _: None)
    assert found == {"a": Outcome(3, 0, 0)}
    async with server() as remote:
        assert "2 records became neither" in await described(remote, found, 5)


async def test_what_others_send_under_the_name_is_not_counted_twice() -> None:
    async with server(sources(a=(100, 100, 0))) as remote:
        found = await outcome(remote, {}, {"a": 5}, 30, lambda _: None)
    assert found == {"a": Outcome(0, 5, 0)}


@pytest.mark.parametrize(
    ("kind", "rules", "said"),
    [
        ("windows", {"items": [{}] * 11, "next": None}, "The server has 11 rules for Windows: add Sigma's"),
        ("windows", {"items": [{}] * 100, "next": "more"}, ""),
        ("windows", None, ""),
        ("zeek", {"items": [], "next": None}, ""),
    ],
)
async def test_few_rules_for_windows_are_told_of_where_its_logs_were_sent(kind: str, rules: object, said: str) -> None:
    kept = {"items": [{"name": "a", "format": kind}, {"name": "b", "format": "windows"}]}
    async with server(kept, rules) as remote:
        told = await lacking(remote, {"a": Outcome(5, 0, 0)})
    assert told.startswith(said)
    assert bool(told) == bool(said)


async def test_the_source_with_most_rejected_lines_is_the_example() -> None:
    found = {"a": Outcome(4, 1, 0), "b": Outcome(0, 3, 0), "c": Outcome(0, 0, 2)}
    async with server({"items": [{"at": 1, "line": "x", "reason": "no time."}]}) as remote:
        said = await described(remote, found, 10)
    assert said == "4 of them are rejected, for example by b: no time. 2 of them are not read yet."
    async with server({"items": []}) as remote:
        assert "`netsentinel sources list` says why" in await described(remote, found, 10)


@pytest.mark.parametrize(
    ("after", "became", "said"),
    [
        ([(0, 0, 1_010), (1_000, 0, 10), (1_000, 10, 0)], Outcome(0, 10, 0), "All of them are rejected, for example"),
        ([(0, 0, 1_010), (0, 1_000, 10), (10, 1_000, 0)], Outcome(10, 0, 0), "All became events."),
        ([(0, 0, 1_010), (400, 0, 610)], Outcome(0, 0, 10), "All of them are not read yet."),
        ([(1_010, 0, 0)], Outcome(10, 0, 0), "All became events."),
        ([(0, 1_010, 0)], Outcome(0, 10, 0), "All of them are rejected, for example"),
        ([(990, 10, 10), (994, 16, 0)], Outcome(4, 6, 0), "6 of them are rejected, for example"),
        ([(990, 10, 10), (991, 11, 8)], Outcome(1, 1, 8), "8 of them are not read yet."),
        ([(1_000, 10, 0)], Outcome(0, 0, 0, 10), "All of them are read, together with what had waited before"),
        ([(1_001, 9, 0)], Outcome(1, 0, 0, 9), "9 of them are read, together with what had waited before"),
        ([(500, 0, 510), (509, 501, 0)], Outcome(0, 1, 0, 9), "1 of them is rejected, for example"),
        ([(1_020, 0, 7)], Outcome(10, 0, 0), "All became events."),
        ([(0, 0, 1_010), (0, 0, 10), (4, 6, 0)], Outcome(4, 6, 0), "6 of them are rejected, for example"),  # set aside
    ],
)
async def test_what_had_waited_before_is_not_counted(
    after: list[tuple[int, int, int]], became: Outcome, said: str
) -> None:
    async with server(*(sources(a=(100 + events, 7 + refused, wait)) for events, refused, wait in after)) as remote:
        found = await outcome(remote, {"a": Outcome(100, 7, 1_000)}, {"a": 10}, 0.15 * len(after), lambda _: None)
    assert found == {"a": became}
    async with server({"items": [{"at": 1, "line": "x", "reason": "no time."}]}) as remote:
        assert said in await described(remote, found, 10)


@pytest.mark.parametrize(
    ("now", "became"), [((3, 0, 7), Outcome(3, 0, 7)), ((10, 0, 0), Outcome(10, 0, 0)), ((500, 4, 0), Outcome(6, 4, 0))]
)
async def test_a_source_that_was_deleted_and_is_there_anew_begins_at_nothing(
    now: tuple[int, int, int], became: Outcome
) -> None:
    async with server(sources(a=now)) as remote:
        assert await outcome(remote, {"a": Outcome(500, 9, 40)}, {"a": 10}, 0, lambda _: None) == {"a": became}
