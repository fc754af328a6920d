"""Speech becomes text: what a plug-in that understands speech offers, how it is found, and what it says as WebVTT."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from netsentinel.academy.extraction.model import stamp
from netsentinel.academy.reader.errors import NoTranscriberError

GROUP: Final = "netsentinel.transcribers"
"""Where plug-ins are registered as entry points: a name, and a class that is made without arguments."""
MOST_SPEECH: Final = 100_000
"""Pieces of one recording."""
MOST_TEXT: Final = 8 * 1024 * 1024
"""Characters of one recording: eight days of speech."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Some seconds of speech: where they begin and end in the recording, and what is said."""

    begin_ms: int
    end_ms: int
    text: str


@runtime_checkable
class Transcriber(Protocol):
    """Understands speech; a plug-in, made and used in a process that gives up network, files and programs.

    It is made before that process confines itself: there it loads its libraries and its model. Afterwards it can read
    files, and neither write nor start anything.
    """

    def transcribe(self, path: Path, media_type: str, language: str) -> Iterator[Speech]:
        """What is said in a recording, in order, each piece as soon as it is known.

        Args:
            path: the recording; its name says nothing about its format.
            media_type: its format, for example `video/mp4`.
            language: a tag such as `en`; empty where it is to find out.

        Raises:
            ValueError: it cannot make anything of it; the text of the error is shown to people.
        """
        ...


def chosen_transcriber(wanted: str) -> str:
    """The name of the plug-in that understands speech.

    Args:
        wanted: the one that the settings name; empty for the first one that is installed.

    Raises:
        NoTranscriberError: there is none, or not the one that is wanted.
    """
    names = sorted({one.name for one in entry_points(group=GROUP)})
    if wanted:
        if wanted not in names:
            there = ", ".join(names) or "none"
            raise NoTranscriberError(f"NETSENTINEL_MEDIA_TRANSCRIBER is {wanted!r}; installed are: {there}.")
        return wanted
    if not names:
        raise NoTranscriberError("Nothing that understands speech is installed. Upload captions beside the recording.")
    return names[0]


def load_transcriber(name: str) -> Transcriber:
    """Make the plug-in of that name.

    Raises:
        NoTranscriberError: there is none, or it is no transcriber.
    """
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    made = found.load()() if found is not None else None
    if not isinstance(made, Transcriber):
        raise NoTranscriberError(f"{name} is no transcriber that is installed.")
    return made


def webvtt(speech: Iterable[Speech], note: str) -> str:
    """Captions of what is said.

    Args:
        speech: the pieces, in order.
        note: who heard it; one line.
    """
    lines = ["WEBVTT", "", f"NOTE {_one_line(note)}", ""]
    for one in speech:
        text = _one_line(one.text)
        if text:
            begin = max(0, one.begin_ms)
            lines += [f"{stamp(begin)} --> {stamp(max(begin, one.end_ms))}", text, ""]
    return "\n".join(lines)


def _one_line(text: str) -> str:
    """Text that is nothing else in WebVTT: no markup, no times, no empty line."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    for char, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        plain = plain.replace(char, written)
    return " ".join(plain.split())
