import pytest

from netsentinel.kernel.types import MIB, Role
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio

TABLES = "/api/v2/models/tables"


async def test_a_table_is_uploaded_listed_and_deleted(desk: Desk) -> None:
    made = await desk.call("PUT", f"{TABLES}/flows.csv", content=b"a,label\n1,normal\n")
    assert made.status_code == 201
    assert {name: made.json()[name] for name in ("name", "path", "size")} == {
        "name": "flows.csv", "path": "table:flows.csv", "size": 17,
    }  # fmt: skip
    listed = (await desk.get(TABLES)).json()
    assert ([one["name"] for one in listed["items"]], listed["used"], listed["quota"]) == (["flows.csv"], 17, MIB)
    assert (await desk.call("DELETE", f"{TABLES}/flows.csv")).status_code == 204
    assert (await desk.call("DELETE", f"{TABLES}/flows.csv")).status_code == 404
    assert (await desk.get(TABLES)).json()["items"] == []


async def test_who_may_not_read_files_uploads_none_and_deletes_none(desk: Desk) -> None:
    await desk.call("PUT", f"{TABLES}/flows.csv", content=b"a")
    assert (await desk.call("PUT", f"{TABLES}/flows.csv", Role.VIEWER, content=b"b")).status_code == 403
    assert (await desk.call("DELETE", f"{TABLES}/flows.csv", Role.VIEWER)).status_code == 403
    assert (await desk.get(TABLES)).json()["used"] == 1


async def test_what_is_too_large_or_misnamed_is_refused(desk: Desk) -> None:
    large = await desk.call("PUT", f"{TABLES}/flows.csv", content=b"x" * (MIB + 1))
    assert (large.status_code, large.json()["code"]) == (413, "too-large")
    for name in ("flows.exe", "%2e%2e%2fflows.csv", ".flows.csv", "%00.csv"):
        assert (await desk.call("PUT", f"{TABLES}/{name}", content=b"x")).status_code in (400, 404, 405), name
    assert (await desk.get(TABLES)).json()["items"] == []
