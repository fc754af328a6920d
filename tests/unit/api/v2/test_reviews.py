import pytest

from netsentinel.kernel.types import system_principal
from tests.unit.academy.graph.site import claims, origin
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio

REVIEWS = "/api/v2/reviews"


async def suggested(desk: Desk, *pairs: tuple[str, str]) -> None:
    await desk.graph.state(system_principal(), origin("m1"), claims(requires=pairs))


async def test_suggestions_are_listed_answered_and_taken_back(desk: Desk) -> None:
    await suggested(desk, ("replay", "nonce"))
    (one,) = (await desk.get(f"{REVIEWS}?kind=prerequisite")).json()["items"]
    assert one["question"] == "Must nonce be understood before replay?"
    assert one["evidence"][0]["sentence"] == "replay needs nonce."
    assert (await desk.get(f"{REVIEWS}/{one['id']}")).json() == one
    done = (
        await desk.call("POST", f"{REVIEWS}/{one['id']}/answer", json={"verdict": "confirm", "sentence": "Yes."})
    ).json()
    assert (done["source_name"], done["verdict"]) == ("replay", "confirm")
    assert (await desk.get(REVIEWS)).json()["open"] == {"prerequisite": 0, "link": 0}
    again = await desk.call("POST", f"{REVIEWS}/{one['id']}/answer", json={"verdict": "deny"})
    assert (again.status_code, again.json()["code"]) == (409, "review-answered")
    assert (await desk.get(f"{REVIEWS}/model")).json()["answers"] == 1
    assert (await desk.call("POST", f"{REVIEWS}/answers/{done['id']}/undo")).status_code == 200
    assert [one["undone_by"] != "" for one in (await desk.get(f"{REVIEWS}/answers")).json()["items"]] == [True]
    assert (await desk.get(REVIEWS)).json()["open"]["prerequisite"] == 1


async def test_several_are_answered_at_once(desk: Desk) -> None:
    await suggested(desk, ("a", "b"), ("c", "d"))
    ids = [one["id"] for one in (await desk.get(REVIEWS)).json()["items"]]
    wanted = [{"id": one, "verdict": "deny"} for one in (*ids, "rev_none")]
    done = (await desk.call("POST", f"{REVIEWS}/answers", json={"answers": wanted})).json()["items"]
    assert [one["code"] for one in done] == ["", "", "not-found"]
    assert (await desk.call("POST", f"{REVIEWS}/answers", json={"answers": []})).status_code == 400


async def test_the_list_costs_the_same_for_few_as_for_many(desk: Desk) -> None:
    await suggested(desk, ("a", "b"))
    for _ in range(2):
        await desk.get(REVIEWS)
    few = desk.statements
    await suggested(desk, *((f"n{number}", f"n{number + 1}") for number in range(150)))
    await desk.get(REVIEWS)
    await desk.get(REVIEWS)
    assert desk.statements == few
