"""From the bytes of a medium to its text with positions, and facts such as its length; by its format."""

from pathlib import Path

from netsentinel.academy.extraction import Document, read_text
from netsentinel.academy.extraction.readers import title_of
from netsentinel.academy.reader.kinds import RECORDINGS, MediumKind, format_of
from netsentinel.academy.reader.model import Facts, ReadMedium
from netsentinel.academy.reader.pictures import pixels_of
from netsentinel.academy.reader.recordings import Recording, probe


def read_file(path: Path, name: str) -> ReadMedium:
    """What a file says, and facts about it.

    Args:
        path: where its bytes are.
        name: what the medium is called, which says its format.

    Raises:
        UnreadableTextError: it is not what its name says.
    """
    kind = format_of(name).kind
    if kind is MediumKind.IMAGE:
        with path.open("rb") as file:
            width, height = pixels_of(file, name)
        return ReadMedium(Document(title_of(name), ()), Facts(width=width, height=height))
    if kind in RECORDINGS:
        with path.open("rb") as file:
            return ReadMedium(Document(title_of(name), ()), _facts_of(probe(file, name)))
    document = read_text(name, path.read_bytes())
    return ReadMedium(document, _facts(document))


def _facts_of(found: Recording) -> Facts:
    return Facts(
        width=found.width,
        height=found.height,
        duration_ms=found.duration_ms,
        codec=", ".join(found.codecs),
    )


def _facts(document: Document) -> Facts:
    places = [one.position for one in document.passages]
    return Facts(
        pages=max((one.page for one in places), default=0),
        slides=max((one.slide for one in places), default=0),
        duration_ms=max((one.at_ms for one in places), default=0) if places and places[0].at_ms >= 0 else 0,
    )
