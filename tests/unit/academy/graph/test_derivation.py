"""The graph is a function of what is stated: it does not matter in which order, nor what came and went in between."""

import asyncio
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.academy.graph import Claims, ConceptClaim, ConceptKind, EdgeClaim, Origin, OriginKind, Relation
from netsentinel.kernel.testing import FakeClock
from tests.unit.academy.graph.site import ANA, Site, memory_site

NAMES = ("a", "B", "c d", "e-f", "g")
ORIGINS = tuple(Origin(kind, name) for kind in OriginKind for name in ("1", "2"))

names = st.sampled_from(NAMES)
weights = st.sampled_from((0.2, 0.5, 1.0))
concepts = st.builds(
    ConceptClaim,
    name=names,
    kind=st.sampled_from(list(ConceptKind)[:3]),
    text=st.sampled_from(("", "t")),
    weight=weights,
)
edges = (
    st.builds(
        EdgeClaim,
        source=names,
        target=names,
        relation=st.sampled_from((Relation.REQUIRES, Relation.REQUIRES, Relation.RELATED)),
        weight=weights,
        position=st.sampled_from(("p1", "p2")),
        is_denied=st.sampled_from((False, False, False, True)),
    )
).filter(lambda claim: claim.source != claim.target)
claims = st.builds(Claims, st.lists(concepts, max_size=5).map(tuple), st.lists(edges, max_size=8).map(tuple))
steps = st.lists(st.tuples(st.sampled_from(ORIGINS), claims), max_size=8)


def graph_after(play: "Callable[[Site], object]") -> "tuple[set[object], set[object]]":
    async def told() -> "tuple[set[object], set[object]]":
        site = memory_site(FakeClock())
        await play(site)  # type: ignore[misc] # it is asynchronous
        return await site.everything()

    return asyncio.run(told())


@given(steps, st.sampled_from(ORIGINS))
@settings(max_examples=150)
def test_withdrawing_leaves_exactly_what_would_be_there_without_it(
    history: list[tuple[Origin, Claims]], gone: Origin
) -> None:
    async def with_it(site: Site) -> None:
        for origin, said in history:
            await site.graph.state(ANA, origin, said)
        await site.graph.withdraw(ANA, gone)

    async def without_it(site: Site) -> None:
        for origin, said in history:
            if origin != gone:
                await site.graph.state(ANA, origin, said)

    assert graph_after(with_it) == graph_after(without_it)


@given(steps)
@settings(max_examples=100)
def test_only_the_latest_of_each_origin_counts_and_their_order_does_not(history: list[tuple[Origin, Claims]]) -> None:
    async def as_it_was(site: Site) -> None:
        for origin, said in history:
            await site.graph.state(ANA, origin, said)

    async def latest_backwards(site: Site) -> None:
        for origin, said in sorted(dict(history).items(), reverse=True):
            await site.graph.state(ANA, origin, said)

    assert graph_after(as_it_was) == graph_after(latest_backwards)
