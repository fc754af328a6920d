"""Reads ATT&CK's STIX bundles, 2.0 and 2.1, as published: plain JSON, of which a few kinds of objects count."""

import gzip
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from netsentinel.academy.graph.attack.table import AttackRow
from netsentinel.academy.graph.errors import InvalidClaimError
from netsentinel.academy.graph.model import ConceptKind

_KINDS: Final = {
    "x-mitre-tactic": ConceptKind.TACTIC,
    "attack-pattern": ConceptKind.TECHNIQUE,
    "course-of-action": ConceptKind.MITIGATION,
}
_MOST_TEXT: Final = 300
_MOST_READ: Final = 3_000
"""Characters of a description that are looked at: the patterns below take the square of their number at worst."""
MOST_BYTES: Final = 256 * 1024 * 1024
"""Of a bundle, unpacked; Enterprise 18.1 has some 50 MB."""
_CITATION: Final = re.compile(r"\(Citation: [^)]*\)")
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_TAG: Final = re.compile(r"</?[a-z]+>")
_SENTENCE_END: Final = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)[.!?](?=\s+[A-Z]|\s*$)")


class _Reference(msgspec.Struct):
    external_id: str = ""
    source_name: str = ""


class _Phase(msgspec.Struct):
    phase_name: str


class _Thing(msgspec.Struct):
    """What counts of an object; the rest is skipped while decoding."""

    type: str
    id: str = ""
    name: str = ""
    description: str = ""
    revoked: bool = False
    x_mitre_deprecated: bool = False
    x_mitre_shortname: str = ""
    external_references: tuple[_Reference, ...] = ()
    kill_chain_phases: tuple[_Phase, ...] = ()
    relationship_type: str = ""
    source_ref: str = ""
    target_ref: str = ""

    @property
    def is_current(self) -> bool:
        return not (self.revoked or self.x_mitre_deprecated)

    @property
    def number(self) -> str:
        """The id by which ATT&CK is quoted; empty for none."""
        return next((one.external_id for one in self.external_references if one.source_name.startswith("mitre-")), "")


class _Bundle(msgspec.Struct):
    objects: list[_Thing]


_decode: Final = msgspec.json.Decoder(_Bundle).decode


def read_bundle(path: Path) -> bytes:
    """A bundle's bytes, unpacked where its name ends in `.gz`.

    Raises:
        InvalidClaimError: it is larger than a bundle can be, or cannot be unpacked.
        OSError: the file cannot be read.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InvalidClaimError(f"This file cannot be unpacked: {error}.") from error
    if len(raw) > MOST_BYTES:
        raise InvalidClaimError(f"A STIX bundle has at most {MOST_BYTES:,} bytes when it is unpacked.")
    return raw


def rows_from_bundle(bundle: bytes) -> list[AttackRow]:
    """The current tactics, techniques and mitigations of a bundle, by id; what is revoked or deprecated is left out.

    Raises:
        InvalidClaimError: it is no STIX bundle, or there is nothing of ATT&CK in it.
    """
    try:
        things = [one for one in _decode(bundle).objects if one.is_current]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidClaimError(f"This is no STIX bundle: {error}.") from error
    named = {one.id: one for one in things if one.type in _KINDS and one.number and one.name}
    if not named:
        raise InvalidClaimError("There are no tactics, techniques or mitigations of ATT&CK in this bundle.")
    tactics = {one.x_mitre_shortname: one.number for one in named.values() if one.type == "x-mitre-tactic"}
    mitigated = _mitigated(things, named)
    return sorted((_row(one, tactics, mitigated) for one in named.values()), key=lambda row: row.id)


def _mitigated(things: Iterable[_Thing], named: dict[str, _Thing]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in things:
        if one.relationship_type == "mitigates" and one.source_ref in named and one.target_ref in named:
            found.setdefault(one.target_ref, set()).add(named[one.source_ref].number)
    return found


def _row(one: _Thing, tactics: dict[str, str], mitigated: dict[str, set[str]]) -> AttackRow:
    kind, number = _KINDS[one.type], one.number
    under: list[str] = []
    if kind is ConceptKind.TECHNIQUE:
        parent, _, part = number.partition(".")
        phases = {tactics[phase.phase_name] for phase in one.kill_chain_phases if phase.phase_name in tactics}
        under = [parent] if part else sorted(phases)
    return AttackRow(
        id=number,
        kind=kind,
        name=_plain(one.name),
        under=tuple(under),
        mitigated_by=tuple(sorted(mitigated.get(one.id, ()))),
        text=_first_sentence(one.description),
    )


def _plain(text: str) -> str:
    return " ".join(_TAG.sub("", _LINK.sub(r"\1", _CITATION.sub("", text[:_MOST_READ]))).replace("`", "").split())


def _first_sentence(description: str) -> str:
    text = _plain(description)
    end = _SENTENCE_END.search(text)
    sentence = text[: end.end()] if end else text
    return sentence if len(sentence) <= _MOST_TEXT else sentence[: _MOST_TEXT - 1].rsplit(" ", 1)[0] + "\u2026"
