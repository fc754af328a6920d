"""One suite for the stores of answers: memory, SQLite and PostgreSQL."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from netsentinel.academy.reviews import ReviewAnswer, ReviewKind, ReviewVerdict
from netsentinel.academy.reviews.ports import AnswerLog
from netsentinel.academy.reviews.store_sql import SqlAnswers
from netsentinel.academy.reviews.testing import MemoryAnswers
from netsentinel.storage import Database
from netsentinel.storage.ports import Tx
from netsentinel.storage.testing import MemoryDatabase
from tests.unit.academy.graph.site import OTHER
from tests.unit.academy.graph.site import T as TENANT

pytestmark = pytest.mark.anyio

R = TypeVar("R")


class Bench:
    """A store, and a database to run it on."""

    def __init__(self, db: "Database | MemoryDatabase", log: AnswerLog) -> None:
        self.db, self.log = db, log

    async def run(self, fn: Callable[[Tx], R]) -> R:
        return await self.db.write(fn)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "memory":
        return Bench(MemoryDatabase(), MemoryAnswers())
    return Bench(request.getfixturevalue(f"{request.param}_database"), SqlAnswers())


def answer(number: int, review: str = "rev_a", verdict: ReviewVerdict = ReviewVerdict.CONFIRM) -> ReviewAnswer:
    return ReviewAnswer(
        id=f"ans_{number}",
        review=review,
        kind=ReviewKind.PREREQUISITE,
        source="cpt_a",
        target="cpt_b",
        source_name="a",
        target_name="b",
        verdict=verdict,
        sentence="So it is.",
        features=(("bias", 1.0), ("rarer", -0.25)),
        operation=7,
        by="usr_ana",
        at=number,
    )


async def test_an_answer_comes_back_as_it_was_kept(bench: Bench) -> None:
    await bench.run(lambda tx: bench.log.note(tx, TENANT, answer(1)))
    assert await bench.run(lambda tx: bench.log.get(tx, TENANT, "ans_1")) == answer(1)
    assert await bench.run(lambda tx: bench.log.get(tx, OTHER, "ans_1")) is None
    assert await bench.run(lambda tx: bench.log.standing(tx, OTHER)) == []


async def test_only_what_stands_counts_and_each_change_is_told(bench: Bench) -> None:
    first, second = answer(1), answer(2, "rev_b", ReviewVerdict.SKIP)
    stamps = [await bench.run(lambda tx: bench.log.stamp(tx, TENANT))]
    for one in (first, second, replace(first, undone_by="usr_eve", undone_at=9)):
        await bench.run(lambda tx, one=one: bench.log.note(tx, TENANT, one))
        stamps.append(await bench.run(lambda tx: bench.log.stamp(tx, TENANT)))
    assert len(set(stamps)) == len(stamps)
    assert await bench.run(lambda tx: bench.log.standing(tx, TENANT)) == [second]
    assert await bench.run(lambda tx: bench.log.standing(tx, TENANT, "rev_a")) == []
    assert await bench.run(lambda tx: bench.log.standing(tx, TENANT, "rev_b")) == [second]


async def test_pages_go_from_the_newest(bench: Bench) -> None:
    for number in range(1, 6):
        await bench.run(lambda tx, number=number: bench.log.note(tx, TENANT, answer(number)))
    page = await bench.run(lambda tx: bench.log.page(tx, TENANT, None, 3))
    assert [one.at for one in page] == [5, 4, 3]
    assert [one.at for one in await bench.run(lambda tx: bench.log.page(tx, TENANT, page[-1].id, 3))] == [2, 1]
