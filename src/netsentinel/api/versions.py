"""Versions of the HTTP API: which one a request asks for, and the one registry of what is left of the older one."""

import re
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final
from urllib.parse import quote

from starlette.datastructures import Headers

from netsentinel.kernel.errors import UnsupportedVersionError, VersionConflictError

VERSION_HEADER: Final = "X-API-Version"
CURRENT: Final = "2"
OLDER: Final = "1"
SUPPORTED: Final = (OLDER, CURRENT)

_IN_PATH: Final = re.compile(r"/api/v([0-9]{1,9})(?=/|$)")
_VENDOR: Final = re.compile(r"application/vnd\.(netsentinel|k1n)\.v([0-9]{1,9})\+json", re.IGNORECASE)
_LONGEST_SHOWN: Final = 40

_DEPRECATED: Final = 1_767_225_600
"""2026-01-01T00:00:00Z."""
_SUNSET: Final = 1_830_297_599
"""2027-12-31T23:59:59Z."""


@dataclass(frozen=True, slots=True)
class OlderForm:
    """One route of the older version, with what callers are told of its end. Times are seconds since 1970 UTC."""

    path: str
    """The route's template below `/api/v1`; it answers at the same path without that prefix, too."""
    has_successor: bool = True
    """Whether the same path of the current version took its place."""
    successor: str = ""
    """Another path that did; without parameters."""
    deprecated_at: int = _DEPRECATED
    sunset_at: int = _SUNSET


OLDER_FORMS: Final = (
    OlderForm("/threats"),
    OlderForm("/threats/{entity:path}"),
    OlderForm("/alerts"),
    OlderForm("/alerts/{alert_id}"),
    OlderForm("/ml/model-info", successor="/api/v2/models"),
    OlderForm("/ml/train", successor="/api/v2/models/train"),
)
"""Every route of the older version. A test compares it with the routes that there are."""

_BY_ROUTE: Final = {f"/api/v{OLDER}{form.path}": form for form in OLDER_FORMS}
_ROOTS: Final = frozenset(form.path.split("/")[1] for form in OLDER_FORMS)
_OTHERWISE: Final = OlderForm("", has_successor=False)
"""For paths of the older version that lead nowhere."""


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What a request asks for."""

    version: str
    media_type: str
    """The vendor's type that the answer is to carry; empty for plain `application/json`."""


def is_versioned(path: str) -> bool:
    """Whether answers of this path have a version: those of the API and of logging in."""
    return path.startswith(("/api/", "/auth/")) or path == "/api"


def has_older_form(path: str) -> bool:
    """Whether programs of the older version call this path, which is also one of the dashboard's pages."""
    return path.split("/")[1:2] in ([root] for root in _ROOTS)


def is_deprecated(route: str) -> bool:
    """Whether the route with this template is one of the older version."""
    return route in _BY_ROUTE


def negotiate(path: str, headers: Headers) -> Negotiated:
    """The version that a path, the header or the media type asks for; the current one when none does.

    Raises:
        UnsupportedVersionError: this server does not speak it.
        VersionConflictError: two of them disagree.
    """
    asked: dict[str, str] = {}
    in_path = _IN_PATH.match(path)
    if in_path:
        asked["the path"] = in_path[1]
    header = headers.get(VERSION_HEADER)
    if header is not None:
        asked[VERSION_HEADER] = header.strip()
    media_type, by_type = _vendor_type(headers.getlist("accept"))
    if media_type:
        asked["Accept"] = by_type
    for place, version in asked.items():
        if version not in SUPPORTED:
            raise UnsupportedVersionError(
                f"This server does not speak version {_shown(version)}, for which {place} asks; it speaks"
                f" {' and '.join(SUPPORTED)}.",
                supported=list(SUPPORTED),
            )
    if len(set(asked.values())) > 1:
        said = ", ".join(f"{place} asks for {version}" for place, version in asked.items())
        raise VersionConflictError(f"The request asks for two versions: {said}.", supported=list(SUPPORTED))
    return Negotiated(next(iter(asked.values()), CURRENT), media_type)


def with_version(path: str, version: str) -> str:
    """The path of the API with its version in it: `/api/metrics/retry` becomes `/api/v2/metrics/retry`."""
    if not path.startswith("/api") or _IN_PATH.match(path):
        return path
    return f"/api/v{version}{path.removeprefix('/api')}"


def deprecation_headers(route: str, path: str) -> dict[str, str]:
    """What an answer of the older version says about its end (RFC 9745, RFC 8594, RFC 5829).

    Args:
        route: template of the route that answers; empty when none does.
        path: the path that was asked for, with its version.
    """
    form = _BY_ROUTE.get(route, _OTHERWISE)
    links = ['</docs>; rel="deprecation"; type="text/html"']
    if form.successor or form.has_successor:
        successor = form.successor or path.replace(f"/api/v{OLDER}/", f"/api/v{CURRENT}/", 1)
        links.insert(0, f'<{quote(successor, safe="/:")}>; rel="successor-version"')
    return {
        "Deprecation": f"@{form.deprecated_at}",
        "Sunset": formatdate(form.sunset_at, usegmt=True),
        "Link": ", ".join(links),
    }


def _vendor_type(accept: list[str]) -> tuple[str, str]:
    """The vendor's type that is accepted most gladly, and its version; empty without one."""
    best, found = 0.0, ("", "")
    for item in ",".join(accept).split(","):
        kind, *parameters = (part.strip() for part in item.split(";"))
        match = _VENDOR.fullmatch(kind)
        weight = _weight(parameters)
        if match and weight > best:
            best, found = weight, (kind.lower(), match[2])
    return found


def _weight(parameters: list[str]) -> float:
    """The `q` of a media range: 1 without one, 0 for one that makes no sense."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def _shown(version: str) -> str:
    """The caller's own word, short and printable."""
    return repr(version[:_LONGEST_SHOWN])
