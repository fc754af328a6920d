"""Concepts of a text: what the graph knows already, what the text defines, its headings, and its terms."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from netsentinel.academy.extraction.model import Found, KnownConcept, Passage, PassageKind
from netsentinel.academy.extraction.names import Names, folded, is_telling, key_of
from netsentinel.academy.extraction.terms import ranked_terms
from netsentinel.academy.extraction.words import STOP_WORDS, sentences

_MOST_NAME_WORDS: Final = 6
_MOST_NAME_CHARS: Final = 80
_MOST_DEFINITION: Final = 600
_NUMBERING: Final = re.compile(
    r"^(?:(?:chapter|section|part|lesson|module|rule|step)\s+)?[#\d.:()\s]*[.:)\u2013-]?\s+(?=\S)"
    r"|^\d+(?:\.\d+)*\s*",
    re.IGNORECASE,
)
_ASKED: Final = re.compile(
    r"^(?:what (?:is|are)|how (?:does|do)|why|introduction to|overview of|understanding|about)\s+"
    r"(?:an?\s+|the\s+)?(.+?)"
    r"(?:\s+works?)?\??$",
    re.IGNORECASE,
)
_ASIDE: Final = re.compile(r"\s*\([^()]*\)")
_IS_A: Final = re.compile(
    r"^(?:An?\s+|The\s+|In \w+,\s+)?(?P<name>[^\s,;:]+(?:\s+[^\s,;:]+){0,4}?)(?:\s+\((?P<short>[A-Z][\w-]{1,11})\))?\s+"
    r"(?:is|are|refers to|means|is defined as|is known as|describes)\s+"
    r"(?P<what>(?:an?|the|any|when|one of|when an?)\s+\S.{15,})"
)
_GOES_ON: Final = re.compile(r"(?:is|are|was|were|means|refers|describes|has|have|does|can|may|must)\b")
"""What is said of a term as the rest of a sentence, which says nothing without it."""
_GENERAL_WORDS: Final = """
introduction conclusion conclusions summary references reference overview background appendix contents resource
resources example examples exercise exercises further reading related article articles note notes definition
definitions glossary goal goals purpose scope abstract acknowledgement acknowledgements index author authors
changelog license licence recommendation recommendations guideline guidelines faq question questions answer answers
quiz objectives tips methodology context rule step steps section usage
"""
_GENERAL: Final = frozenset(_GENERAL_WORDS.split())
WEIGHTS: Final = {Found.KNOWN: 1.0, Found.GLOSSARY: 0.9, Found.HEADING: 0.7, Found.TERM: 0.5}


@dataclass
class Candidate:
    """A concept before it is known where it is named."""

    name: str
    key: str
    found: Found
    definition: str = ""
    aliases: set[str] = field(default_factory=set[str])


def candidates(
    placed: Sequence[tuple[int, Passage]], known: Iterable[KnownConcept], *, most_terms: int
) -> dict[str, Candidate]:
    """Key -> what may be a concept of the text, the surest kind of each; all known ones are among them."""
    concepts: dict[str, Candidate] = {}
    names = Names()
    for one in known:
        concepts.setdefault(one.key, Candidate(one.names[0], one.key, Found.KNOWN))
        for name in one.names:
            if is_telling(name):
                concepts[one.key].aliases.add(name)
            names.add(name, one.key)
    for passage in (passage for _, passage in placed if passage.kind is not PassageKind.CODE):
        for name, definition, short in _defined(passage):
            _add(concepts, names, name, Found.GLOSSARY, definition, short)
    for _, passage in placed:
        if passage.kind is PassageKind.HEADING and (name := heading_name(passage.text)):
            _add(concepts, names, name, Found.HEADING, "", "")
    texts = (passage.text for _, passage in placed if passage.kind in (PassageKind.TEXT, PassageKind.DEFINITION))
    for term in ranked_terms((sentence for text in texts for sentence in sentences(text)), most_terms):
        if term.parts[-1] not in _GENERAL:
            _add(concepts, names, term.name, Found.TERM, "", "")
    return concepts


def _add(concepts: dict[str, Candidate], names: Names, name: str, found: Found, definition: str, short: str) -> None:
    key = names.get(name) or key_of(name)
    if not key:
        return
    one = concepts.setdefault(key, Candidate(name, key, found))
    one.definition = one.definition or definition[:_MOST_DEFINITION]
    one.aliases.add(name)
    names.add(name, key)
    if short and not names.get(short):
        one.aliases.add(short)
        names.add(short, key)


def heading_name(heading: str) -> str:
    """The concept that a heading announces; empty for one that announces none, such as `Introduction`."""
    text = _NUMBERING.sub("", heading).strip(" :.\u2013\u2014-")
    asked = _ASKED.match(text)
    text = _ASIDE.sub("", asked[1] if asked else text).strip(" ?!:.")
    parts = folded(text)
    is_name = 0 < len(parts) <= _MOST_NAME_WORDS and len(text) <= _MOST_NAME_CHARS
    says = [part for part in parts if part not in STOP_WORDS and part not in _GENERAL and not part.isdigit()]
    if not is_name or not says or not any(char.isalpha() for char in text):
        return ""
    is_sentence = (
        parts[0] in STOP_WORDS or parts[-1] in STOP_WORDS or (asked is None and heading.rstrip().endswith("?"))
    )
    return "" if is_sentence else text


def _defined(passage: Passage) -> Iterable[tuple[str, str, str]]:
    """(name, definition, abbreviation) of what a passage defines."""
    if passage.term:
        if is_name(passage.term):
            said = passage.text[len(passage.term) :].lstrip(" :")
            yield passage.term, f"{passage.term} {said}" if _GOES_ON.match(said) else said, ""
        return
    if passage.kind is PassageKind.HEADING:
        return
    emphasised = {one.casefold() for one in passage.emphasised}
    for number, sentence in enumerate(sentences(passage.text)):
        found = _IS_A.match(sentence)
        # Away from a paragraph's beginning, most sentences of this form are no definitions.
        if found and is_name(found["name"]) and (number == 0 or found["name"].casefold() in emphasised):
            yield found["name"], sentence, found["short"] or ""


def said_to_be(sentence: str) -> tuple[str, str] | None:
    """What a sentence defines, and what it says that it is: ("Port scan", "a sweep of many ports of one host.")."""
    found = _IS_A.match(sentence)
    return (found["name"], found["what"]) if found and is_name(found["name"]) else None


def is_name(text: str) -> bool:
    """Whether a text can be a concept's name: a few words, none of the ends a function word."""
    parts = folded(text)
    if not parts or len(parts) > _MOST_NAME_WORDS or len(text) > _MOST_NAME_CHARS or not is_telling(text):
        return False
    ends_well = parts[0] not in STOP_WORDS and parts[-1] not in STOP_WORDS
    return ends_well and parts[-1] not in _GENERAL and any(char.isalpha() for char in text)
