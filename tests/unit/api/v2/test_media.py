import pytest

from netsentinel.kernel.types import Role
from tests.unit.api.v2.conftest import Desk
from tests.unit.api.v2.test_uploads import TEXT, send

pytestmark = pytest.mark.anyio
MEDIA = "/api/v2/media"


async def test_media_are_listed_read_shown_and_deleted(desk: Desk) -> None:
    medium = (await send(desk, "notes/web.md", TEXT)).headers["x-netsentinel-medium"]
    (kept,) = (await desk.get(MEDIA)).json()["items"]
    assert (kept["id"], kept["state"], kept["kind"], kept["size"]) == (medium, "kept", "text", len(TEXT))
    assert "tenant" not in kept
    await desk.read_media(medium)
    one = (await desk.get(f"{MEDIA}/{medium}")).json()
    assert (one["state"], one["title"], one["origin"]) == ("ready", "Web sessions", f"medium:{medium}")
    assert [step["stage"] for step in one["stages"]] == ["sniff", "text", "concepts", "graph"]
    text = (await desk.get(f"{MEDIA}/{medium}/text?first=1&limit=1")).json()
    assert (text["total"], [part["section"] for part in text["passages"]]) == (2, [["Web sessions"]])
    assert (await desk.get(f"{MEDIA}?name=notes/web.md")).json()["items"][0]["id"] == medium
    assert (await desk.get(f"{MEDIA}?name=other.md")).json()["items"] == []
    library = (await desk.get(f"{MEDIA}/library")).json()
    assert (library["media"], library["bytes"]) == (1, len(TEXT))
    assert ".md" in {one["suffix"] for one in library["formats"]}
    assert (await desk.call("DELETE", f"{MEDIA}/{medium}", Role.VIEWER)).status_code == 403
    assert (await desk.call("DELETE", f"{MEDIA}/{medium}")).json()["name"] == "notes/web.md"
    assert (await desk.get(f"{MEDIA}/{medium}")).status_code == 404


async def test_the_concepts_of_a_medium_say_which_go_with_it(desk: Desk) -> None:
    first = (await send(desk, "web.md", TEXT)).headers["x-netsentinel-medium"]
    await desk.read_media(first)
    alone = (await desk.get(f"{MEDIA}/{first}/concepts")).json()
    names = [one["name"] for one in alone["items"]]
    assert alone["total"] == alone["only_here"] == len(names) > 0
    assert names == sorted(names, key=str.casefold)
    assert all(one["is_only_here"] and one["kind"] != "medium" for one in alone["items"])
    few = (await desk.get(f"{MEDIA}/{first}/concepts?limit=1")).json()
    assert (few["total"], [one["name"] for one in few["items"]]) == (alone["total"], names[:1])
    second = (await send(desk, "again.md", TEXT)).headers["x-netsentinel-medium"]
    await desk.read_media(second)
    shared = (await desk.get(f"{MEDIA}/{first}/concepts")).json()
    assert (shared["total"], shared["only_here"]) == (alone["total"], 0)
    await desk.call("DELETE", f"{MEDIA}/{second}")
    assert (await desk.get(f"{MEDIA}/{first}/concepts")).json() == alone
    assert (await desk.get(f"{MEDIA}/med_none/concepts")).status_code == 404


async def test_bytes_are_handed_out_to_be_saved_and_run_nothing(desk: Desk) -> None:
    page = b"<html><script>alert(1)</script></html>"
    medium = (await send(desk, "deep/page.html", page)).headers["x-netsentinel-medium"]
    answer = await desk.get(f"{MEDIA}/{medium}/original")
    assert answer.content == page
    assert answer.headers["content-disposition"] == 'attachment; filename="page.html"'
    assert "sandbox" in answer.headers["content-security-policy"]
    part = await desk.call("GET", f"{MEDIA}/{medium}/original", headers={"Range": "bytes=0-5"})
    assert (part.status_code, part.content) == (206, b"<html>")


async def test_a_medium_can_be_read_again(desk: Desk) -> None:
    medium = (await send(desk, "web.md", TEXT)).headers["x-netsentinel-medium"]
    answer = await desk.call("POST", f"{MEDIA}/{medium}/read")
    assert (answer.status_code, answer.json()["action"]) == (202, "media.read")
    assert (await desk.call("POST", f"{MEDIA}/med_none/read")).status_code == 404


async def test_a_list_costs_the_same_for_few_as_for_many(desk: Desk) -> None:
    await send(desk, "0.md", TEXT)
    await desk.get(MEDIA)
    few = desk.statements
    for number in range(1, 5):
        await send(desk, f"{number}.md", TEXT)
    assert len((await desk.get(MEDIA)).json()["items"]) == 5
    assert desk.statements == few
