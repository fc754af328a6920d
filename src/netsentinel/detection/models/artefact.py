"""A trained model as one signed file, read without running anything that it holds.

    NSMODEL1 | length of the manifest (4 bytes, big endian) | manifest (JSON) | HMAC-SHA256 (32 bytes) | parts

The signature covers the manifest, and the manifest names length and SHA-256 of each part. A part is either a text
(LightGBM's trees) or an `.npz` with uncompressed plain arrays. Nothing is looked at before the signature holds.
"""

import hmac
import zipfile
from hashlib import sha256
from io import BytesIO
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from netsentinel.detection.errors import ModelFileError, ModelSignatureError
from netsentinel.detection.models.ports import Model, State
from netsentinel.detection.models.registry import RESTORERS
from netsentinel.detection.models.table import Schema
from netsentinel.kernel.errors import TooLargeError

FORMAT = 1
MAX_FILE = 256 * 1024 * 1024
"""Largest model file, in bytes."""
MAX_MANIFEST = 4 * 1024 * 1024
MAX_ARRAYS = 128
MIN_KEY = 32
"""Shortest key, in bytes."""

_MAGIC = b"NSMODEL1"
_PURPOSE = b"netsentinel model 1\0"
"""Goes into the signature before the manifest, so that a key's signatures of other things are none of models."""
_HEAD = len(_MAGIC) + 4
_SIGNATURE = 32
_KINDS = frozenset("biufU")
"""Kinds of numpy types that are plain data: flags, whole numbers, floats, texts of fixed width."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part behind the manifest."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model file says about itself."""

    format: int
    model: str
    schema: Schema
    schema_version: str
    settings: dict[str, Any]
    parts: list[Part]


def save(model: Model, key: bytes) -> bytes:
    """A trained model as a file, signed with the installation's key."""
    _must_be_key(key)
    state = model.state()
    packed = BytesIO()
    np.savez(packed, allow_pickle=False, **{name: np.ascontiguousarray(array) for name, array in state.arrays.items()})
    contents = {"arrays.npz": packed.getvalue()} | {f"{name}.txt": text.encode() for name, text in state.texts.items()}
    parts = [Part(name, len(content), sha256(content).hexdigest()) for name, content in contents.items()]
    manifest = msgspec.json.encode(
        Manifest(FORMAT, model.name, model.schema, model.schema.version, state.settings, parts)
    )
    head = _MAGIC + len(manifest).to_bytes(4, "big") + manifest
    return head + _signature(key, manifest) + b"".join(contents.values())


def load(data: bytes, key: bytes) -> Model:
    """The model of a file that this installation signed.

    Raises:
        TooLargeError: it is larger than `MAX_FILE`.
        ModelSignatureError: another key signed it, or it was changed.
        ModelFileError: it is damaged, or holds what no model file holds.
    """
    manifest, contents = _opened(data, key)
    restore = RESTORERS.get(manifest.model)
    if restore is None:
        raise ModelFileError(f"The model file is of a model that this version does not know: {manifest.model[:64]!r}.")
    if manifest.schema.version != manifest.schema_version:
        raise ModelFileError("The schema of the model file is not the one whose version it states.")
    arrays = _arrays(contents.pop("arrays.npz", b""))
    texts = {name.removesuffix(".txt"): _text(content) for name, content in contents.items()}
    return restore(State(manifest.settings, arrays, texts), manifest.schema)


def fingerprint(data: bytes) -> str:
    """The SHA-256 of a model file: its name for ever."""
    return sha256(data).hexdigest()


def _opened(data: bytes, key: bytes) -> tuple[Manifest, dict[str, bytes]]:
    _must_be_key(key)
    if len(data) > MAX_FILE:
        raise TooLargeError(f"The model file has {len(data):,} bytes; {MAX_FILE:,} are allowed.", limit=MAX_FILE)
    if data[: len(_MAGIC)] != _MAGIC or len(data) < _HEAD:
        raise ModelFileError("This is no model file of NetSentinel.")
    end = _HEAD + int.from_bytes(data[len(_MAGIC) : _HEAD], "big")
    if end - _HEAD > MAX_MANIFEST or len(data) < end + _SIGNATURE:
        raise ModelFileError("The model file is cut off, or its manifest is too long.")
    said = data[_HEAD:end]
    if not hmac.compare_digest(_signature(key, said), data[end : end + _SIGNATURE]):
        raise ModelSignatureError("The model file was not signed by this installation, or was changed since.")
    try:
        manifest = msgspec.json.decode(said, type=Manifest)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ModelFileError(f"The manifest of the model file cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise ModelFileError(f"The model file has format {manifest.format}; this version reads {FORMAT}.")
    return manifest, _parts(manifest, data[end + _SIGNATURE :])


def _parts(manifest: Manifest, rest: bytes) -> dict[str, bytes]:
    if any(part.size < 0 for part in manifest.parts) or sum(part.size for part in manifest.parts) != len(rest):
        raise ModelFileError("The model file is cut off, or longer than its manifest says.")
    found: dict[str, bytes] = {}
    at = 0
    for part in manifest.parts:
        content = rest[at : at + part.size]
        at += part.size
        if part.name in found or not hmac.compare_digest(sha256(content).hexdigest(), part.sha256):
            raise ModelFileError(f"The part {part.name[:64]!r} of the model file is damaged.")
        found[part.name] = content
    return found


def _arrays(content: bytes) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of an `.npz`; what is compressed, hides its size or holds objects is refused before it is read."""
    found: dict[str, npt.NDArray[np.generic]] = {}
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            members = packed.infolist()
            if len(members) > MAX_ARRAYS:
                raise ModelFileError(f"The model file holds {len(members)} arrays; {MAX_ARRAYS} are allowed.")
            for member in members:
                if member.compress_type != zipfile.ZIP_STORED or member.file_size > len(content):
                    raise ModelFileError("The model file holds a compressed array, which none of ours does.")
                found[member.filename.removesuffix(".npy")] = _array(packed.read(member))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelFileError(f"The arrays of the model file cannot be read: {error}") from error
    return found


def _array(content: bytes) -> npt.NDArray[np.generic]:
    stream = BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise ModelFileError("An array of the model file is in a form that none of ours has.")
    shape, _, kind = np.lib.format.read_array_header_1_0(stream)
    if kind.kind not in _KINDS or kind.hasobject:
        raise ModelFileError(f"An array of the model file holds {kind}, which is no plain data.")
    size = kind.itemsize
    for length in shape:
        size *= length
    if size != len(content) - stream.tell():
        raise ModelFileError("An array of the model file is not as large as it says.")
    array: npt.NDArray[np.generic] = np.load(BytesIO(content), allow_pickle=False)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ModelFileError("An array of the model file holds numbers that are none.")
    return array


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ModelFileError("A text of the model file is no UTF-8.") from error


def _signature(key: bytes, manifest: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + manifest, "sha256")


def _must_be_key(key: bytes) -> None:
    if len(key) < MIN_KEY:
        raise ModelSignatureError(f"The key of the installation has {len(key)} bytes; {MIN_KEY} are needed.")
