"""One suite for what is stated about the graph on the three kinds of stores: in memory, on SQLite, on PostgreSQL."""

import pytest

from netsentinel.academy.graph import (
    PEOPLE,
    Claims,
    ConceptClaim,
    ConceptKind,
    Concepts,
    Direction,
    EdgeClaim,
    EdgeState,
    Origin,
    OriginKind,
    Relation,
    id_of,
)
from netsentinel.academy.graph.entries import GRAPH_CHANGED
from netsentinel.academy.graph.errors import InvalidClaimError
from netsentinel.academy.graph.store_sql import SqlLedger  # noqa: F401 - the suite is theirs, by way of the site
from netsentinel.academy.graph.testing import MemoryLedger  # noqa: F401 - the same
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage.dialect import POSTGRES, SQLITE
from tests.unit.academy.graph.site import ANA, OTHER, STRANGER, Site, T, claims, edge, memory_site, origin, sql_site

pytestmark = pytest.mark.anyio

ATTACK = Origin(OriginKind.REFERENCE, "attack")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, clock: FakeClock) -> Site:
    if request.param == "memory":
        return memory_site(clock)
    database = request.getfixturevalue(f"{request.param}_database")
    return sql_site(database, SQLITE if request.param == "sqlite" else POSTGRES, clock)


async def test_what_only_media_suggest_is_vouched_for_once_somebody_confirms_it(site: Site) -> None:
    await site.says("m1", requires=(("a", "b"), ("b", "c"), ("c", "d"), ("a", "x")))
    taught = Claims((ConceptClaim(name="b"),), (EdgeClaim(source="a", target="b"),))
    await site.graph.state(ANA, Origin(OriginKind.COURSE, "crs_1"), taught)
    assert await site.graph.vouched(T, [id_of("a")]) == [id_of("b")]
    await site.vouch(("c", "d"))
    assert await site.graph.vouched(T, [id_of("a")]) == [id_of("b")]
    await site.vouch(("b", "c"))
    assert await site.graph.vouched(T, [id_of("a"), id_of("c")]) == [id_of("d"), id_of("c"), id_of("b")]
    assert await site.graph.vouched(OTHER, [id_of("a")]) == []
    steps = await site.graph.vouched_steps(T, [id_of("b")])
    assert steps == {id_of("b"): {id_of("c")}, id_of("c"): {id_of("d")}, id_of("d"): set()}
    await Concepts(site.ground, site.graph).deny(ANA, edge("b", "c"))
    assert await site.graph.vouched(T, [id_of("a")]) == [id_of("b")]


async def test_what_a_medium_states_comes_back_as_concepts_and_edges(site: Site) -> None:
    told = await site.graph.state(
        ANA,
        origin("m1"),
        Claims(
            (
                ConceptClaim(name="TCP Handshake", text="Three packets.", position="page 3"),
                ConceptClaim(name="IP address"),
                ConceptClaim(name="Port scan", kind=ConceptKind.TECHNIQUE, key="T1046"),
            ),
            (
                EdgeClaim(
                    source="tcp-handshake", target="IP Address", weight=0.7, position="page 4", sentence="It needs one."
                ),
            ),
        ),
    )
    assert (told.version, told.concepts, told.edges, told.held) == (1, 3, 1, ())
    assert told.ids["tcp handshake"] == id_of("tcp handshake")
    concept = await site.graph.concept(T, told.ids["tcp handshake"])
    assert (concept.name, concept.key, concept.text, concept.names) == (
        "TCP Handshake",
        "tcp handshake",
        "Three packets.",
        ("TCP Handshake",),
    )
    assert (await site.graph.concept(T, "t1046")).kind is ConceptKind.TECHNIQUE
    (found,) = await site.graph.neighbours(T, concept.id)
    assert (found.key, found.state, found.weight, found.evidence, found.is_confirmed) == (
        edge("tcp handshake", "ip address"),
        EdgeState.LIVE,
        0.7,
        1,
        False,
    )
    (said,) = await site.graph.evidence(T, found.key)
    assert (said.origin, said.claim.position, said.claim.sentence, said.by) == (
        origin("m1"),
        "page 4",
        "It needs one.",
        ANA.id,
    )
    stats = await site.graph.stats(T)
    assert (stats.concepts, stats.edges, stats.origins) == (
        {"concept": 2, "technique": 1},
        {"requires": 1},
        {"medium": 1},
    )


async def test_stating_the_same_again_changes_nothing(site: Site) -> None:
    first = await site.says("m1", requires=(("a", "b"),))
    again = await site.says("m1", requires=(("a", "b"),))
    assert (again.version, again.concepts, again.edges, again.ids) == (first.version, 0, 0, first.ids)


async def test_an_origin_replaces_what_it_stated_or_adds_to_it(site: Site) -> None:
    await site.says("m1", "x", requires=(("a", "b"),))
    told = await site.says("m1", requires=(("b", "c"),))
    assert (told.concepts, told.edges, told.gone_concepts, told.gone_edges) == (1, 1, 2, 1)
    assert [one.name for one in await site.graph.known(T)] == ["b", "c"]
    await site.graph.state(ANA, origin("m1"), claims("d"), replaces=False)
    assert [one.name for one in await site.graph.known(T)] == ["b", "c", "d"]


async def test_what_two_media_state_stays_until_both_withdraw(site: Site) -> None:
    await site.says("m1", requires=(("a", "b"),))
    alone = await site.everything()
    await site.says("m2", "z", requires=(("a", "b"), ("b", "z")))
    assert [one.evidence for one in await site.graph.neighbours(T, id_of("a"))] == [2]
    await site.graph.withdraw(ANA, origin("m2"))
    assert await site.everything() == alone
    gone = await site.graph.withdraw(ANA, origin("m1"))
    assert (gone.gone_concepts, gone.gone_edges) == (2, 1)
    assert await site.everything() == (set(), set())


async def test_an_edge_waits_until_both_its_ends_are_stated(site: Site) -> None:
    only_edge = Claims(edges=(EdgeClaim(source="a", target="b"),))
    assert (await site.graph.state(ANA, origin("m1"), only_edge)).edges == 0
    await site.says("m2", "a")
    assert await site.graph.neighbours(T, id_of("a")) == []
    assert (await site.says("m3", "b")).edges == 1
    await site.graph.withdraw(ANA, origin("m2"))
    assert await site.graph.neighbours(T, id_of("b")) == []


async def test_the_weakest_prerequisite_of_a_cycle_is_held_until_the_cycle_is_broken(site: Site) -> None:
    await site.graph.state(ANA, origin("m1"), claims(requires=(("a", "b"), ("b", "c")), weight=0.9))
    told = await site.graph.state(ANA, origin("m2"), claims(requires=(("c", "a"),), weight=0.4))
    (held,) = told.held
    assert held.key == edge("c", "a")
    assert await site.names(held.cycle) == ["c", "a", "b", "c"]
    assert await site.graph.closure(T, id_of("c")) == []
    await site.graph.state(ANA, origin("m3"), claims(requires=(("c", "a"),), weight=1.0))
    states = {one.key: one.state for one in await site.graph.neighbours(T, id_of("a"))}
    assert states[edge("c", "a")] is EdgeState.LIVE
    assert EdgeState.HELD in {one.state for one in await site.graph.neighbours(T, id_of("b"))}
    await site.graph.withdraw(ANA, origin("m3"))
    await site.graph.withdraw(ANA, origin("m1"))
    assert await site.names(await site.graph.closure(T, id_of("c"))) == ["a"]


async def test_a_reference_is_firmer_than_media_and_people_are_firmer_than_both(site: Site) -> None:
    await site.graph.state(ANA, origin("m1"), claims(requires=(("a", "b"),), weight=1.0))
    await site.graph.state(ANA, ATTACK, claims(requires=(("b", "a"),), weight=0.1))
    assert await site.graph.closure(T, id_of("a")) == []
    await site.graph.state(ANA, PEOPLE, claims(requires=(("a", "b"),), weight=0.1), replaces=False)
    assert await site.graph.closure(T, id_of("b")) == []
    assert await site.graph.closure(T, id_of("a"), Direction.PREREQUISITES) == [id_of("b")]


async def test_a_denial_outweighs_every_claim(site: Site) -> None:
    await site.says("m1", requires=(("a", "b"),))
    denied = Claims(edges=(EdgeClaim(source="a", target="b", is_denied=True),))
    await site.graph.state(ANA, PEOPLE, denied, replaces=False)
    (found,) = await site.graph.neighbours(T, id_of("a"))
    assert found.state is EdgeState.DENIED
    assert await site.graph.closure(T, id_of("a")) == []
    assert (await site.graph.stats(T)).denied == 1
    await site.graph.withdraw(ANA, PEOPLE)
    assert await site.graph.closure(T, id_of("a")) == [id_of("b")]


async def test_names_of_the_firmest_and_surest_origin_win(site: Site) -> None:
    await site.graph.state(ANA, origin("m1"), Claims((ConceptClaim(name="PORT SCAN", weight=0.3),)))
    await site.graph.state(ANA, origin("m2"), Claims((ConceptClaim(name="Port Scan", weight=0.9),)))
    concept = await site.graph.concept(T, "port scan")
    assert (concept.name, concept.names, concept.origins) == ("Port Scan", ("PORT SCAN", "Port Scan"), 2)
    await site.graph.state(ANA, ATTACK, Claims((ConceptClaim(name="Port scan", weight=0.1, text="Looking."),)))
    concept = await site.graph.concept(T, "port scan")
    assert (concept.name, concept.text, concept.origins) == ("Port scan", "Looking.", 3)


async def test_a_concept_is_found_by_key_or_by_a_name_that_no_other_has(site: Site) -> None:
    named = (("T1566", "Phishing"), ("TA0001", "Access"), ("M1", "Access"))
    await site.graph.state(ANA, ATTACK, Claims(tuple(ConceptClaim(name=name, key=key) for key, name in named), ()))
    await site.says("m1", "Phishing kit")
    assert (await site.graph.called(T, "t1566")).name == "Phishing"
    assert (await site.graph.called(T, " phishing")).key == "t1566"
    with pytest.raises(NotFoundError, match="Several are called access: "):
        await site.graph.called(T, "access")
    with pytest.raises(NotFoundError):
        await site.graph.concept(T, "phishing")
    for none in ("phish", "", "cpt_aaaaaaaaaaaaaaaa"):
        with pytest.raises(NotFoundError, match="There is no concept"):
            await site.graph.called(T, none)


async def test_a_tenant_sees_its_own_only(site: Site) -> None:
    await site.says("m1", requires=(("a", "b"),))
    await site.graph.state(STRANGER, origin("m1"), claims("theirs"))
    assert [one.name for one in await site.graph.known(OTHER)] == ["theirs"]
    assert [one.name for one in await site.graph.known(T)] == ["a", "b"]
    with pytest.raises(NotFoundError):
        await site.graph.concept(OTHER, id_of("a"))
    assert await site.graph.closure(OTHER, id_of("a")) == []
    assert await site.graph.neighbours(OTHER, id_of("a")) == []
    assert await site.graph.evidence(OTHER, edge("a", "b")) == []
    assert (await site.graph.subgraph(OTHER, id_of("a"), depth=2, limit=10)).concepts == ()
    assert await site.graph.search(OTHER, "a") == []
    await site.graph.withdraw(STRANGER, origin("m1"))
    assert len(await site.graph.known(T)) == 2


async def test_concepts_come_in_pages(site: Site) -> None:
    await site.says("m1", *(f"c{number:02}" for number in range(7)))
    await site.graph.state(ANA, ATTACK, claims("b"))
    page = await site.graph.page(T, limit=5)
    assert [one.name for one in page] == ["b", "c00", "c01", "c02", "c03"]
    rest = await site.graph.page(T, limit=5, cursor=page.next)
    assert ([one.name for one in rest], rest.next) == (["c04", "c05", "c06"], None)
    assert (await site.graph.page(T, kind=ConceptKind.TECHNIQUE, limit=5)).items == ()


@pytest.mark.parametrize(
    "claim",
    [
        ConceptClaim(name="  "),
        ConceptClaim(name="x" * 201),
        ConceptClaim(name="a", weight=0.0),
        ConceptClaim(name="a", weight=1.5),
        ConceptClaim(name="a", weight=float("nan")),
        EdgeClaim(source="a", target="A"),
        EdgeClaim(source="a", target="..."),
        EdgeClaim(source="a", target="b", weight=-1.0),
    ],
)
async def test_impossible_claims_are_refused_and_nothing_is_kept(site: Site, claim: ConceptClaim | EdgeClaim) -> None:
    good = claims("fine")
    bad = Claims((*good.concepts, claim)) if isinstance(claim, ConceptClaim) else Claims(good.concepts, (claim,))
    with pytest.raises(InvalidClaimError):
        await site.graph.state(ANA, origin("m1"), bad)
    assert await site.graph.known(T) == []


async def test_a_thing_stated_twice_at_one_place_is_taken_once_as_the_surest_claim_says(site: Site) -> None:
    said = (EdgeClaim(source="a", target="b", weight=0.2), EdgeClaim(source="A", target="b", weight=0.6))
    mentioned = EdgeClaim(source="a", target="b", relation=Relation.RELATED)
    await site.graph.state(ANA, origin("m1"), Claims(claims("a", "b").concepts, (*said, mentioned)))
    assert [(one.key.relation, one.weight) for one in await site.graph.neighbours(T, id_of("a"))] == [
        (Relation.RELATED, 1.0),
        (Relation.REQUIRES, 0.6),
    ]


async def test_one_entry_tells_of_each_change(site: Site) -> None:
    await site.says("m1", requires=(("a", "b"),))
    await site.says("m1", requires=(("a", "b"),))
    entries = getattr(site.ground.db, "entries", None)
    if entries is None:
        rows = await site.ground.db.read(lambda tx: tx.rows("SELECT kind, subject FROM journal"))
        assert rows == [(GRAPH_CHANGED, "medium:m1")]
        return
    assert [(one.kind, one.subject, one.payload.edges) for one in entries] == [(GRAPH_CHANGED, "medium:m1", 1)]


async def test_prerequisites_that_contradict_each_other_too_much_are_refused_and_leave_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netsentinel.academy.graph.acyclic.MOST_TANGLED", 3)
    await site.says("m1", requires=(("a", "b"), ("b", "a"), ("c", "d")))
    before = await site.everything()
    with pytest.raises(InvalidClaimError, match="4 concepts"):
        await site.says("m2", requires=(("d", "c"),))
    assert await site.everything() == before
    await site.graph.withdraw(ANA, origin("m1"))
    await site.says("m2", requires=(("d", "c"),))
