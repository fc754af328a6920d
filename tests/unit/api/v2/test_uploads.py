"""tus 1.0.0 as https://tus.io/protocols/resumable-upload says it."""

import base64
import hashlib
from typing import Any

import httpx2
import pytest

from netsentinel.api.v2.uploads import read_metadata
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Role
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio
UPLOADS = "/api/v2/media/uploads"
TEXT = b"# Web sessions\n\nA **session cookie** is a cookie that holds the session identifier of a user.\n"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


def named(name: str) -> str:
    return f"filename {base64.b64encode(name.encode()).decode()}"


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


async def create(desk: Desk, name: str, length: int | str, role: Role = Role.ANALYST, **more: Any) -> httpx2.Response:
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": named(name), **more.pop("headers", {})}
    return await desk.call("POST", UPLOADS, role, headers=headers, **more)


async def send(desk: Desk, name: str, data: bytes) -> httpx2.Response:
    return await create(desk, name, len(data), headers=BYTES, content=data)


async def patch(desk: Desk, url: str, offset: int | str, data: bytes, **headers: str) -> httpx2.Response:
    told = {**BYTES, "Upload-Offset": str(offset), **headers}
    return await desk.call("PATCH", url, headers=told, content=data)


async def test_the_server_says_what_it_speaks(desk: Desk) -> None:
    answer = await desk.call("OPTIONS", UPLOADS)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "expiration",
        "termination",
        "checksum",
        "concatenation",
    }
    assert answer.headers["tus-max-size"] == str(2048 * 1024 * 1024)
    assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",")


async def test_a_file_comes_in_pieces_and_goes_on_where_it_stopped(desk: Desk) -> None:
    made = await create(desk, "web.md", len(TEXT))
    url = made.headers["location"]
    assert (made.status_code, made.headers["upload-offset"], "upload-expires" in made.headers) == (201, "0", True)
    first = await patch(desk, url, 0, TEXT[:30], **{"Upload-Checksum": checksum(TEXT[:30], "sha1")})
    assert (first.status_code, first.headers["upload-offset"]) == (204, "30")
    asked = await desk.call("HEAD", url, headers=TUS)
    assert (asked.headers["upload-offset"], asked.headers["upload-length"]) == ("30", str(len(TEXT)))
    assert (asked.headers["cache-control"], asked.headers["upload-metadata"]) == ("no-store", named("web.md"))
    (there,) = (await desk.get(UPLOADS)).json()["items"]
    assert (there["name"], there["offset"], there["mine"]) == ("web.md", 30, False)  # the viewer did not begin it
    last = await patch(desk, url, 30, TEXT[30:])
    assert (last.status_code, last.headers["upload-offset"], last.headers["x-netsentinel-change"]) == (
        204, str(len(TEXT)), "added",
    )  # fmt: skip
    again = await desk.call("HEAD", url, headers=TUS)  # for who lost that answer
    assert again.headers["x-netsentinel-medium"] == last.headers["x-netsentinel-medium"]
    assert (await desk.get(UPLOADS)).json()["items"] == []


async def test_refusals_are_those_of_tus(desk: Desk) -> None:
    url = (await create(desk, "web.md", len(TEXT))).headers["location"]
    assert (await patch(desk, url, 5, TEXT)).json()["code"] == "upload-offset"
    wrong = await patch(desk, url, 0, TEXT, **{"Upload-Checksum": checksum(b"other")})
    assert (wrong.status_code, wrong.json()["code"]) == (460, "upload-checksum")
    assert (await patch(desk, url, 0, TEXT, **{"Upload-Checksum": "crc32 AAAA"})).status_code == 400
    assert (await patch(desk, url, 0, TEXT, **{"Content-Type": "text/plain"})).status_code == 415
    assert (await patch(desk, url, 0, TEXT, **{"Tus-Resumable": "0.2.2"})).status_code == 412
    assert (await patch(desk, url, "-1", TEXT)).status_code == 400
    assert (await patch(desk, url, 0, TEXT + b"more")).status_code == 413
    assert (await patch(desk, f"{UPLOADS}/upl_none", 0, TEXT)).status_code == 404
    assert (await desk.call("HEAD", url, headers=TUS)).headers["upload-offset"] == "0"
    assert (await create(desk, "x.md", "many")).status_code == 400
    assert (await create(desk, "x.exe", 1)).json()["code"] == "invalid-medium"
    assert (await create(desk, "../x.md", 1)).json()["code"] == "invalid-medium"
    assert (await create(desk, "x.md", 1, Role.VIEWER)).status_code == 403
    huge = await create(desk, "x.md", 10 * 1024**3)
    assert (huge.status_code, huge.json()["limit"]) == (413, 16 * 1024 * 1024)
    assert (await create(desk, "x.md", 1, headers={"Upload-Concat": "both"})).status_code == 400


async def test_an_upload_can_be_ended(desk: Desk) -> None:
    url = (await create(desk, "web.md", len(TEXT))).headers["location"]
    assert (await desk.call("DELETE", url, headers=TUS)).status_code == 204
    assert (await desk.call("HEAD", url, headers=TUS)).status_code == 404


async def test_pieces_are_joined(desk: Desk) -> None:
    urls: list[str] = []
    for part in (TEXT[:40], TEXT[40:]):
        made = await create(desk, "", len(part), headers={**BYTES, "Upload-Concat": "partial"}, content=part)
        urls.append(made.headers["location"])
    state = await desk.call("HEAD", urls[0], headers=TUS)
    assert (state.headers["upload-concat"], state.headers["upload-offset"]) == ("partial", "40")
    wanted = {**TUS, "Upload-Metadata": named("web.md")}
    odd = await desk.call("POST", UPLOADS, headers={**wanted, "Upload-Concat": "final;/elsewhere/upl_1"})
    assert odd.status_code == 400
    joined = await desk.call("POST", UPLOADS, headers={**wanted, "Upload-Concat": f"final;{' '.join(urls)}"})
    assert joined.status_code == 201
    medium = joined.headers["x-netsentinel-medium"]
    assert (await desk.get(f"/api/v2/media/{medium}/original")).content == TEXT
    whole = joined.headers["location"]
    assert (await desk.call("HEAD", whole, headers=TUS)).headers["upload-concat"] == "final"
    assert (await patch(desk, whole, len(TEXT), b"")).status_code == 403


def test_metadata_is_pairs_in_base64() -> None:
    assert read_metadata(f"{named('a b.md')},empty, other {base64.b64encode(b'1').decode()}") == {
        "filename": "a b.md",
        "empty": "",
        "other": "1",
    }
    for odd in ("filename ***", "filename /w=="):
        with pytest.raises(InvalidInputError):
            read_metadata(odd)
