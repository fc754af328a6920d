import pytest

from netsentinel.academy.graph import Concepts, EdgeState, id_of
from netsentinel.academy.graph.model import ANSWER
from netsentinel.kernel.testing import FakeClock
from tests.unit.academy.graph.site import ANA, T, edge, memory_site, origin

pytestmark = pytest.mark.anyio


async def test_an_answer_counts_only_beside_what_it_answers(clock: FakeClock) -> None:
    site = memory_site(clock)
    judging, db = Concepts(site.ground, site.graph).judging, site.ground.db
    await site.says("m1", "a", "b", "c")
    await db.write(lambda tx: judging.confirm(tx, ANA, edge("a", "b"), position=ANSWER))
    await db.write(lambda tx: judging.confirm(tx, ANA, edge("b", "c")))
    assert await site.graph.neighbours(T, id_of("a")) == []
    await site.says("m2", requires=(("a", "b"),))
    (found,) = await site.graph.neighbours(T, id_of("a"))
    assert (found.state, found.is_confirmed) == (EdgeState.LIVE, True)
    await site.graph.withdraw(ANA, origin("m2"))
    assert await site.graph.closure(T, id_of("a")) == []
    assert await site.graph.closure(T, id_of("b")) == [id_of("c")]


async def test_what_was_said_at_one_position_is_taken_back_alone_and_after_a_merge(clock: FakeClock) -> None:
    site = memory_site(clock)
    concepts = Concepts(site.ground, site.graph)
    judging, db = concepts.judging, site.ground.db
    await site.says("m1", requires=(("a", "b"), ("c", "b")))
    await db.write(lambda tx: judging.deny(tx, ANA, edge("a", "b"), position=ANSWER))
    await db.write(lambda tx: judging.confirm(tx, ANA, edge("c", "b"), position=ANSWER))
    await concepts.merge(ANA, id_of("a"), id_of("c"))
    await db.write(lambda tx: judging.retract(tx, ANA, edge("a", "b"), ANSWER))
    (found,) = await site.graph.neighbours(T, id_of("c"))
    assert (found.state, found.is_confirmed) == (EdgeState.LIVE, True)
