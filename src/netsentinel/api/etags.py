"""Entity tags (RFC 9110, section 8.8.3): a `GET` that may answer 304, and a change that says what it is based on.

A tag is the version of a thing and a digest of the answer: `"7-5d41402abc4b2a76"`. `If-None-Match` compares it whole.
`If-Match` looks at the version only: what happens to a thing without being a change of it, such as a schedule that
fires, refuses nobody's change.
"""

from collections.abc import Generator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Annotated, Any, Final

from fastapi import Header, Response

from netsentinel.api.answers import answer
from netsentinel.kernel.errors import ConflictError, PreconditionFailedError

_LONGEST: Final = 4_096
_NOT_MODIFIED: Final = 304

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=_LONGEST,
        description="The `ETag` of what the change is based on, or several, or `*`. Refused with 412 when the thing has"
        " changed since; left out, the change is made in any case.",
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", max_length=_LONGEST, description="An `ETag`; 304 without a body while it holds."),
]

UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "What `If-None-Match` names still holds."}}
"""The response of a `GET` that may find nothing new."""


def tagged(value: object, version: int, if_none_match: str | None = None, status: int = 200) -> Response:
    """A JSON response with its tag; 304 without a body when the caller has it already."""
    response = answer(value, status)
    tag = f'"{version}-{blake2b(bytes(response.body), digest_size=8).hexdigest()}"'
    if if_none_match is not None and {"*", tag} & {one.removeprefix("W/") for one in _listed(if_none_match)}:
        response = Response(status_code=_NOT_MODIFIED)
    response.headers["ETag"] = tag
    return response


def based_on(if_match: str | None, version: int) -> int | None:
    """The version that a change must still find; None when the caller does not care.

    Raises:
        PreconditionFailedError: the thing is at a version that the caller does not name.
    """
    if if_match is None or "*" in (tags := _listed(if_match)):
        return None
    if str(version) not in {one.strip('"').partition("-")[0] for one in tags if one.startswith('"')}:
        raise _changed(version)
    return version


@contextmanager
def precondition(expected: int | None) -> Generator[None]:
    """Whatever changes the thing between looking at it and changing it is a failed precondition, too.

    Raises:
        PreconditionFailedError: it was changed meanwhile.
    """
    try:
        yield
    except ConflictError as error:
        found = error.extra.get("version")
        if expected is None or not isinstance(found, int):
            raise
        raise _changed(found) from error


def _listed(header: str) -> list[str]:
    return [part.strip() for part in header.split(",")]


def _changed(version: int) -> PreconditionFailedError:
    return PreconditionFailedError(
        f"It is at version {version} by now. Look at it again, and repeat the change if it still applies.",
        version=version,
    )
