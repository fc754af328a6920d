import pytest

from netsentinel.academy.graph import id_of
from netsentinel.kernel.types import Role, system_principal
from tests.unit.academy.graph.site import claims, origin
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio

CONCEPTS = "/api/v2/concepts"


async def says(desk: Desk, *names: str, requires: tuple[tuple[str, str], ...] = ()) -> None:
    await desk.graph.state(system_principal(), origin("m1"), claims(*names, requires=requires))


async def test_concepts_are_listed_in_pages_and_found_by_words(desk: Desk) -> None:
    await says(desk, "port scan", "scanner", "TCP")
    first = (await desk.get(f"{CONCEPTS}?limit=2")).json()
    assert [one["name"] for one in first["items"]] == ["port scan", "scanner"]
    rest = (await desk.get(f"{CONCEPTS}?limit=2&cursor={first['next']}")).json()
    assert ([one["name"] for one in rest["items"]], rest["next"]) == (["TCP"], None)
    found = (await desk.get(f"{CONCEPTS}?q=scan")).json()["items"]
    assert [one["name"] for one in found] == ["scanner", "port scan"]
    assert (await desk.get(f"{CONCEPTS}?kind=tactic")).json()["items"] == []
    assert (await desk.get(f"{CONCEPTS}?cursor=nonsense")).json()["code"] == "invalid-cursor"


async def test_a_concept_is_made_shown_renamed_and_removed(desk: Desk) -> None:
    made = await desk.call("POST", CONCEPTS, json={"name": "Beaconing", "text": "Calling home."})
    assert made.status_code == 201
    place = f"{CONCEPTS}/{made.json()['id']}"
    again = await desk.call("POST", CONCEPTS, json={"name": "beaconing"})
    assert (again.status_code, again.json()["code"], again.json()["concept"]) == (
        409,
        "concept-exists",
        made.json()["id"],
    )
    assert (await desk.call("PATCH", place, json={"name": "Regular call home"})).json()["kind"] == "rename"
    assert (await desk.call("POST", f"{place}/aliases", json={"name": "heartbeat"})).status_code == 201
    shown = (await desk.get(f"{CONCEPTS}/heartbeat")).json()
    assert shown["concept"]["names"] == ["Beaconing", "Regular call home", "heartbeat"]
    assert (await desk.call("DELETE", place)).json()["kind"] == "remove"
    assert (await desk.get(place)).status_code == 404
    assert (await desk.call("POST", CONCEPTS, Role.VIEWER, json={"name": "x"})).status_code == 403


async def test_a_concept_shows_its_edges_and_what_to_learn_first(desk: Desk) -> None:
    await says(desk, requires=(("tls", "tcp"), ("tcp", "ip"), ("ip", "tls")))
    shown = (await desk.get(f"{CONCEPTS}/tcp")).json()
    assert {(one["name"], one["relation"], one["outgoing"]) for one in shown["edges"]} == {
        ("ip", "requires", True),
        ("tls", "requires", False),
    }
    order = (await desk.get(f"{CONCEPTS}/TLS/prerequisites")).json()
    states = {one["state"] for one in shown["edges"]}
    assert order["total"] == len(order["items"])
    assert states <= {"live", "held"}
    needed = (await desk.get(f"{CONCEPTS}/tcp/prerequisites?direction=dependents&limit=1")).json()
    assert (len(needed["items"]), needed["total"]) == (1, 2)


async def test_a_concept_is_split_and_merged(desk: Desk) -> None:
    await says(desk, requires=(("port", "address"),))
    await desk.graph.state(system_principal(), origin("m2"), claims(requires=(("port", "compiler"),)))
    place = f"{CONCEPTS}/{id_of('port')}"
    split = await desk.call("POST", f"{place}/split", json={"name": "porting", "origins": ["medium:m2"]})
    other = split.json()["other"]
    items = (await desk.get(f"{CONCEPTS}/{other}/prerequisites")).json()["items"]
    assert [one["name"] for one in items] == ["compiler"]
    assert (await desk.call("POST", f"{place}/split", json={"name": "x", "names": ["y"]})).status_code == 400
    assert (await desk.call("POST", f"{place}/merge", json={"into": "cpt_none"})).status_code == 404
    assert (await desk.call("POST", f"{place}/merge", json={"into": other})).json()["other"] == other


async def test_an_edge_is_confirmed_denied_and_taken_back_and_a_circle_is_refused_with_its_names(desk: Desk) -> None:
    await says(desk, "a", "b", "c")
    for source, target in (("a", "b"), ("b", "c")):
        place = f"{CONCEPTS}/{id_of(source)}/edges"
        done = await desk.call("PUT", place, json={"target": id_of(target), "verdict": "confirm", "sentence": "So."})
        assert done.json()["edges"] == 1
    refused = await desk.call(
        "PUT", f"{CONCEPTS}/{id_of('c')}/edges", json={"target": id_of("a"), "verdict": "confirm"}
    )
    assert (refused.status_code, refused.json()["code"], refused.json()["cycle"]) == (
        409,
        "prerequisite-cycle",
        ["c", "a", "b", "c"],
    )
    place = f"{CONCEPTS}/{id_of('a')}/edges"
    await desk.call("PUT", place, json={"target": id_of("b"), "verdict": "deny"})
    assert (await desk.get(f"{CONCEPTS}/a/prerequisites")).json()["total"] == 0
    assert (await desk.call("DELETE", f"{place}?target={id_of('b')}")).status_code == 204
    assert (await desk.get(f"{CONCEPTS}/a")).json()["edges"] == []
