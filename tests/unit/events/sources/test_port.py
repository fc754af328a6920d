"""What every kind of source shares: its options, the sentence of a test, and patience."""

import asyncio

import pytest

from netsentinel.events.sources import KINDS, Activity, Check, Outgoing, SourceTest
from netsentinel.events.sources.port import Patience, decoded
from netsentinel.kernel.errors import InvalidInputError, UnavailableError

BATCH = Outgoing("a", "", b"x\n")


class Busy:
    def __init__(self, times: int) -> None:
        self.left = times

    async def deliver(self, batch: Outgoing) -> int:
        self.left -= 1
        if self.left >= 0:
            raise UnavailableError("later", retry_after=0)
        return len(batch.body)


@pytest.mark.anyio
async def test_patience_lasts_until_it_is_on_disk() -> None:
    activity = Activity()
    assert await Patience(Busy(5), activity).deliver(BATCH) == 2
    assert activity.pauses == 5


@pytest.mark.anyio
async def test_patience_ends_when_it_is_stopping() -> None:
    patience = Patience(Busy(5), Activity(), asyncio.Event())
    patience.stopping.set()
    with pytest.raises(UnavailableError):
        await patience.deliver(BATCH)


def test_a_test_is_told_by_its_first_fault() -> None:
    good, bad = Check(ok=True, sentence="Good."), Check(ok=False, sentence="Bad.")
    assert SourceTest.of([good, good]) == SourceTest(ok=True, sentence="Good. Good.", checks=(good, good))
    assert SourceTest.of([good, bad]) == SourceTest(ok=False, sentence="Bad.", checks=(good, bad))


@pytest.mark.parametrize(("kind", "options"), [("syslog", {"port": "x"}), ("http", {"a": 1}), ("watch", {})])
def test_wrong_options_are_named(kind: str, options: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match=f"kind {kind}"):
        decoded(KINDS[kind], options)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_describes_itself(kind: str) -> None:
    assert KINDS[kind].name == kind
    assert KINDS[kind].summary.endswith(".")
    assert KINDS[kind].options.__doc__
