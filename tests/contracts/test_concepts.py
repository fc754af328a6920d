"""One suite for what people decide about concepts on the three kinds of stores: memory, SQLite and PostgreSQL."""

from dataclasses import replace

import pytest

from netsentinel.academy.graph import (
    PEOPLE,
    Change,
    Claims,
    ConceptClaim,
    ConceptKind,
    Concepts,
    EdgeClaim,
    EdgeState,
    OperationKind,
    Origin,
    OriginKind,
    id_of,
)
from netsentinel.academy.graph.entries import CONCEPT_EDITED
from netsentinel.academy.graph.errors import (
    ConceptExistsError,
    InvalidClaimError,
    OperationNotUndoneError,
    PrerequisiteCycleError,
)
from netsentinel.academy.graph.store_sql import SqlOperations  # noqa: F401 - the suite is theirs, by way of the site
from netsentinel.academy.graph.testing import MemoryOperations  # noqa: F401 - the same
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage.dialect import POSTGRES, SQLITE
from tests.unit.academy.graph.site import ANA, STRANGER, Site, T, claims, edge, memory_site, origin, sql_site

pytestmark = pytest.mark.anyio

A, B, C = (id_of(name) for name in "abc")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, clock: FakeClock) -> Site:
    if request.param == "memory":
        return memory_site(clock)
    database = request.getfixturevalue(f"{request.param}_database")
    return sql_site(database, SQLITE if request.param == "sqlite" else POSTGRES, clock)


@pytest.fixture
def concepts(site: Site) -> Concepts:
    return Concepts(site.ground, site.graph)


async def test_a_concept_made_by_hand_is_there_once(site: Site, concepts: Concepts) -> None:
    made = await concepts.create(ANA, ConceptClaim(name="Port Scan", text="Asking doors.", kind=ConceptKind.TECHNIQUE))
    assert (made.name, made.kind, made.text) == ("Port Scan", ConceptKind.TECHNIQUE, "Asking doors.")
    with pytest.raises(ConceptExistsError) as refused:
        await concepts.create(ANA, ConceptClaim(name="port-scan"))
    assert refused.value.extra["concept"] == made.id
    await site.says("m1", "PORT SCAN")
    await site.graph.withdraw(ANA, origin("m1"))
    assert [one.id for one in await site.graph.known(T)] == [made.id]


async def test_a_renamed_concept_takes_what_is_said_under_its_new_name(site: Site, concepts: Concepts) -> None:
    await site.says("m1", "a")
    done = await concepts.rename(ANA, A, "Better")
    assert (done.kind, done.number) == (OperationKind.RENAME, 2)
    await site.says("m2", requires=(("better", "b"),))
    concept = await site.graph.concept(T, "better")
    assert (concept.id, concept.name, concept.names, concept.origins) == (A, "Better", ("Better", "a", "better"), 2)
    assert await site.graph.closure(T, A) == [B]
    await concepts.undo(ANA, done.number)
    assert {one.name for one in await site.graph.known(T)} == {"a", "better", "b"}
    assert await site.graph.closure(T, A) == []


async def test_a_name_that_is_taken_is_refused(site: Site, concepts: Concepts) -> None:
    await site.says("m1", "a", "b")
    for call in (concepts.rename(ANA, A, "B"), concepts.alias(ANA, A, "b")):
        with pytest.raises(ConceptExistsError):
            await call
    with pytest.raises(InvalidClaimError):
        await concepts.rename(ANA, A, " . ")


async def test_an_alias_joins_what_comes_under_either_name(site: Site, concepts: Concepts) -> None:
    await site.says("m1", "a")
    await concepts.alias(ANA, A, "Alpha Letter")
    await site.says("m2", requires=(("alpha letter", "b"),))
    assert (await site.graph.concept(T, "alpha-letter")).id == A
    assert await site.graph.closure(T, A) == [B]
    assert [one.id for one in await site.graph.search(T, "alpha")] == [A]


async def test_a_merge_joins_and_undoing_it_leaves_what_was_there(site: Site, concepts: Concepts) -> None:
    await site.says("m1", requires=(("a", "x"), ("c", "a")))
    await site.says("m2", requires=(("b", "y"), ("a", "b")))
    before = await site.everything()
    done = await concepts.merge(ANA, A, B)
    assert {one.name for one in await site.graph.known(T)} == {"b", "c", "x", "y"}
    assert (await site.graph.concept(T, A)).id == B
    assert (await site.graph.concept(T, "a")).names == ("a", "b")
    assert set(await site.names(await site.graph.closure(T, C))) == {"b", "x", "y"}
    await site.says("m3", requires=(("a", "z"),))
    assert id_of("z") in await site.graph.closure(T, B)
    await site.graph.withdraw(ANA, origin("m3"))
    await concepts.undo(ANA, done.number)
    assert await site.everything() == before


async def test_operations_are_undone_alone_and_once(site: Site, concepts: Concepts) -> None:
    await site.says("m1", "a", "b", "c")
    first = await concepts.merge(ANA, A, B)
    second = await concepts.merge(ANA, B, C)
    assert [one.id for one in await site.graph.known(T)] == [C]
    await concepts.undo(ANA, first.number)
    assert {one.id for one in await site.graph.known(T)} == {A, C}
    with pytest.raises(OperationNotUndoneError):
        await concepts.undo(ANA, first.number)
    with pytest.raises(NotFoundError):
        await concepts.undo(ANA, 999)
    history = await concepts.history(T)
    assert [(one.number, one.undone_by) for one in history] == [(second.number, ""), (first.number, ANA.id)]
    assert [one.number for one in await concepts.history(T, A)] == [first.number]


async def test_a_merge_that_would_go_round_in_circles_is_refused(site: Site, concepts: Concepts) -> None:
    await site.graph.state(ANA, Origin(OriginKind.REFERENCE, "r"), claims(requires=(("a", "x"), ("x", "b"))))
    before = await site.everything()
    with pytest.raises(PrerequisiteCycleError) as refused:
        await concepts.merge(ANA, A, B)
    assert set(refused.value.extra["cycle"]) == {"b", "x"}
    with pytest.raises(InvalidClaimError):
        await concepts.merge(ANA, A, A)
    assert await site.everything() == before


async def test_what_media_suggest_yields_to_a_merge(site: Site, concepts: Concepts) -> None:
    await site.says("m1", requires=(("a", "x"), ("x", "b")))
    await concepts.merge(ANA, A, B)
    assert (await site.graph.stats(T)).held == 1


async def test_a_split_moves_what_some_media_say(site: Site, concepts: Concepts) -> None:
    await site.says("networks", requires=(("port", "address"),))
    await site.says("software", requires=(("port", "compiler"),))
    before = await site.everything()
    done = await concepts.split(ANA, id_of("port"), "Port (software)", origins=[str(origin("software"))])
    assert await site.names(await site.graph.closure(T, id_of("port"))) == ["address"]
    assert await site.names(await site.graph.closure(T, done.other)) == ["compiler"]
    assert (await site.graph.concept(T, done.other)).name == "Port (software)"
    await concepts.confirm(ANA, edge("x", "y")._replace(source=done.other, target=id_of("address")))
    assert set(await site.names(await site.graph.closure(T, done.other))) == {"address", "compiler"}
    await concepts.undo(ANA, done.number)
    concepts_now, edges_now = await site.everything()
    assert (concepts_now, edges_now) == before


async def test_a_split_moves_some_names(site: Site, concepts: Concepts) -> None:
    await site.says("m1", requires=(("a", "x"), ("b", "y")))
    await concepts.merge(ANA, A, B)
    done = await concepts.split(ANA, B, "alpha", names=["A"])
    assert await site.names(await site.graph.closure(T, done.other)) == ["x"]
    assert await site.names(await site.graph.closure(T, B)) == ["y"]
    for names in (["b"], ["nothing"]):
        with pytest.raises(InvalidClaimError):
            await concepts.split(ANA, B, "beta", names=names)


async def test_a_removed_concept_stays_away_until_it_is_made_again(site: Site, concepts: Concepts) -> None:
    await site.says("m1", requires=(("a", "b"),))
    before = await site.everything()
    done = await concepts.remove(ANA, B)
    await site.says("m2", "b")
    assert [one.name for one in await site.graph.known(T)] == ["a"]
    await site.graph.withdraw(ANA, origin("m2"))
    await concepts.undo(ANA, done.number)
    assert await site.everything() == before
    await concepts.remove(ANA, B)
    assert (await concepts.create(ANA, ConceptClaim(name="B"))).id == B
    assert await site.graph.closure(T, A) == [B]


async def test_people_confirm_deny_and_take_it_back(site: Site, concepts: Concepts) -> None:
    await site.says("m1", "c", requires=(("a", "b"),))
    before = await site.everything()
    await concepts.deny(ANA, edge("a", "b"), "They are unrelated.")
    assert await site.graph.closure(T, A) == []
    await concepts.confirm(ANA, edge("a", "b"), "They are after all.")
    (found,) = await site.graph.neighbours(T, A)
    assert (found.state, found.is_confirmed, found.evidence) == (EdgeState.LIVE, True, 2)
    assert [one.claim.sentence for one in await site.graph.evidence(T, found.key)] == [
        "a needs b.",
        "They are after all.",
    ]
    await site.graph.withdraw(ANA, origin("m1"))
    assert (await site.everything()) == (set(), set())
    await site.says("m1", "c", requires=(("a", "b"),))
    await concepts.retract(ANA, edge("a", "b"))
    assert await site.everything() == before
    with pytest.raises(NotFoundError):
        await concepts.confirm(ANA, edge("a", "nowhere"))


async def test_a_confirmation_that_would_close_a_firm_cycle_is_refused_with_the_cycle(
    site: Site, concepts: Concepts
) -> None:
    await site.says("m1", "a", "b", requires=(("b", "c"),))
    await concepts.confirm(ANA, edge("a", "b"))
    await concepts.confirm(ANA, edge("b", "c"))
    with pytest.raises(PrerequisiteCycleError) as refused:
        await concepts.confirm(ANA, edge("c", "a"))
    assert refused.value.extra["cycle"] == ["c", "a", "b", "c"]
    assert "'c' requires 'a' requires 'b' requires 'c'" in refused.value.detail
    with pytest.raises(InvalidClaimError):
        await concepts.confirm(ANA, edge("a", "a"))


async def test_a_confirmation_is_firmer_than_what_media_say(site: Site, concepts: Concepts) -> None:
    await site.says("m1", requires=(("a", "b"), ("b", "c")))
    await concepts.confirm(ANA, edge("c", "a"))
    assert await site.graph.closure(T, C) == [B, A] or await site.graph.closure(T, C) == [A]
    assert (await site.graph.stats(T)).held == 1


async def test_decisions_are_the_tenants_own(site: Site, concepts: Concepts) -> None:
    await site.says("m1", "a", "b")
    done = await concepts.rename(ANA, A, "mine")
    await site.graph.state(STRANGER, origin("m1"), claims("a"))
    assert [one.name for one in await site.graph.known(STRANGER.tenant)] == ["a"]
    for call in (concepts.undo(STRANGER, done.number), concepts.merge(STRANGER, A, B), concepts.remove(STRANGER, B)):
        with pytest.raises(NotFoundError):
            await call
    assert await concepts.history(STRANGER.tenant) == []


async def test_working_everything_out_anew_changes_nothing(site: Site, concepts: Concepts) -> None:
    await site.says("m1", requires=(("a", "b"), ("b", "c"), ("c", "a")))
    await concepts.merge(ANA, A, C)
    await site.graph.state(
        ANA, PEOPLE, Claims((), (EdgeClaim(source="b", target="x", is_denied=True),)), replaces=False
    )
    before = await site.everything()
    done = await site.graph.rebuild(ANA)
    assert (done.concepts, done.edges, done.gone_concepts, done.gone_edges) == (0, 0, 0, 0)
    assert await site.everything() == before


async def test_damaged_rows_are_worked_out_anew(site: Site, concepts: Concepts) -> None:
    await site.says("m1", requires=(("a", "b"),))
    before = await site.everything()
    change = await site.ground.db.read(lambda tx: site.ground.rows.since(tx, T, 0))
    nobodys = replace(change.concepts[0], id=id_of("stray"), version=9)
    stray = Change(version=9, concepts=(nobodys,), gone_edges=(edge("a", "b"),), gone_concepts=(A,))
    await site.ground.store.upsert(T, stray)
    assert await site.everything() != before
    done = await site.graph.rebuild(ANA)
    assert (done.gone_concepts, done.edges) == (1, 1)
    assert await site.everything() == before


async def test_entries_tell_what_was_decided(site: Site, concepts: Concepts) -> None:
    await site.says("m1", "a", "b")
    done = await concepts.merge(ANA, A, B)
    await concepts.undo(ANA, done.number)
    entries = getattr(site.ground.db, "entries", None)
    if entries is None:
        rows = await site.ground.db.read(
            lambda tx: tx.rows("SELECT subject FROM journal WHERE kind = ? ORDER BY seq", (CONCEPT_EDITED,))
        )
        assert rows == [(A,), (A,)]
        return
    told = [one.payload for one in entries if one.kind == CONCEPT_EDITED]
    assert [(one.operation, one.name, one.other, one.is_undone) for one in told] == [
        (OperationKind.MERGE, "a", B, False),
        (OperationKind.MERGE, "a", B, True),
    ]


async def test_decisions_count_whether_or_not_they_were_undone(
    site: Site, concepts: Concepts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netsentinel.academy.graph.concepts.MOST_OPERATIONS", 3)
    await site.says("m1", "a", "b")
    for _ in range(2):
        made = await concepts.rename(ANA, A, "other")
        await concepts.undo(ANA, made.number)
    removed = await concepts.remove(ANA, B)
    with pytest.raises(InvalidClaimError, match="at most 3 decisions"):
        await concepts.rename(ANA, A, "other")
    with pytest.raises(InvalidClaimError, match="at most 3 decisions"):
        await concepts.create(ANA, ConceptClaim(name="b"))
    await concepts.undo(ANA, removed.number)
    assert (await site.graph.concept(T, "b")).id == B
    assert len(await concepts.history(T)) == 3


async def test_people_state_only_so_much_by_hand(
    site: Site, concepts: Concepts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netsentinel.academy.graph.claims.MOST_BY_HAND", 3)
    for name in "ab":
        await concepts.create(ANA, ConceptClaim(name=name))
    await concepts.confirm(ANA, edge("a", "b"))
    with pytest.raises(InvalidClaimError, match="by hand"):
        await concepts.create(ANA, ConceptClaim(name="c"))
    with pytest.raises(InvalidClaimError, match="by hand"):
        await concepts.deny(ANA, edge("b", "a"))
    await concepts.deny(ANA, edge("a", "b"))
    await concepts.create(STRANGER, ConceptClaim(name="c"))
