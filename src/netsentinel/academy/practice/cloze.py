"""Prompts made of a sentence that defines a concept: the sentence with a gap, or what it says that the thing is."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from netsentinel.academy.extraction import said_to_be
from netsentinel.academy.graph import key_of

GAP: Final = "____"
_LEAST_WORDS: Final = 5
_MOST: Final = 600
_MOST_NAMES: Final = 50
_SEVERAL: Final = re.compile(rf"{GAP}(?:\s*\(\s*{GAP}\s*\))+")
_ARTICLE: Final = re.compile(rf"\b([Aa])n?(?=\s+{GAP})")


class Form(StrEnum):
    """What is made of a sentence."""

    CLOZE = "cloze"
    """The sentence with a gap where the concept's name stood."""
    DEFINITION = "definition"
    """Which of these is defined so."""


def prompt(form: Form, text: str, names: Iterable[str]) -> str:
    """What is asked; empty when the text does not make a question of this form.

    Args:
        form: how it is asked.
        text: a sentence that defines the concept, or what a glossary says of it.
        names: every name that the concept is known by: none of them is left in the prompt.
    """
    said = plain_text(text)
    if form is Form.CLOZE:
        gapped = with_gaps(said, names)
        return f"Which concept fills the gap? {gapped}" if GAP in gapped and _says_enough(gapped) else ""
    named = tuple(names)
    found = said_to_be(said)
    what = found[1] if found and key_of(found[0]) in {key_of(name) for name in named} else said
    gapped = with_gaps(what, named)
    return f"Which of these is defined as: {gapped}" if _says_enough(gapped) else ""


def plain_text(text: str) -> str:
    """A text in one line of printable characters, 600 at most."""
    return " ".join("".join(char if char.isprintable() else " " for char in text[: 2 * _MOST]).split())[:_MOST]


def with_gaps(text: str, names: Iterable[str]) -> str:
    """The text with a gap instead of each name, plurals and other ways to join its words included."""
    pattern = _pattern(names)
    gapped = pattern.sub(GAP, text) if pattern else text
    return _ARTICLE.sub(r"\1(n)", _SEVERAL.sub(GAP, gapped))


def mentions(text: str, names: Iterable[str]) -> bool:
    """Whether one of the names stands in the text."""
    pattern = _pattern(names)
    return pattern is not None and pattern.search(text) is not None


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    ways = sorted({way for name in names if (way := _way(name))}, key=lambda way: (-len(way), way))[:_MOST_NAMES]
    return re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?:e?s)?(?!\w)", re.IGNORECASE) if ways else None


def _way(name: str) -> str:
    return r"[\s_\-]+".join(re.escape(word) for word in re.split(r"[\s_\-]+", name.strip()) if word)


def _says_enough(gapped: str) -> bool:
    return len([word for word in gapped.replace(GAP, " ").split() if any(map(str.isalpha, word))]) >= _LEAST_WORDS
