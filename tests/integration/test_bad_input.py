"""What a hostile or unlucky sender gets: a clear problem each time, and a server that goes on."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import zstandard

from netsentinel.kernel.types import MIB
from tests.live_server import NDJSON, PASSWORD, LiveServer, wait_for

EVE = (
    b'{"timestamp":"2026-01-01T00:00:00.000000+0000","event_type":"dns","src_ip":"192.0.2.1","dest_ip":"192.0.2.53",'
    b'"proto":"UDP","dns":{"type":"query","rrname":"www.example.org","rrtype":"A"}}'
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("bad-input")) as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: LiveServer) -> Iterator[httpx2.Client]:
    browser = server.make_admin()
    yield browser
    browser.close()


@pytest.fixture
def sender(server: LiveServer) -> Iterator[httpx2.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(autouse=True)
def _goes_on(server: LiveServer) -> Iterator[None]:
    """After every test the server is ready and has not crashed in a route."""
    yield
    assert httpx2.get(f"{server.url}/readyz").status_code == 200
    assert "request_crashed" not in server.output()


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The answer's problem, which has everything that a problem has."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["detail"].endswith((".", "?")) or body["detail"]
    assert body["trace_id"] == answer.headers["x-trace-id"]
    return body


def source(sender: httpx2.Client, name: str) -> dict[str, Any]:
    items = sender.get("/api/v2/sources").json()["items"]
    return next((item for item in items if item["name"] == name), {"events": 0, "rejected": 0, "waiting": 1})


def settled(sender: httpx2.Client, name: str, records: int) -> dict[str, Any]:
    """The source, once all its records are accounted for."""
    return wait_for(lambda: (s := source(sender, name))["events"] + s["rejected"] == records and s)


def test_a_line_of_200_mb_is_refused_without_being_held(sender: httpx2.Client, server: LiveServer) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * MIB

    before = _rss_mib(server.pid)
    problem(sender.post("/api/v2/events", content=endless(), headers=NDJSON), 413, "too-large")
    assert _rss_mib(server.pid) - before < 100


def test_a_line_longer_than_the_limit_is_kept_cut_and_counted(sender: httpx2.Client) -> None:
    body = EVE + b"\n" + b'{"a":"' + b"y" * (3 * MIB) + b'"}\n' + EVE
    assert sender.post("/api/v2/events?source=long", content=body, headers=NDJSON).json()["records"] == 3
    found = settled(sender, "long", 3)
    assert (found["events"], found["rejected"]) == (2, 1)
    (line,) = sender.get("/api/v2/sources/long/rejected").json()["items"]
    assert len(line["line"]) <= 64 * 1024
    assert line["reason"]


def test_lines_that_are_no_utf8_or_no_json_are_kept_with_their_reason(sender: httpx2.Client) -> None:
    body = b"\n".join([EVE, b'{"timestamp":"\xff\xfe"}', b"not json at all", b"[1,2]", b'{"hello":"world"}'])
    assert sender.post("/api/v2/events?source=dirty", content=body, headers=NDJSON).status_code == 202
    found = settled(sender, "dirty", 5)
    assert (found["events"], found["rejected"]) == (1, 4)
    items = sender.get("/api/v2/sources/dirty/rejected").json()["items"]
    assert len(items) == 4
    assert all(item["reason"] for item in items)


def test_truncated_gzip(sender: httpx2.Client) -> None:
    body = gzip.compress(EVE * 100)[:-20]
    answer = sender.post("/api/v2/events", content=body, headers={**NDJSON, "Content-Encoding": "gzip"})
    problem(answer, 400, "malformed-body")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_not_unpacked(sender: httpx2.Client, server: LiveServer, encoding: str) -> None:
    bomb = b" " * (512 * MIB)
    body = gzip.compress(bomb, 9) if encoding == "gzip" else zstandard.ZstdCompressor(level=19).compress(bomb)
    before = _rss_mib(server.pid)
    answer = sender.post("/api/v2/events", content=body, headers={**NDJSON, "Content-Encoding": encoding})
    problem(answer, 413, "decompression-limit")
    assert _rss_mib(server.pid) - before < 200


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "text/html"}, EVE),
        ({**NDJSON, "Content-Encoding": "br"}, EVE),
    ],
)
def test_a_body_of_an_unknown_kind(sender: httpx2.Client, headers: dict[str, str], body: bytes) -> None:
    problem(sender.post("/api/v2/events", content=body, headers=headers), 400, "invalid-input")


def test_a_json_array_that_is_none(sender: httpx2.Client) -> None:
    answer = sender.post("/api/v2/events", content=b"[{},", headers={"Content-Type": "application/json"})
    problem(answer, 400, "malformed-body")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/alerts?limit=0",
        "/api/v2/alerts?status=weird",
        "/api/v2/alerts?nonsense=1",
        "/api/v2/threats?kind=&limit=x",
    ],
)
def test_impossible_parameters(sender: httpx2.Client, path: str) -> None:
    answer = sender.get(path)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("invalid-input", "invalid-filter")


def test_a_cursor_of_somebody_else(sender: httpx2.Client) -> None:
    problem(sender.get("/api/v2/alerts?cursor=AAAA"), 400, "invalid-cursor")


def test_an_unknown_path_and_a_wrong_method(sender: httpx2.Client) -> None:
    problem(sender.get("/api/v2/nothing"), 404, "not-found")
    answer = sender.delete("/api/v2/alerts")
    problem(answer, 405, "method-not-allowed")


def test_wrong_passwords_are_throttled(server: LiveServer, admin: httpx2.Client) -> None:
    with server.browser() as stranger:
        codes = [
            stranger.post("/auth/login", json={"username": "mallory", "password": f"wrong password {n}"}).status_code
            for n in range(12)
        ]
        assert codes[0] == 401
        last = stranger.post("/auth/login", json={"username": "mallory", "password": "wrong again and again"})
        problem(last, 429, "throttled")
        assert int(last.headers["retry-after"]) >= 1
    assert admin.get("/api/v2/me").status_code == 200


def test_a_session_that_ended(server: LiveServer) -> None:
    with server.browser() as browser:
        browser.cookies.set("ns_session", "A" * 43)
        problem(browser.get("/api/v2/me"), 401, "not-authenticated")


def test_a_foreign_origin(server: LiveServer, admin: httpx2.Client) -> None:
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    problem(admin.post("/auth/logout", headers=headers), 403, "foreign-origin")
    assert admin.get("/api/v2/me").status_code == 200


def test_an_alert_of_another_tenant_does_not_exist(sender: httpx2.Client) -> None:
    problem(sender.get("/api/v2/alerts/alr_00000000000000000000000000"), 404, "not-found")


def test_a_mistyped_key(server: LiveServer) -> None:
    mistyped = server.key[:-1] + ("x" if server.key[-1] != "x" else "y")
    answer = httpx2.get(f"{server.url}/api/v2/alerts", headers={"Authorization": f"Bearer {mistyped}"})
    problem(answer, 401, "not-authenticated")
    assert server.key not in server.output()


def test_no_secret_is_in_the_log(server: LiveServer, admin: httpx2.Client) -> None:
    said = server.output()
    assert PASSWORD not in said
    assert all(cookie.value not in said for cookie in admin.cookies.jar if cookie.value)


def test_deeply_nested_json_is_rejected_not_fatal(sender: httpx2.Client) -> None:
    body = b"[" * 100_000 + b"]" * 100_000 + b"\n" + EVE
    assert sender.post("/api/v2/events?source=deep", content=body, headers=NDJSON).status_code == 202
    found = settled(sender, "deep", 2)
    assert (found["events"], found["rejected"]) == (1, 1)


def test_a_batch_twice_is_two_batches(sender: httpx2.Client) -> None:
    for _ in range(2):
        assert sender.post("/api/v2/events?source=twice", content=EVE, headers=NDJSON).status_code == 202
    assert settled(sender, "twice", 2)["events"] == 2


def _rss_mib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("this system has no /proc")
    line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


def test_the_audit_key_and_local_key_are_private(server: LiveServer) -> None:
    for name in ("audit.key", "local.key", "netsentinel.db"):
        assert (server.data / name).stat().st_mode & 0o077 == 0, name
    assert json.loads(httpx2.get(f"{server.url}/readyz").text)["ready"] is True
