"""How long a recording is, what it holds and how large its picture is, by its headers alone: nothing is unpacked."""

from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.reader.recordings.matroska import matroska
from netsentinel.academy.reader.recordings.mp4 import mp4
from netsentinel.academy.reader.recordings.ogg import ogg
from netsentinel.academy.reader.recordings.parts import Recording
from netsentinel.academy.reader.recordings.sound import flac, mp3, wav

__all__ = ["Recording", "probe"]

_HEAD: Final = 12
_PROBES: Final[Mapping[bytes, Callable[[BinaryIO], Recording]]] = {
    b"\x1a\x45\xdf\xa3": matroska,
    b"OggS": ogg,
    b"fLaC": flac,
    b"RIFF": wav,
}


def probe(file: BinaryIO, name: str) -> Recording:
    """What the headers of a recording say.

    Args:
        file: its bytes.
        name: what it is called, for the error.

    Raises:
        UnreadableTextError: its headers are broken, or name neither sound nor picture.
    """
    head = file.read(_HEAD)
    known = next((look for start, look in _PROBES.items() if head.startswith(start)), None)
    look = known or (mp4 if head[4:8] == b"ftyp" else mp3)
    file.seek(0)
    try:
        found = look(file)
    except (IndexError, OverflowError, ValueError) as error:
        raise UnreadableTextError(f"The headers of {name} are broken.") from error
    if not found.codecs:
        raise UnreadableTextError(f"{name} has no header that says which sound or picture it holds.")
    return found
