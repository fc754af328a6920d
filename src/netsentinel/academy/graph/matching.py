"""How a search finds concepts by their names, the same in every store."""

from collections.abc import Iterable
from typing import Final

from netsentinel.academy.graph.keys import key_of
from netsentinel.academy.graph.model import Concept, ConceptKind

MOST_WORDS: Final = 8
_WHOLE, _BEGINS, _HAS_WORD, _CONTAINS = range(4)


def words_of(text: str) -> list[str]:
    """The words that a name must contain."""
    return key_of(text).split()[:MOST_WORDS]


def searchable(concept: Concept) -> str:
    """Everything that is searched of a concept: its key and its names as keys, one a line."""
    return "\n".join(dict.fromkeys([concept.key, *map(key_of, concept.names)]))


def place_of(concept: Concept) -> tuple[str, str]:
    """Where a concept stands in lists: by its name, whatever its capital letters."""
    return key_of(concept.name), concept.id


def best(concepts: Iterable[Concept], text: str, kind: ConceptKind | None, limit: int) -> list[Concept]:
    """Of these, the ones that match, the best first: whole names, beginnings, whole words, then parts of words."""
    wanted, words = key_of(text), words_of(text)
    if not words:
        return []
    found: list[tuple[int, int, str, str, Concept]] = []
    for concept in concepts:
        lines = searchable(concept).split("\n")
        ranks = [_rank(line, wanted, words) for line in lines if all(word in line for word in words)]
        if ranks and kind in (None, concept.kind):
            found.append((min(ranks), len(concept.name), concept.name, concept.id, concept))
    return [item[4] for item in sorted(found, key=lambda item: item[:4])[:limit]]


def _rank(line: str, wanted: str, words: list[str]) -> int:
    if line == wanted:
        return _WHOLE
    if line.startswith(wanted):
        return _BEGINS
    return _HAS_WORD if set(words) <= set(line.split()) else _CONTAINS
