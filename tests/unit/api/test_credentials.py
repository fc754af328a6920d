"""What a request brings to be let in."""

import pytest
from starlette.datastructures import Headers
from starlette.responses import Response

from netsentinel.api.credentials import bearer, clear_session, has_session, session_token, set_session
from netsentinel.kernel.settings import Settings

LOCAL = Settings(_env_file=None)
SECURE = Settings(_env_file=None, public_url="https://soc.example.org")


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Bearer", ""),
        ("Basic abc", None),
        ("", None),
        ("Bearerabc", None),
    ],
)
def test_only_a_bearer_brings_a_key(header: str, key: str | None) -> None:
    assert bearer(Headers({"authorization": header})) == key


def test_the_secure_cookie_keeps_every_promise_of_its_prefix() -> None:
    response = Response()
    set_session(response, "abc", SECURE)
    attributes = {part.strip().lower() for part in response.headers["set-cookie"].split(";")}
    assert attributes == {"__host-ns_session=abc", "secure", "httponly", "samesite=lax", "path=/"}


def test_the_cookie_on_loopback_has_another_name_and_no_secure() -> None:
    response = Response()
    set_session(response, "abc", LOCAL)
    attributes = {part.strip().lower() for part in response.headers["set-cookie"].split(";")}
    assert attributes == {"ns_session=abc", "httponly", "samesite=lax", "path=/"}


@pytest.mark.parametrize("settings", [LOCAL, SECURE])
def test_clearing_takes_the_same_cookie_away(settings: Settings) -> None:
    given, taken = Response(), Response()
    set_session(given, "abc", settings)
    clear_session(taken, settings)
    name = given.headers["set-cookie"].partition("=")[0]
    assert taken.headers["set-cookie"].startswith(f'{name}=""')
    assert "Max-Age=0" in taken.headers["set-cookie"]
    assert ("Secure" in taken.headers["set-cookie"]) == (settings is SECURE)


def test_each_transport_believes_its_own_cookie_only() -> None:
    both = Headers({"cookie": "ns_session=plain; __Host-ns_session=secure"})
    assert session_token(both, LOCAL) == "plain"
    assert session_token(both, SECURE) == "secure"
    assert not has_session(Headers({"cookie": "ns_session=plain"}), SECURE)
    assert not has_session(Headers({}), LOCAL)
