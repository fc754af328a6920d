"""Logging in and out, the first run, who I am, and tickets."""

import json
from http.cookies import SimpleCookie

import httpx2
import pytest

from netsentinel import __version__
from netsentinel.kernel.clock import HOUR, SECOND
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import ROLE_PERMISSIONS, Permission, Role, system_principal
from tests.identity import PASSWORD
from tests.unit.api.conftest import MARK, Site

pytestmark = pytest.mark.anyio

SYSTEM = system_principal()
ANN = {"username": "ann", "password": PASSWORD}


def cookie_of(answer: httpx2.Response, name: str = "ns_session") -> str:
    return SimpleCookie(answer.headers["set-cookie"])[name].value


async def test_the_state_says_what_a_browser_needs_before_the_login(site: Site) -> None:
    async with site.client() as client:
        before = (await client.get("/auth/state")).json()
        await site.house.user()
        after = (await client.get("/auth/state")).json()
    assert before == {"setup_needed": True, "demo": False, "version": __version__}
    assert after["setup_needed"] is False


async def test_a_login_gives_a_cookie_and_says_who_it_is(site: Site) -> None:
    user = await site.house.user(role=Role.ANALYST)
    async with site.client(**{"User-Agent": "a browser"}) as client:
        answer = await client.post("/auth/login", json=ANN)
        me = await client.get("/api/v2/me", headers={"Cookie": f"ns_session={cookie_of(answer)}"})
    assert answer.status_code == me.status_code == 200
    assert answer.json() == me.json()
    assert me.json() == {
        "id": user.id,
        "name": "ann",
        "kind": "user",
        "tenant": "default",
        "role": "analyst",
        "permissions": sorted(ROLE_PERMISSIONS[Role.ANALYST]),
    }
    assert cookie_of(answer) not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    opened = site.house.db.entries[-1].payload
    assert getattr(opened, "address", "") == "192.0.2.1"


@pytest.mark.parametrize("wrong", [{"password": "x" * 20}, {"username": "bob"}, {"tenant": "other"}])
async def test_a_wrong_login_says_nothing_about_what_was_wrong(site: Site, wrong: dict[str, str]) -> None:
    await site.house.user()
    async with site.client() as client:
        answer = await client.post("/auth/login", json={**ANN, **wrong})
    assert (answer.status_code, answer.json()["detail"]) == (401, "The name, the password or the tenant is wrong.")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("body", [{}, {"username": "ann"}, {**ANN, "role": "admin"}, {**ANN, "password": 7}])
async def test_a_malformed_login_is_refused_without_an_echo(site: Site, body: dict[str, object]) -> None:
    async with site.client() as client:
        answer = await client.post("/auth/login", json=body)
    assert answer.status_code == 400
    assert PASSWORD not in answer.text
    assert site.house.hashing.checked == []


@pytest.mark.parametrize("field", ["username", "password", "tenant"])
async def test_half_a_character_is_a_malformed_login(site: Site, field: str) -> None:
    body = json.dumps({**ANN, field: "half \ud800 a character"})
    async with site.client(**{"Content-Type": "application/json"}) as client:
        answer = await client.post("/auth/login", content=body)
        unknown = await client.post("/auth/login", content=json.dumps({**ANN, "\ud800": 1}))
    assert [answer.status_code, unknown.status_code] == [400, 400]
    assert site.house.hashing.checked == []


async def test_failures_of_one_address_have_to_wait_and_others_do_not(site: Site) -> None:
    await site.house.user()
    async with site.client() as client:
        for _ in range(5):
            await client.post("/auth/login", json={**ANN, "password": "wrong"})
        throttled = await client.post("/auth/login", json=ANN)
    assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "12")
    site.address = "192.0.2.2"
    async with site.client() as client:
        assert (await client.post("/auth/login", json=ANN)).status_code == 200


async def test_a_login_ends_the_session_that_came_with_it(site: Site) -> None:
    async with site.browser() as client:
        old = client.headers["Cookie"]
        answer = await client.post("/auth/login", json=ANN)
        assert f"ns_session={cookie_of(answer)}" != old
        assert (await client.get("/api/v2/me")).status_code == 401


async def test_a_logout_ends_the_session_on_the_server(site: Site) -> None:
    async with site.browser() as client:
        answer = await client.post("/auth/logout")
        assert answer.status_code == 204
        assert answer.content == b""
        assert 'ns_session=""' in answer.headers["set-cookie"]
        assert (await client.get("/api/v2/me")).status_code == 401
        assert (await client.post("/auth/logout")).status_code == 204
    assert site.house.kinds().count("session.closed") == 1


async def test_no_foreign_page_logs_anybody_in_or_out(site: Site) -> None:
    async with site.browser() as client:
        foreign = {"Origin": "https://evil.example"}
        assert (await client.post("/auth/logout", headers=foreign)).status_code == 403
        assert (await client.post("/auth/login", json=ANN, headers=foreign)).status_code == 403
        assert (await client.get("/api/v2/me")).status_code == 200


async def test_a_session_ends_by_itself(site: Site) -> None:
    async with site.browser() as client:
        site.house.clock.advance(HOUR)
        assert (await client.get("/api/v2/me")).status_code == 401


# Transports.


def https_site() -> Site:
    settings = Settings(_env_file=None, public_url="https://soc.example.org")
    return Site(settings=settings, base_url="http://soc.example.org")


async def test_over_https_the_cookie_has_its_prefix() -> None:
    site = https_site()
    await site.house.user()
    async with site.client(Origin="https://soc.example.org") as client:
        answer = await client.post("/auth/login", json=ANN)
        token = cookie_of(answer, "__Host-ns_session")
        assert (await client.get("/api/v2/me", headers={"Cookie": f"__Host-ns_session={token}"})).status_code == 200
        assert (await client.get("/api/v2/me", headers={"Cookie": f"ns_session={token}"})).status_code == 401
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("settings", "base_url", "status"),
    [
        ({}, "http://localhost:8740", 200),
        ({}, "http://127.0.0.1:8740", 200),
        ({}, "http://[::1]:8740", 200),
        ({"host": "10.0.0.7"}, "http://10.0.0.7:8740", 403),
        ({"public_url": "http://soc.example.org"}, "http://soc.example.org", 403),
        ({"public_url": "https://soc.example.org"}, "http://soc.example.org", 200),
        ({"public_url": "https://soc.example.org"}, "http://soc.example.org:8740", 403),
        ({"public_url": "https://soc.example.org", "host": "10.0.0.7"}, "http://10.0.0.7:8740", 403),
    ],
)
@pytest.mark.parametrize("path", ["/auth/login", "/auth/setup"])
async def test_no_password_travels_in_the_open(settings: dict[str, str], base_url: str, status: int, path: str) -> None:
    site = Site(settings=Settings(_env_file=None, **settings), base_url=base_url)  # type: ignore[arg-type] - texts
    token = await site.house.service.ensure_setup_token()
    body = {**ANN, "token": token} if path == "/auth/setup" else ANN
    if path == "/auth/login":
        await site.house.user()
    async with site.client() as client:
        answer = await client.post(path, json=body)
    assert answer.status_code == (201 if status == 200 and path == "/auth/setup" else status)
    if status == 403:
        assert "NETSENTINEL_PUBLIC_URL" in answer.json()["detail"]
        assert site.house.hashing.checked == []


# The own password.

CHANGE = {"old_password": PASSWORD, "password": "walrus orbit lantern eleven"}


async def test_whoever_is_logged_in_changes_the_own_password(site: Site) -> None:
    async with site.browser() as client:
        other = (await site.house.login("ann")).token
        answer = await client.post("/auth/password", json=CHANGE)
        assert (answer.status_code, answer.content) == (204, b"")
        assert (await client.get("/api/v2/me")).status_code == 200
        old = await client.get("/api/v2/me", headers={"Cookie": f"ns_session={other}"})
        assert old.status_code == 401
    async with site.client() as client:
        assert (await client.post("/auth/login", json=ANN)).status_code == 401
        assert (await client.post("/auth/login", json={**ANN, "password": CHANGE["password"]})).status_code == 200


async def test_a_wrong_present_password_is_no_end_of_the_session(site: Site) -> None:
    async with site.browser() as client:
        answer = await client.post("/auth/password", json={**CHANGE, "old_password": "x" * 20})
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-password")
        assert "set-cookie" not in answer.headers
        poor = await client.post("/auth/password", json={**CHANGE, "password": "short"})
        assert (poor.status_code, poor.json()["code"], poor.json()["field"]) == (400, "weak-password", "password")
        same = await client.post("/auth/password", json={**CHANGE, "password": CHANGE["old_password"]})
        assert (same.status_code, same.json()["code"], same.json()["field"]) == (400, "weak-password", "password")
        assert (await client.get("/api/v2/me")).status_code == 200


async def test_guesses_at_the_present_password_have_to_wait_like_logins(site: Site) -> None:
    async with site.browser() as client:
        for _ in range(5):
            await client.post("/auth/password", json={**CHANGE, "old_password": "x" * 20})
        throttled = await client.post("/auth/password", json=CHANGE)
        assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "12")
        assert (await client.post("/auth/login", json=ANN)).status_code == 429


async def test_a_key_and_a_foreign_page_change_no_password(site: Site) -> None:
    made = await site.house.service.keys.create(SYSTEM, "program", role=Role.ADMIN)
    async with site.client(Authorization=f"Bearer {made.text}") as client:
        answer = await client.post("/auth/password", json=CHANGE)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    async with site.client() as client:
        assert (await client.post("/auth/password", json=CHANGE)).status_code == 401
    async with site.browser() as client:
        foreign = await client.post("/auth/password", json=CHANGE, headers={"Origin": "https://evil.example"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign-origin")
        assert (await client.post("/auth/password", json={**CHANGE, "username": "bob"})).status_code == 400
    assert "password.changed" not in site.house.kinds()


async def test_no_new_password_travels_in_the_open() -> None:
    site = Site(settings=Settings(_env_file=None, host="10.0.0.7"), base_url="http://10.0.0.7:8740")
    async with site.browser() as client:
        own = {"Origin": "http://10.0.0.7:8740"}
        answer = await client.post("/auth/password", json=CHANGE, headers=own)
    assert answer.status_code == 403
    assert "NETSENTINEL_PUBLIC_URL" in answer.json()["detail"]


# The first run.


async def test_the_first_run_logs_the_first_administrator_in(site: Site) -> None:
    token = await site.house.service.ensure_setup_token()
    async with site.client() as client:
        answer = await client.post("/auth/setup", json={**ANN, "token": token})
        me = await client.get("/api/v2/me", headers={"Cookie": f"ns_session={cookie_of(answer)}"})
    async with site.client() as client:
        again = await client.post("/auth/setup", json={**ANN, "token": token})
    assert answer.status_code == 201
    assert me.json()["permissions"] == sorted(Permission)
    assert again.status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [({"token": "wrong"}, 401), ({"password": "password"}, 400), ({"username": ""}, 400), ({"role": "admin"}, 400)],
)
async def test_a_set_up_that_fails_leaves_the_door_open(site: Site, body: dict[str, str], status: int) -> None:
    token = await site.house.service.ensure_setup_token()
    async with site.client() as client:
        answer = await client.post("/auth/setup", json={**ANN, "token": token, **body})
    assert answer.status_code == status
    if "password" in body:
        assert (answer.json()["code"], answer.json()["title"]) == ("weak-password", "Choose another password")
    assert "set-cookie" not in answer.headers
    assert await site.house.service.setup_needed()


# Tickets.


async def test_a_program_gets_a_ticket_for_its_key(site: Site) -> None:
    made = await site.house.service.keys.create(SYSTEM, "watcher", scopes=[Permission.LIVE_CONNECT])
    async with site.client(Authorization=f"Bearer {made.text}") as client:
        answer = await client.post("/api/v2/ws-tickets")
    assert answer.status_code == 201
    assert answer.json()["expires_at"] == site.house.clock.now() + 30 * SECOND
    admission = await site.house.service.consume_ticket(answer.json()["ticket"])
    assert admission is not None
    assert admission.principal == made.key.principal()


async def test_a_ticket_needs_the_permission_to_connect(site: Site) -> None:
    made = await site.house.service.keys.create(SYSTEM, "sensor", scopes=[Permission.EVENTS_WRITE])
    async with site.client(Authorization=f"Bearer {made.text}") as client:
        assert (await client.post("/api/v2/ws-tickets")).status_code == 403
    async with site.client() as client:
        assert (await client.post("/api/v2/ws-tickets")).status_code == 401


async def test_a_browser_may_get_a_ticket_with_the_mark_of_our_pages(site: Site) -> None:
    async with site.browser() as client:
        assert (await client.post("/api/v2/ws-tickets")).status_code == 201
        for missing in MARK:
            headers = {name: value for name, value in client.headers.items() if name != missing.lower()}
            async with site.client(**headers) as bare:
                assert (await bare.post("/api/v2/ws-tickets")).status_code == 403, missing
