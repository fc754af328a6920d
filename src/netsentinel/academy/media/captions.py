"""Which captions belong to which recording: those of the same folder and name, but for the suffix and a language."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from netsentinel.academy.media.model import Medium
from netsentinel.academy.reader.kinds import RECORDINGS, MediumKind

LANGUAGE: Final = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
"""A tag of RFC 5646, as far as files are called by it: `lecture.en.vtt`, `lecture.pt-BR.vtt`."""
_LANGUAGE: Final = re.compile(LANGUAGE)


def stem_of(name: str) -> str:
    """A medium's name without its suffix: `week 1/lecture` of `week 1/lecture.mp4`."""
    return name.removesuffix(PurePosixPath(name).suffix)


def stems_of(medium: Medium) -> tuple[str, ...]:
    """What a recording's name without its suffix may be, for the captions to be its; the last is the shortest."""
    stem = stem_of(medium.name)
    if medium.kind is not MediumKind.CAPTIONS:
        return (stem,)
    shorter, _, language = stem.rpartition(".")
    has_language = shorter and not shorter.endswith("/") and _LANGUAGE.fullmatch(language) is not None
    return (stem, shorter) if has_language else (stem,)


def beside(medium: Medium, others: Iterable[Medium]) -> tuple[Medium, ...]:
    """Of other media, the captions of a recording, or the recordings of captions; what is named most like it first."""
    if medium.kind is MediumKind.CAPTIONS:
        found = [one for one in others if one.kind in RECORDINGS and stem_of(one.name) in stems_of(medium)]
    elif medium.kind in RECORDINGS:
        own = stem_of(medium.name)
        found = [one for one in others if one.kind is MediumKind.CAPTIONS and own in stems_of(one)]
    else:
        found = []
    return tuple(sorted(found, key=lambda one: (len(one.name), one.name)))
