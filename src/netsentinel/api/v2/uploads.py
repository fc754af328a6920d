"""Uploads over HTTP by tus 1.0.0: creation, creation-with-upload, expiration, termination, checksum, concatenation.

https://tus.io/protocols/resumable-upload, whose words the headers are. An answer with an offset comes after the bytes
are on disk.
"""

import base64
import binascii
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Query, Request, Response
from starlette.requests import ClientDisconnect

from netsentinel.academy.media import CHECKSUMS, Checksum, Upload, UploadLimits, UploadPart, Uploads
from netsentinel.academy.media.errors import UploadChecksumError, UploadTypeError, UploadVersionError
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires, public
from netsentinel.api.late import LateRouter
from netsentinel.api.middleware.body_limit import MEDIA_UPLOADS_PATH
from netsentinel.api.services import Served
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Micros, Permission, Principal

router = LateRouter(prefix=MEDIA_UPLOADS_PATH, tags=["media"])

Reader = Annotated[Principal, Depends(Requires(Permission.MEDIA_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.MEDIA_WRITE))]

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,expiration,termination,checksum,concatenation"
BYTES: Final = "application/offset+octet-stream"
MEDIUM_HEADER: Final = "X-NetSentinel-Medium"
"""On the answer that completes an upload: the id of the medium that it became."""
CHANGE_HEADER: Final = "X-NetSentinel-Change"
"""Beside it: `added`, `replaced` or `unchanged`."""
RESUMABLE_HEADER: Final = "Tus-Resumable"
_LONGEST_NUMBER: Final = 18
_BODY: Final[dict[str, Any]] = {"requestBody": {"content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}}

Tus = Annotated[str, Header(alias=RESUMABLE_HEADER, max_length=16, description="`1.0.0`.")]
Offset = Annotated[str, Header(alias="Upload-Offset", max_length=32, description="Where the bytes begin.")]
Sum = Annotated[
    str,
    Header(
        alias="Upload-Checksum",
        max_length=200,
        description="Algorithm (sha256, sha1 or md5), a space, and the digest of this request's bytes in Base64.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadItem:
    """An upload that is not whole, or a piece that waits to be joined."""

    id: str
    url: str
    """Where it goes on, for who began it."""
    name: str
    length: int
    offset: int
    part: UploadPart
    metadata: dict[str, str]
    """What the client stated beside, such as a fingerprint to find its file again."""
    mine: bool
    """Whether the caller began it: nobody else can go on."""
    created_at: Micros
    expires_at: Micros


@dataclass(frozen=True, slots=True)
class UploadItems:
    """Uploads, the newest first."""

    items: tuple[UploadItem, ...]


@router.options("", status_code=204, response_class=Response, dependencies=[Depends(public())])
async def describe_uploads(services: Served) -> Response:
    """What this server speaks of tus, and the largest upload."""
    return Response(status_code=204, headers=_abilities(services.uploads.limits))


@router.get("", response_model=UploadItems, responses=problems(400, 401, 403))
async def list_uploads(
    principal: Reader,
    services: Served,
    limit: Annotated[int, Query(ge=1, le=500, description="The newest so many.")] = 100,
) -> Response:
    """Uploads of the tenant that became no medium yet: what can be gone on with, or deleted."""
    found = await services.uploads.unfinished(principal.tenant, limit)
    return answer(UploadItems(tuple(_item(one, principal) for one in found)))


@router.post(
    "",
    status_code=201,
    response_class=Response,
    responses=problems(400, 401, 403, 404, 409, 412, 413, 415, 460, 507),
    openapi_extra=_BODY,
)
async def create_upload(
    request: Request,
    principal: Writer,
    services: Served,
    resumable: Tus = "",
    length: Annotated[str, Header(alias="Upload-Length", max_length=32, description="Bytes in all.")] = "",
    metadata: Annotated[
        str,
        Header(
            alias="Upload-Metadata",
            max_length=8_192,
            description="Pairs of a key and a Base64 value, separated by commas; `filename` names the medium.",
        ),
    ] = "",
    concat: Annotated[
        str, Header(alias="Upload-Concat", max_length=8_192, description="`partial`, or `final;` and the pieces' URLs.")
    ] = "",
    checksum: Sum = "",
) -> Response:
    """Announce a file, and if wanted send its bytes at once; a file of the same name is replaced when it is whole."""
    _check_version(resumable)
    stated = read_metadata(metadata)
    name = stated.get("filename", "")
    uploads = services.uploads
    if concat.startswith("final"):
        done = await uploads.join(principal, name, _pieces(concat), metadata=metadata)
        return _created(done)
    if concat not in {"", "partial"}:
        raise InvalidInputError("Upload-Concat is `partial`, or `final;` and the URLs of the pieces.")
    has_body = request.headers.get("content-type", "") != "" or request.headers.get("content-length", "0") != "0"
    if has_body:
        _check_type(request)
    wanted = _sum(checksum)
    is_partial = concat == "partial"
    made = await uploads.create(
        principal, name, _number(length, "Upload-Length"), is_partial=is_partial, metadata=metadata
    )
    if has_body and not made.is_whole:
        made = await _received(uploads, principal, made.id, 0, request, wanted)
    return _created(made)


@router.head("/{upload_id}", response_class=Response, responses=problems(401, 403, 404, 412))
async def show_upload(upload_id: str, principal: Writer, services: Served, resumable: Tus = "") -> Response:
    """How much of an upload is on disk: where its client goes on."""
    _check_version(resumable)
    upload = await services.uploads.get(principal, upload_id)
    headers = _standing(upload) | {"Upload-Length": str(upload.length), "Cache-Control": "no-store"}
    if upload.metadata:
        headers["Upload-Metadata"] = upload.metadata
    if upload.part is not UploadPart.WHOLE:
        headers["Upload-Concat"] = upload.part.value
    return Response(status_code=200, headers=headers)


@router.patch(
    "/{upload_id}",
    status_code=204,
    response_class=Response,
    responses=problems(400, 401, 403, 404, 408, 409, 412, 413, 415, 460, 507),
    openapi_extra=_BODY,
)
async def append_bytes(
    upload_id: str,
    request: Request,
    principal: Writer,
    services: Served,
    resumable: Tus = "",
    offset: Offset = "",
    checksum: Sum = "",
) -> Response:
    """Send the next bytes of an upload. When the connection breaks, those that came are kept, unless a checksum says.

    A second request for the same upload makes the first one save what it has, and go.
    """
    _check_version(resumable)
    _check_type(request)
    begin, wanted = _number(offset, "Upload-Offset"), _sum(checksum)
    upload = await _received(services.uploads, principal, upload_id, begin, request, wanted)
    return Response(status_code=204, headers=_standing(upload))


@router.delete("/{upload_id}", status_code=204, response_class=Response, responses=problems(401, 403, 404, 412))
async def delete_upload(upload_id: str, principal: Writer, services: Served, resumable: Tus = "") -> Response:
    """Forget an upload of the tenant. What it became stays."""
    _check_version(resumable)
    await services.uploads.terminate(principal, upload_id)
    return Response(status_code=204, headers={RESUMABLE_HEADER: VERSION})


def read_metadata(text: str) -> dict[str, str]:
    """The pairs of `Upload-Metadata`.

    Raises:
        InvalidInputError: a value is no Base64 of UTF-8.
    """
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise InvalidInputError(f"The value of {key[:40]!r} in Upload-Metadata is no Base64 of UTF-8.") from error
    return found


async def _received(
    uploads: Uploads, principal: Principal, upload_id: str, offset: int, request: Request, checksum: Checksum | None
) -> Upload:
    try:
        return await uploads.receive(principal, upload_id, offset, _pieces_of(request), checksum)
    except ClientDisconnect:  # nobody reads the answer; what came is kept
        return await uploads.get(principal, upload_id)


async def _pieces_of(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        yield piece


def _check_version(stated: str) -> None:
    if stated != VERSION:
        raise UploadVersionError(f"This server speaks tus {VERSION}: send {RESUMABLE_HEADER}: {VERSION}.")


def _check_type(request: Request) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != BYTES:
        raise UploadTypeError(f"Send the bytes as Content-Type: {BYTES}.")


def _number(text: str, header: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise InvalidInputError(f"{header} is a number of bytes.", field=header)
    return int(text)


def _sum(text: str) -> Checksum | None:
    if not text:
        return None
    algorithm, _, value = text.partition(" ")
    if algorithm not in CHECKSUMS:
        raise InvalidInputError(f"Upload-Checksum takes {', '.join(CHECKSUMS)}.", field="Upload-Checksum")
    try:
        return Checksum(algorithm, base64.b64decode(value.strip(), validate=True))
    except binascii.Error as error:
        raise UploadChecksumError("Upload-Checksum is no Base64.") from error


def _pieces(concat: str) -> list[str]:
    """The ids in `final;/api/v2/media/uploads/a /api/v2/media/uploads/b`."""
    _, _, urls = concat.partition(";")
    ids: list[str] = []
    for url in urls.split():
        place, _, upload_id = url.rpartition("/")
        if not place.endswith(MEDIA_UPLOADS_PATH) or not upload_id:
            raise InvalidInputError(f"{url[:100]!r} is no upload of this server.", field="Upload-Concat")
        ids.append(upload_id)
    return ids


def _created(upload: Upload) -> Response:
    return Response(status_code=201, headers=_standing(upload) | {"Location": f"{MEDIA_UPLOADS_PATH}/{upload.id}"})


def _standing(upload: Upload) -> dict[str, str]:
    headers = {RESUMABLE_HEADER: VERSION, "Upload-Offset": str(upload.offset)}
    if upload.medium:
        return headers | {MEDIUM_HEADER: upload.medium, CHANGE_HEADER: upload.change}
    return headers | {"Upload-Expires": formatdate(upload.expires_at / SECOND, usegmt=True)}


def _abilities(limits: UploadLimits) -> Mapping[str, str]:
    return {
        RESUMABLE_HEADER: VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(limits.most_bytes),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }


def _item(upload: Upload, principal: Principal) -> UploadItem:
    return UploadItem(
        id=upload.id,
        url=f"{MEDIA_UPLOADS_PATH}/{upload.id}",
        name=upload.name,
        length=upload.length,
        offset=upload.offset,
        part=upload.part,
        metadata=read_metadata(upload.metadata),
        mine=upload.principal == principal.id,
        created_at=upload.created_at,
        expires_at=upload.expires_at,
    )
