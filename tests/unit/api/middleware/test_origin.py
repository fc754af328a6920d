"""Known hosts only, and nothing that another site's page sends with our cookie."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from netsentinel.api.middleware.origin import OriginGuard, is_loopback, origin_of, split_host
from netsentinel.kernel.settings import Settings
from tests.unit.api.middleware.conftest import Open

pytestmark = pytest.mark.anyio

OWN = "http://localhost:8740"
COOKIE = {"Cookie": "ns_session=abc"}
MARK = {"X-NetSentinel-Request": "1"}
ORIGINS = {
    "none": {},
    "own": {"Origin": OWN},
    "allowed": {"Origin": "https://wall.example.org"},
    "foreign": {"Origin": "https://evil.example"},
    "other port": {"Origin": "http://localhost:3000"},
    "other scheme": {"Origin": "https://localhost:8740"},
    "null": {"Origin": "null"},
    "fetched here": {"Sec-Fetch-Site": "same-origin"},
    "fetched beside": {"Sec-Fetch-Site": "same-site"},
    "fetched elsewhere": {"Sec-Fetch-Site": "cross-site"},
}
GOOD = {"own", "allowed", "fetched here"}
UNSAID = {"none"}
EVERYWHERE = "0.0.0.0"  # noqa: S104 - a setting, never bound


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("cookie", [True, False])
@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_the_matrix_of_origins(opened: Open, method: str, origin: str, *, cookie: bool, mark: bool) -> None:
    headers = {**ORIGINS[origin], **(COOKIE if cookie else {}), **(MARK if mark else {})}
    async with opened(allowed_origins="https://wall.example.org") as client:
        answer = await client.request(method, "/deaf", headers=headers)
    allowed = (origin in GOOD and mark) if cookie else origin in GOOD | UNSAID
    passed = 200 if method == "POST" else 405
    assert answer.status_code == (passed if allowed else 403)
    if not allowed:
        assert answer.json()["code"] == "foreign-origin"


@pytest.mark.parametrize("origin", ORIGINS)
async def test_reading_is_open_to_every_origin_because_answers_are_not_shared(opened: Open, origin: str) -> None:
    async with opened() as client:
        answer = await client.get("/fine", headers={**ORIGINS[origin], **COOKIE})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", ORIGINS)
async def test_a_program_with_a_key_has_no_origin_to_check(opened: Open, origin: str) -> None:
    async with opened() as client:
        headers = {**ORIGINS[origin], **COOKIE, "Authorization": "Bearer ns_key_x", "Host": "10.0.0.7:8740"}
        assert (await client.post("/deaf", headers=headers)).status_code == 200


async def test_a_proxys_own_authorization_does_not_make_a_program(opened: Open) -> None:
    async with opened() as client:
        headers = {**COOKIE, "Authorization": "Basic YTpi", "Origin": "https://evil.example"}
        assert (await client.post("/deaf", headers=headers)).status_code == 403


async def test_behind_a_proxy_the_public_origin_is_ours(opened: Open) -> None:
    async with opened(public_url="https://soc.example.org/") as client:
        headers = {"Host": "soc.example.org", "Cookie": "__Host-ns_session=abc", **MARK}
        mine = await client.post("/deaf", headers={**headers, "Origin": "https://soc.example.org"})
        theirs = await client.post("/deaf", headers={**headers, "Origin": "https://soc.example.com"})
        plain = await client.post("/deaf", headers={**headers, "Origin": "http://soc.example.org"})
    assert (mine.status_code, theirs.status_code, plain.status_code) == (200, 403, 403)


async def test_only_the_cookie_of_this_transport_counts_as_a_session(opened: Open) -> None:
    async with opened() as client:
        assert (await client.post("/deaf", headers={"Cookie": "__Host-ns_session=abc"})).status_code == 200
        assert (await client.post("/deaf", headers={"Cookie": "ns_session="})).status_code == 200


async def test_a_page_on_the_list_may_ask_first_and_read_the_answer(opened: Open) -> None:
    asking = {
        "Origin": "https://wall.example.org",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "content-type,x-netsentinel-request",
    }
    async with opened(allowed_origins="https://wall.example.org/") as client:
        asked = await client.options("/deaf", headers=asking)
        answered = await client.post("/deaf", headers={"Origin": "https://wall.example.org", **COOKIE, **MARK})
        foreign = await client.options("/deaf", headers={**asking, "Origin": "https://evil.example"})
    assert asked.status_code == 200
    assert answered.headers["access-control-allow-origin"] == "https://wall.example.org"
    assert answered.headers["access-control-allow-credentials"] == "true"
    assert "access-control-allow-origin" not in foreign.headers


KNOWN = ["localhost", "localhost:1", "127.0.0.1:8740", "127.9.9.9", "[::1]:8740", "a.localhost", "LOCALHOST"]
UNKNOWN = ["evil.example", "10.0.0.7", "", "localhost.evil.example", "127.0.0.1.evil.example", "a@localhost", "[::2]"]


@pytest.mark.parametrize(("host", "status"), [*((h, 200) for h in KNOWN), *((h, 400) for h in UNKNOWN)])
async def test_names_that_are_not_ours_are_refused(opened: Open, host: str, status: int) -> None:
    async with opened() as client:
        answer = await client.get("/fine", headers={"Host": host})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [
        ({"public_url": "https://soc.example.org"}, "soc.example.org", 200),
        ({"public_url": "https://soc.example.org"}, "SOC.example.org:8740", 200),
        ({"public_url": "https://soc.example.org"}, "evil.example", 400),
        ({"host": "10.0.0.7"}, "10.0.0.7:8740", 200),
        ({"host": "10.0.0.7"}, "10.0.0.8:8740", 400),
        ({"host": EVERYWHERE}, "10.0.0.8:8740", 200),
        ({"host": "::"}, "[2001:db8::1]:8740", 200),
        ({"host": EVERYWHERE}, "evil.example", 400),
        ({"host": EVERYWHERE}, EVERYWHERE, 200),
    ],
)
async def test_the_settings_add_names(opened: Open, settings: dict[str, str], host: str, status: int) -> None:
    async with opened(**settings) as client:
        assert (await client.get("/fine", headers={"Host": host})).status_code == status


async def test_probes_may_ask_under_any_name(opened: Open) -> None:
    async with opened() as client:
        assert (await client.get("/livez", headers={"Host": "10.1.2.3:8740"})).status_code == 200


@pytest.mark.parametrize(
    ("host", "name"),
    [("A.example:80", "a.example"), ("[::1]:80", "::1"), ("a b", ""), ("[", ""), ("x/y", ""), ("é", "")],
)
def test_the_name_in_a_host_header(host: str, name: str) -> None:
    assert split_host(host) == name


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example:443/path", "https://a.example"),
        ("http://a.example:8080", "http://a.example:8080"),
        ("http://[::1]:80/", "http://[::1]"),
        ("https://a.example:99999", ""),
        ("http://[", ""),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("host", "loopback"), [("127.0.0.2", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("", False)]
)
def test_what_is_loopback(host: str, *, loopback: bool) -> None:
    assert is_loopback(host) == loopback


# WebSockets.


async def _opens(headers: dict[str, str]) -> bool:
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.lower().encode(), value.encode()) for name, value in {"Host": "localhost:8740", **headers}.items()]
    scope = {"type": "websocket", "scheme": "ws", "path": "/ws", "headers": raw, "extensions": {}}
    settings = Settings(_env_file=None, allowed_origins="https://wall.example.org")  # type: ignore[arg-type] - as from the environment
    await OriginGuard(app, settings)(scope, receive, send)
    return sent[0]["type"] == "websocket.accept"


@pytest.mark.parametrize("cookie", [True, False])
@pytest.mark.parametrize("origin", ORIGINS)
async def test_a_foreign_page_opens_no_websocket(origin: str, *, cookie: bool) -> None:
    opens = await _opens({**ORIGINS[origin], **(COOKIE if cookie else {})})
    assert opens == (origin in (GOOD if cookie else GOOD | UNSAID))


async def test_a_websocket_under_a_foreign_name_is_refused() -> None:
    assert not await _opens({"Host": "evil.example"})
