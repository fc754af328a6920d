"""Headers on every answer."""

import pytest

from netsentinel.api.middleware.security_headers import CONTENT_SECURITY_POLICY
from tests.unit.api.middleware.conftest import Open

pytestmark = pytest.mark.anyio

ALWAYS = {
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
    "x-trace-id",
}
EVERY_KIND = [
    ("GET", "/fine", {}, 200),
    ("GET", "/nowhere", {}, 404),
    ("DELETE", "/fine", {}, 405),
    ("GET", "/crash", {}, 500),
    ("GET", "/busy", {}, 429),
    ("POST", "/api/v2/notes", {"json": {}}, 400),
    ("POST", "/api/v2/notes", {"content": b"x" * 1_048_577}, 413),
    ("POST", "/deaf", {"headers": {"Origin": "https://evil.example"}}, 403),
    ("GET", "/fine", {"headers": {"Host": "evil.example"}}, 400),
]


@pytest.mark.parametrize(("method", "path", "request_", "status"), EVERY_KIND)
async def test_every_answer_has_them_all(
    opened: Open, method: str, path: str, request_: dict[str, object], status: int
) -> None:
    async with opened() as client:
        answer = await client.request(method, path, **request_)  # type: ignore[arg-type] - the cases above
    assert answer.status_code == status
    assert set(answer.headers) >= ALWAYS
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["trace_id"] == answer.headers["x-trace-id"]
        assert answer.json()["status"] == status


def test_the_policy_allows_nothing_inline_and_nothing_foreign() -> None:
    directives = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert directives.pop("default-src") == "'none'"
    assert directives.pop("img-src") == "'self' data:"
    assert directives.pop("media-src") == "'self'"
    assert directives.pop("require-trusted-types-for") == "'script'"
    assert set(directives.values()) == {"'self'", "'none'"}
    assert {name for name, value in directives.items() if value == "'none'"} == {"base-uri", "frame-ancestors"}


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [("", None), ("http://localhost", None), ("https://soc.example.org", "max-age=31536000")],
)
async def test_transport_security_is_demanded_on_https_only(
    opened: Open, public_url: str, expected: str | None
) -> None:
    async with opened(public_url=public_url) as client:
        answer = await client.get("/fine")
    assert answer.headers.get("strict-transport-security") == expected


@pytest.mark.parametrize(
    ("path", "cached"),
    [
        ("/api/v2/fine", "no-store"),
        ("/livez", "no-store"),
        ("/nowhere", "no-store"),
        ("/cached", "public, max-age=31536000, immutable"),
        ("/fine", None),
    ],
)
async def test_what_a_program_or_an_error_says_is_never_stored(opened: Open, path: str, cached: str | None) -> None:
    async with opened() as client:
        answer = await client.get(path)
    assert answer.headers.get("cache-control") == cached
