"""What answers say about limits, and who is counted as what."""

import pytest
from fastapi import Request

from netsentinel.api.deps import charge_items, class_of
from netsentinel.api.middleware.rate_limits import limit_of, policy_of
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.errors import ThrottledError
from netsentinel.kernel.types import DEFAULT_TENANT, Principal, Role, Tier, system_principal
from netsentinel.limits import Rate, RequestClass, Standing
from tests.unit.api.conftest import Site

pytestmark = pytest.mark.anyio

SYSTEM = system_principal()


async def _key(site: Site, tier: Tier | None = None) -> str:
    made = await site.house.service.keys.create(SYSTEM, "report", role=Role.VIEWER, tier=tier)
    return f"Bearer {made.text}"


def test_the_fields_are_structured_as_the_draft_says() -> None:
    assert policy_of(Rate(100, 20, 10_000)) == '"minute";q=100;w=60, "day";q=10000;w=86400'
    assert policy_of(Rate(6_000)) == '"minute";q=6000;w=60'
    assert limit_of(Standing(Rate(100, 20, 10_000), 7, 42, 99, 40_000)) == '"minute";r=7;t=42, "day";r=99;t=40000'
    assert limit_of(Standing(Rate(6_000), 7, 42, 0, 40_000)) == '"minute";r=7;t=42'


async def test_an_answer_says_what_is_left(site: Site) -> None:
    async with site.client(Authorization=await _key(site)) as client:
        first, second = await client.get("/api/v2/me"), await client.get("/api/v2/me")
    assert first.headers["RateLimit-Policy"] == '"minute";q=100;w=60, "day";q=10000;w=86400'
    assert first.headers["RateLimit"].startswith('"minute";r=119;t=')
    assert second.headers["RateLimit"].startswith('"minute";r=118;t=')
    assert '"day";r=9998;' in second.headers["RateLimit"]


async def test_one_too_many_is_told_what_to_do(site: Site) -> None:
    clock = site.house.clock
    clock.advance(MINUTE - clock.now() % MINUTE)
    async with site.client(Authorization=await _key(site)) as client:
        answers = [await client.get("/api/v2/me") for _ in range(121)]
        assert [answer.status_code for answer in answers] == [200] * 120 + [429]
        refused = answers[-1]
        assert refused.headers["Retry-After"] == "60"
        assert refused.headers["RateLimit"].startswith('"minute";r=0;t=60, "day";r=9880;')
        assert (refused.json()["code"], refused.json()["limit"]) == ("rate-limited", 100)
        assert "Go on in 60 s" in refused.json()["detail"]
        clock.advance(MINUTE)
        assert (await client.get("/api/v2/me")).status_code == 200


async def test_an_unlimited_key_is_told_nothing(site: Site) -> None:
    async with site.client(Authorization=await _key(site, Tier.UNLIMITED)) as client:
        answer = [await client.get("/api/v2/me") for _ in range(130)][-1]
    assert answer.status_code == 200
    assert "RateLimit" not in answer.headers
    assert "RateLimit-Policy" not in answer.headers


async def test_a_browser_is_counted_by_its_own_figures(site: Site) -> None:
    async with site.browser() as client:
        answer = await client.get("/api/v2/me")
    assert answer.headers["RateLimit-Policy"] == '"minute";q=1200;w=60, "day";q=200000;w=86400'


async def test_who_is_not_let_in_is_not_counted(site: Site) -> None:
    async with site.client(Authorization="Bearer ns_key_nonsense") as client:
        answer = await client.get("/api/v2/me")
        state = await client.get("/auth/state")
    assert (answer.status_code, state.status_code) == (401, 200)
    assert "RateLimit" not in answer.headers
    assert "RateLimit" not in state.headers


async def test_what_lacks_the_permission_is_counted(site: Site) -> None:
    async with site.client(Authorization=await _key(site)) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 403
    assert '"minute";r=119;' in answer.headers["RateLimit"]


async def test_another_tier_counts_from_the_next_request_on(site: Site) -> None:
    keys = site.house.service.keys
    made = await keys.create(SYSTEM, "report", role=Role.VIEWER)
    async with site.client(Authorization=f"Bearer {made.text}") as client:
        for _ in range(120):
            await client.get("/api/v2/me")
        assert (await client.get("/api/v2/me")).status_code == 429
        await keys.set_tenant_tier(SYSTEM, Tier.PREMIUM)
        assert (await client.get("/api/v2/me")).status_code == 200
        await keys.set_tier(SYSTEM, made.key.id, Tier.STANDARD)
        assert (await client.get("/api/v2/me")).status_code == 429


@pytest.mark.parametrize(
    ("method", "path", "kind", "expected"),
    [
        ("POST", "/api/v2/events", "key", RequestClass.INTAKE),
        ("POST", "/api/v2/events/", "key", RequestClass.INTAKE),
        ("GET", "/api/v2/events", "key", RequestClass.API),
        ("POST", "/api/v2/tasks", "key", RequestClass.API),
        ("POST", "/api/v2/events", "user", RequestClass.SESSION),
    ],
)
def test_what_a_request_is_counted_as(method: str, path: str, kind: str, expected: RequestClass) -> None:
    request = Request({"type": "http", "method": method, "path": path})
    principal = Principal("x", kind, DEFAULT_TENANT, Role.VIEWER, "x", frozenset())
    assert class_of(request, principal) is expected


async def test_a_batch_counts_as_its_items_and_nothing_when_it_does_not_fit(site: Site) -> None:
    made = await site.house.service.keys.create(SYSTEM, "batches", role=Role.VIEWER)
    admission = await site.house.service.validate_token(made.text)
    limits = site.app.state.services.limits
    request = Request({"type": "http", "method": "POST", "path": "/x", "app": site.app, "state": {}})
    request.state.admission = admission
    await charge_items(request, 1)  # the request itself was counted when it came in
    await charge_items(request, 101)
    assert admission is not None
    assert request.state.standing.minute_left == 20
    with pytest.raises(ThrottledError):
        await charge_items(request, 22)
    assert limits.standing(admission.principal, RequestClass.API).minute_left == 20
