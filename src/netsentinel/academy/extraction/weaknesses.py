"""Names of weaknesses in software, MITRE's CWE, by which texts are searched whatever the graph holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from netsentinel.academy.extraction.model import Document, KnownConcept
from netsentinel.academy.extraction.names import Names, key_of, named_in
from netsentinel.academy.extraction.words import bundled


@dataclass(frozen=True, slots=True)
class Weakness:
    """One of CWE's weaknesses."""

    concept: KnownConcept
    """Its key is that of its number: `cwe 89`."""
    text: str
    """Its number, and the first sentence of its description."""


@cache
def weaknesses() -> Mapping[str, Weakness]:
    """Key -> weakness, all that the bundled table has.

    Raises:
        NotFoundError: this installation is incomplete.
    """
    found: dict[str, Weakness] = {}
    for line in bundled("weaknesses.tsv").splitlines():
        if not line.startswith("#"):
            number, names, text = line.split("\t")
            key = key_of(f"CWE-{number}")
            concept = KnownConcept(key, (*names.split("|"), f"CWE-{number}"))
            found[key] = Weakness(concept, f"CWE-{number}: {text}")
    return found


def weaknesses_in(document: Document) -> list[KnownConcept]:
    """The weaknesses that a document names, by title, by another name or by number, in the order of their keys."""
    table = weaknesses()
    return [table[key].concept for key in sorted(named_in(document, _names()))]


@cache
def _names() -> Names:
    return Names(one.concept for one in weaknesses().values())
