"""What is in a text: passages with positions, chunks, concepts, links to known ones, prerequisites with evidence."""

from netsentinel.academy.extraction.answers import Answer, Learnt, most_telling
from netsentinel.academy.extraction.concepts import said_to_be
from netsentinel.academy.extraction.extract import extract
from netsentinel.academy.extraction.likeness import may_be_one
from netsentinel.academy.extraction.linking import Entry, Link, Linker
from netsentinel.academy.extraction.model import (
    Chunk,
    Document,
    Extraction,
    Found,
    FoundConcept,
    KnownConcept,
    Mention,
    Passage,
    PassageKind,
    Position,
    Prerequisite,
)
from netsentinel.academy.extraction.names import Names, named_in
from netsentinel.academy.extraction.parts import TextNames
from netsentinel.academy.extraction.prerequisites import Question
from netsentinel.academy.extraction.readers import PACKED_READERS, READERS, SUFFIXES, read_text
from netsentinel.academy.extraction.weaknesses import weaknesses

__all__ = [
    "PACKED_READERS",
    "READERS",
    "SUFFIXES",
    "Answer",
    "Chunk",
    "Document",
    "Entry",
    "Extraction",
    "Found",
    "FoundConcept",
    "KnownConcept",
    "Learnt",
    "Link",
    "Linker",
    "Mention",
    "Names",
    "Passage",
    "PassageKind",
    "Position",
    "Prerequisite",
    "Question",
    "TextNames",
    "extract",
    "may_be_one",
    "most_telling",
    "named_in",
    "read_text",
    "said_to_be",
    "weaknesses",
]
