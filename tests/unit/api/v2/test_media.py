import pytest

from netsentinel.kernel.types import Role
from tests.unit.academy.reader.recordings import made
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


async def test_a_recording_is_shown_with_its_captions_and_what_they_say(desk: Desk) -> None:
    film = (await send(desk, "talk.webm", made.webm())).headers["x-netsentinel-medium"]
    await desk.read_media(film)
    alone = (await desk.get(f"{MEDIA}/{film}")).json()
    assert (alone["beside"], alone["text_from"], alone["facts"]["duration_ms"]) == ([], "", 61_500)
    said = (
        await send(
            desk,
            "talk.vtt",
            b"WEBVTT\n\n00:01.000 --> 00:05.000\nA **golden ticket** is a forged ticket of Kerberos.\n",
        )
    ).headers["x-netsentinel-medium"]
    await desk.read_media(said)
    shown = (await desk.get(f"{MEDIA}/{film}")).json()
    assert shown["beside"] == [{"id": said, "name": "talk.vtt", "kind": "captions", "state": "ready"}]
    assert shown["text_from"] == said
    assert [one["id"] for one in (await desk.get(f"{MEDIA}/{said}")).json()["beside"]] == [film]
    assert (await desk.get(f"{MEDIA}/{film}/text")).json()["passages"][0]["at_ms"] == 1_000
    own, lent = [(await desk.get(f"{MEDIA}/{one}/concepts")).json() for one in (said, film)]
    assert own["total"] == lent["total"] == own["only_here"] > 0
    assert lent["only_here"] == 0  # they stay when the recording goes


async def test_a_recording_is_heard_as_a_task(desk: Desk) -> None:
    film = (await send(desk, "talk.webm", made.webm() + b"[0-900 Good morning.]")).headers["x-netsentinel-medium"]
    await desk.read_media(film)
    assert (await desk.get(f"{MEDIA}/library")).json()["transcriber"] == "scripted"
    task = (await desk.call("POST", f"{MEDIA}/{film}/transcribe", json={"language": "en"})).json()
    assert (task["action"], task["origin"]) == ("media.transcribe", f"medium:{film}")
    assert (await desk.call("POST", f"{MEDIA}/{film}/transcribe", Role.VIEWER, json={})).status_code == 403
    assert (await desk.call("POST", f"{MEDIA}/{film}/transcribe", json={"language": "../x"})).status_code == 400
    text = (await send(desk, "web.md", TEXT)).headers["x-netsentinel-medium"]
    assert (await desk.call("POST", f"{MEDIA}/{text}/transcribe", json={})).json()["code"] == "no-recording"
    desk.ear.transcriber = None
    nothing = await desk.call("POST", f"{MEDIA}/{film}/transcribe", json={})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "no-transcriber")
    assert (await desk.get(f"{MEDIA}/library")).json()["transcriber"] == ""
