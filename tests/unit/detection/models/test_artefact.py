import io
import zipfile
from hashlib import sha256

import msgspec
import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError, ModelSignatureError
from netsentinel.detection.models import artefact
from netsentinel.detection.models.artefact import Manifest, Part, fingerprint, load, save
from netsentinel.detection.models.flow_classifier import FlowClassifier
from netsentinel.detection.models.nearest import Nearest
from netsentinel.detection.models.table import Feature, Schema
from netsentinel.kernel.errors import TooLargeError
from tests.unit.detection.models.rows import some_rows

KEY = b"k" * 32


@pytest.fixture(scope="module")
def good() -> bytes:
    model = Nearest()
    model.fit(*some_rows())
    return save(model, KEY)


def signed(manifest: Manifest, contents: bytes = b"") -> bytes:
    """A file that the key's owner might have made by accident: everything right but what it holds."""
    said = msgspec.json.encode(manifest)
    return b"NSMODEL1" + len(said).to_bytes(4, "big") + said + artefact._signature(KEY, said) + contents


def opened(good: bytes) -> tuple[Manifest, dict[str, bytes]]:
    return artefact._opened(good, KEY)


def with_arrays(good: bytes, content: bytes) -> bytes:
    manifest, _ = opened(good)
    part = Part("arrays.npz", len(content), sha256(content).hexdigest())
    return signed(msgspec.structs.replace(manifest, parts=[part]), content)


def npz(name: str, content: bytes, compression: int = zipfile.ZIP_STORED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as file:
        file.writestr(name, content)
    return packed.getvalue()


def npy(array: np.ndarray, *, pickled: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=pickled)
    return stream.getvalue()


def test_what_is_saved_is_named_by_its_hash(good: bytes) -> None:
    assert fingerprint(good) == sha256(good).hexdigest()
    assert load(good, KEY).name == "nearest"


@pytest.mark.parametrize("at", [0, 9, 40, 2_000, -1, -5_000])
def test_a_changed_byte_is_found(good: bytes, at: int) -> None:
    broken = bytearray(good)
    broken[at] ^= 1
    with pytest.raises(ModelFileError):
        load(bytes(broken), KEY)


@pytest.mark.parametrize("length", [0, 7, 11, 12, 100, 5_000])
def test_a_file_that_is_cut_off_is_refused(good: bytes, length: int) -> None:
    with pytest.raises(ModelFileError):
        load(good[:length], KEY)


def test_bytes_behind_the_end_are_refused(good: bytes) -> None:
    with pytest.raises(ModelFileError, match="longer than its manifest says"):
        load(good + b"\0", KEY)


def test_another_installations_file_is_refused(good: bytes) -> None:
    with pytest.raises(ModelSignatureError, match="not signed by this installation"):
        load(good, b"o" * 32)
    with pytest.raises(ModelSignatureError, match="32 are needed"):
        load(good, b"")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artefact, "MAX_FILE", len(good) - 1)
    with pytest.raises(TooLargeError):
        load(good, KEY)


def test_a_manifest_that_is_no_json_or_says_more_than_it_may_is_refused(good: bytes) -> None:
    for said in (b"[" * 100_000, b"{}", b'{"format":1,"model":"x","extra":1}', b"\xff"):
        data = b"NSMODEL1" + len(said).to_bytes(4, "big") + said + artefact._signature(KEY, said)
        with pytest.raises(ModelFileError, match="manifest"):
            load(data, KEY)


def test_an_unknown_format_model_or_schema_is_refused(good: bytes) -> None:
    manifest, contents = opened(good)
    rest = b"".join(contents.values())
    with pytest.raises(ModelFileError, match="format 2"):
        load(signed(msgspec.structs.replace(manifest, format=2), rest), KEY)
    with pytest.raises(ModelFileError, match="does not know: 'oracle'"):
        load(signed(msgspec.structs.replace(manifest, model="oracle"), rest), KEY)
    other = Schema((*manifest.schema.features, Feature("more")))
    with pytest.raises(ModelFileError, match="whose version"):
        load(signed(msgspec.structs.replace(manifest, schema=other), rest), KEY)
    with pytest.raises(ModelFileError):
        load(signed(msgspec.structs.replace(manifest, schema=other, schema_version=other.version), rest), KEY)


def test_a_zip_bomb_is_refused_unopened(good: bytes) -> None:
    bomb = npz("memory.npy", npy(np.zeros(20_000_000, np.uint8)), zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    with pytest.raises(ModelFileError, match="compressed"):
        load(with_arrays(good, bomb), KEY)


def test_a_member_that_lies_about_its_size_is_refused(good: bytes) -> None:
    packed = bytearray(npz("memory.npy", npy(np.zeros(4))))
    at = packed.index(b"PK\x01\x02") + 24  # the uncompressed size in the central directory
    packed[at : at + 4] = (2**31).to_bytes(4, "little")
    with pytest.raises(ModelFileError):
        load(with_arrays(good, bytes(packed)), KEY)


def test_an_array_of_objects_is_refused_unread(good: bytes) -> None:
    hostile = npz("memory.npy", npy(np.array([{"a": 1}], dtype=object), pickled=True))
    with pytest.raises(ModelFileError, match="no plain data"):
        load(with_arrays(good, hostile), KEY)


def test_an_array_that_claims_to_be_huge_is_refused(good: bytes) -> None:
    content = npy(np.zeros((3, 3)))
    content = content.replace(b"(3, 3)", b"(9, 9)")
    with pytest.raises(ModelFileError, match="not as large as it says"):
        load(with_arrays(good, npz("memory.npy", content)), KEY)


def test_arrays_with_numbers_that_are_none_are_refused(good: bytes) -> None:
    with pytest.raises(ModelFileError, match="numbers that are none"):
        load(with_arrays(good, npz("memory.npy", npy(np.array([1.0, np.nan])))), KEY)


def test_too_many_arrays_are_refused(good: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for number in range(129):
            file.writestr(f"{number}.npy", npy(np.zeros(1)))
    with pytest.raises(ModelFileError, match="129 arrays"):
        load(with_arrays(good, packed.getvalue()), KEY)


@pytest.mark.parametrize("content", [b"", b"no zip at all", npz("memory.npy", b"no array"), npz("memory.npy", b"")])
def test_what_is_no_array_file_is_refused(good: bytes, content: bytes) -> None:
    with pytest.raises(ModelFileError):
        load(with_arrays(good, content), KEY)


@pytest.mark.parametrize("text", ["", "tree\nrubbish\n", "not trees", "tree\nversion=v4\nnum_class=1\n"])
def test_trees_that_are_none_are_refused(text: str) -> None:
    model = FlowClassifier()
    model.fit(*some_rows())
    manifest, contents = opened(save(model, KEY))
    said = {**contents, "trees.txt": text.encode()}
    parts = [Part(name, len(part), sha256(part).hexdigest()) for name, part in said.items()]
    with pytest.raises(ModelFileError):
        load(signed(msgspec.structs.replace(manifest, parts=parts), b"".join(said.values())), KEY)
