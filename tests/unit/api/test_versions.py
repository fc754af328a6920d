"""Which version a request asks for, and what is said of the older one."""

import pytest
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers

from netsentinel.api.versions import (
    OLDER_FORMS,
    Negotiated,
    deprecation_headers,
    has_older_form,
    is_deprecated,
    negotiate,
    with_version,
)
from netsentinel.kernel.errors import UnsupportedVersionError, VersionConflictError
from tests.application import bare_application

V1 = "application/vnd.netsentinel.v1+json"
V2 = "application/vnd.netsentinel.v2+json"
K1N = "application/vnd.k1n.v2+json"


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/api/alerts", {}, Negotiated("2", "")),
        ("/api/v1/alerts", {}, Negotiated("1", "")),
        ("/api/v2/alerts", {"X-API-Version": "2"}, Negotiated("2", "")),
        ("/api/alerts", {"X-API-Version": " 1 "}, Negotiated("1", "")),
        ("/api/alerts", {"Accept": V2}, Negotiated("2", V2)),
        ("/api/v2/alerts", {"Accept": K1N, "X-API-Version": "2"}, Negotiated("2", K1N)),
        (
            "/api/alerts",
            {"Accept": "application/vnd.netsentinel.v1+json"},
            Negotiated("1", "application/vnd.netsentinel.v1+json"),
        ),
        ("/api/alerts", {"Accept": f"{K1N};q=0.2, {V2};q=0.9"}, Negotiated("2", V2)),
        ("/api/alerts", {"Accept": "application/vnd.netsentinel.v1+json;q=0, application/json"}, Negotiated("2", "")),
        ("/api/alerts", {"Accept": f"{V2};q=much"}, Negotiated("2", "")),
        ("/api/alerts", {"Accept": "*/*"}, Negotiated("2", "")),
        ("/auth/login", {}, Negotiated("2", "")),
    ],
)
def test_path_header_and_media_type_name_the_version(path: str, headers: dict[str, str], expected: Negotiated) -> None:
    assert negotiate(path, Headers(headers)) == expected


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/v3/alerts", {}),
        ("/api/v0", {}),
        ("/api/alerts", {"X-API-Version": "3"}),
        ("/api/alerts", {"X-API-Version": "two"}),
        ("/api/alerts", {"X-API-Version": ""}),
        ("/api/alerts", {"Accept": "application/vnd.k1n.v9+json"}),
    ],
)
def test_a_version_that_there_is_not_is_refused_with_those_that_there_are(path: str, headers: dict[str, str]) -> None:
    with pytest.raises(UnsupportedVersionError) as refused:
        negotiate(path, Headers(headers))
    assert refused.value.extra["supported"] == ["1", "2"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/v2/alerts", {"X-API-Version": "1"}),
        ("/api/v1/alerts", {"Accept": V2}),
        ("/api/alerts", {"Accept": V2, "X-API-Version": "1"}),
    ],
)
def test_two_versions_at_once_are_refused(path: str, headers: dict[str, str]) -> None:
    with pytest.raises(VersionConflictError) as refused:
        negotiate(path, Headers(headers))
    assert refused.value.extra["supported"] == ["1", "2"]


def test_a_path_without_a_version_gets_it() -> None:
    assert with_version("/api/metrics/retry", "2") == "/api/v2/metrics/retry"
    assert with_version("/api/v1/alerts", "1") == "/api/v1/alerts"
    assert with_version("/api", "2") == "/api/v2"
    assert with_version("/auth/login", "2") == "/auth/login"


def test_pages_that_are_older_forms_too() -> None:
    assert all(map(has_older_form, ("/alerts", "/threats/192.0.2.1", "/ml/model-info")))
    assert not any(map(has_older_form, ("/", "", "/alertsx", "/rules", "/api/v1/alerts")))


def test_the_end_of_the_older_version_is_said_as_the_standards_say() -> None:
    told = deprecation_headers("/api/v1/threats/{entity:path}", '/api/v1/threats/a b"<>')
    assert told["Deprecation"] == "@1767225600"
    assert told["Sunset"] == "Fri, 31 Dec 2027 23:59:59 GMT"
    assert told["Link"] == (
        '</api/v2/threats/a%20b%22%3C%3E>; rel="successor-version", </docs>; rel="deprecation"; type="text/html"'
    )
    assert "successor" not in deprecation_headers("", "/api/v1/none")["Link"]


def test_the_registry_names_every_route_of_the_older_version_and_successors_that_exist() -> None:
    paths = {str(route.path) for route in iter_route_contexts(bare_application().routes)}
    assert {f"/api/v1{form.path}" for form in OLDER_FORMS} == {path for path in paths if path.startswith("/api/v1/")}
    assert {f"/api/v2{form.path}" for form in OLDER_FORMS if not form.successor} <= paths
    assert {form.successor for form in OLDER_FORMS if form.successor} <= paths
    assert all(form.sunset_at > form.deprecated_at for form in OLDER_FORMS)
    assert is_deprecated("/api/v1/threats")
    assert not is_deprecated("/api/v2/threats")
