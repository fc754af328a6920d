"""WebVTT and SubRip captions: what is said, and when; cues are joined to some seconds of speech."""

import re
from html import unescape
from typing import Final

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.extraction.model import Document, Passage, PassageKind, Position

_TIME: Final = r"((?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{1,3})"
_TIMES: Final = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_TAGS: Final = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,100}\}")
_SPEAKER: Final = re.compile(r"^(?:>>|-)\s*")
_MOST_WORDS: Final = 60
_LEAST_WORDS: Final = 25
_SILENCE_MS: Final = 4_000
_NOTES: Final = ("NOTE", "STYLE", "REGION", "WEBVTT")


def read_captions(text: str, title: str) -> Document:
    """The document in captions.

    Raises:
        UnreadableTextError: no line of it is a time.
    """
    passages: list[Passage] = []
    said: list[str] = []
    begin, count, ended, last = 0, 0, 0, ""

    def flush() -> None:
        nonlocal said, count
        if said:
            passages.append(Passage(text=" ".join(said), position=Position(at_ms=begin), kind=PassageKind.TEXT))
        said, count = [], 0

    for start, end, body in _cues(text):
        is_long = count >= _MOST_WORDS or (count >= _LEAST_WORDS and said[-1].endswith((".", "!", "?", "\u3002")))
        if is_long or start - ended > _SILENCE_MS:
            flush()
        ended = end
        fresh = _unrolled(last, body)
        last = body
        if not fresh:
            continue
        if not said:
            begin = start
        said.append(fresh)
        count += len(fresh.split())
    flush()
    return Document(title, tuple(passages))


def _unrolled(last: str, body: str) -> str:
    """What a cue says that the one before did not: roll-up captions repeat their last line."""
    if body == last or not body:
        return ""
    return body[len(last) :].strip() if last and body.startswith(last + " ") else body


def _cues(text: str) -> list[tuple[int, int, str]]:
    """(begin ms, end ms, text) of each cue, by when it begins."""
    cues: list[tuple[int, int, str]] = []
    times: tuple[int, int] | None = None
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        found = _TIMES.match(line)
        if found:
            times, lines = (_ms(found[1]), _ms(found[2])), []
        elif not line.strip():
            if times:
                cues.append((*times, " ".join(lines)))
            times, lines = None, []
        elif times and not line.startswith(_NOTES):
            lines.append(" ".join(_SPEAKER.sub("", unescape(_TAGS.sub("", line))).split()))
    if not cues and text.strip():
        raise UnreadableTextError("These captions hold no time such as 00:01:02.000 --> 00:01:04.000.", line=1)
    return sorted(cues, key=lambda cue: cue[:2])


def _ms(stamp: str) -> int:
    clock, _, fraction = stamp.replace(",", ".").partition(".")
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds * 1_000 + int(fraction.ljust(3, "0"))
