import threading

import pytest

from netsentinel.academy.graph import Claims, id_of
from netsentinel.academy.graph.attack import ATTACK, AttackRow, claims_from, read_table, shipped_table, table_text
from netsentinel.academy.graph.model import ConceptKind
from netsentinel.kernel.types import Role, system_principal
from tests.unit.academy.graph.site import claims, origin
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio

GRAPH = "/api/v2/graph"


async def says(desk: Desk, said: Claims) -> None:
    await desk.graph.state(system_principal(), origin("m1"), said)


async def test_a_part_of_the_graph_can_be_drawn(desk: Desk) -> None:
    await says(desk, claims("far", requires=(("a", "b"), ("b", "c"))))
    near = (await desk.get(f"{GRAPH}?around=A&depth=1")).json()
    assert [one["name"] for one in near["concepts"]] == ["a", "b"]
    assert [(one["key"], one["state"]) for one in near["edges"]] == [([id_of("a"), "requires", id_of("b")], "live")]
    whole = (await desk.get(f"{GRAPH}?limit=3")).json()
    assert (whole["concepts"][0]["name"], len(whole["concepts"]), whole["is_whole"]) == ("b", 3, False)
    assert (await desk.get(f"{GRAPH}?around=nothing")).status_code == 404


async def test_a_drawing_costs_the_same_for_few_as_for_many(desk: Desk) -> None:
    await says(desk, claims(requires=(("a", "b"),)))
    for _ in range(2):  # the first question after a change also takes what is new
        await desk.get(GRAPH)
    few = desk.statements
    await says(desk, claims(requires=tuple((f"n{number}", f"n{number + 1}") for number in range(300))))
    await desk.get(GRAPH)
    await desk.get(GRAPH)
    assert desk.statements == few


async def test_a_map_holds_the_graph_in_columns(desk: Desk) -> None:
    await says(desk, claims("far", requires=(("a", "b"), ("b", "c"))))
    told = (await desk.get(f"{GRAPH}/map")).json()
    edges = zip(told["sources"], told["relations"], told["targets"], strict=True)
    drawn = {(told["names"][one], relation, told["names"][other]) for one, relation, other in edges}
    assert drawn == {("a", "requires", "b"), ("b", "requires", "c")}
    assert (told["version"], told["is_whole"], len(told["ids"]), told["names"][0]) == (1, True, 4, "b")
    few = (await desk.get(f"{GRAPH}/map?limit=2")).json()
    assert (few["is_whole"], len(few["ids"]), len(few["kinds"])) == (False, 2, 2)


async def test_figures_say_how_large_it_is(desk: Desk) -> None:
    await says(desk, claims(requires=(("a", "b"), ("b", "a"))))
    told = (await desk.get(f"{GRAPH}/stats")).json()
    assert told == {
        "version": 1,
        "concepts": {"concept": 2},
        "edges": {"requires": 1},
        "held": 1,
        "denied": 0,
        "origins": {"medium": 1},
    }


async def test_a_path_is_shown_by_names(desk: Desk) -> None:
    await says(desk, claims("z", requires=(("a", "b"), ("c", "b"))))
    path = f"{GRAPH}/path?source=a&target="
    assert [one["name"] for one in (await desk.get(f"{path}c")).json()["concepts"]] == ["a", "b", "c"]
    assert (await desk.get(f"{path}c&directed=true")).json()["concepts"] == []
    assert (await desk.get(f"{path}z")).json()["concepts"] == []
    assert (await desk.get(f"{path}none")).status_code == 404


async def test_an_edge_is_shown_with_its_evidence(desk: Desk) -> None:
    await says(desk, claims(requires=(("a", "b"),)))
    (said,) = (await desk.get(f"{GRAPH}/evidence?source={id_of('a')}&target={id_of('b')}")).json()["items"]
    assert (said["origin"], said["position"], said["sentence"], said["is_denied"]) == (
        "medium:m1",
        "p1",
        "a needs b.",
        False,
    )


async def test_a_decision_is_listed_and_taken_back(desk: Desk) -> None:
    await says(desk, claims("a", "b"))
    done = (await desk.call("POST", f"/api/v2/concepts/{id_of('a')}/merge", json={"into": id_of("b")})).json()
    (listed,) = (await desk.get(f"{GRAPH}/operations")).json()["items"]
    assert (listed["number"], listed["kind"], listed["undone_by"]) == (done["number"], "merge", "")
    undo = f"{GRAPH}/operations/{done['number']}/undo"
    assert (await desk.call("POST", undo)).json()["undone_by"]
    again = await desk.call("POST", undo)
    assert (again.status_code, again.json()["code"]) == (409, "operation-not-undone")
    assert (await desk.call("POST", f"{GRAPH}/operations/77/undo")).status_code == 404


async def test_a_newer_table_of_attack_replaces_the_shipped_one(desk: Desk) -> None:
    await desk.graph.state(system_principal(), ATTACK, claims_from(shipped_table()))
    row = AttackRow(id="T9999", kind=ConceptKind.TECHNIQUE, name="Something New")
    place = f"{GRAPH}/references/attack"
    told = (await desk.call("PUT", place, json={"table": table_text([row])})).json()
    assert (told["concepts"], told["gone_concepts"]) == (1, len(shipped_table()))
    assert (await desk.call("PUT", place, json={"table": "nonsense"})).json()["code"] == "invalid-claim"


async def test_a_table_that_would_be_worth_millions_of_edges_is_refused_off_the_loop(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    where: list[int] = []

    def read(text: str) -> list[AttackRow]:
        where.append(threading.get_ident())
        return read_table(text)

    monkeypatch.setattr("netsentinel.api.v2.graph.read_table", read)
    table = table_text([]) + "T1\ttechnique\t" + "n" * 2_000_000 + "\t" + "a," * 900_000 + "\t\t\n"
    told = (await desk.call("PUT", f"{GRAPH}/references/attack", json={"table": table})).json()
    assert (told["code"], "column name" in told["detail"]) == ("invalid-claim", True)
    assert where
    assert threading.get_ident() not in where


async def test_rebuilding_finds_nothing_wrong(desk: Desk) -> None:
    await says(desk, claims(requires=(("a", "b"),)))
    told = (await desk.call("POST", f"{GRAPH}/rebuild")).json()
    assert (told["version"], told["concepts"], told["edges"]) == (1, 0, 0)
    assert (await desk.call("POST", f"{GRAPH}/rebuild", Role.VIEWER)).status_code == 403
