"""Which questions can be asked: every kind with what it needs, and nothing that gives the answer away or has none."""

import math
from collections.abc import Iterable
from typing import Final

from netsentinel.academy.practice.errors import InvalidQuestionError
from netsentinel.academy.practice.model import Content, Number, QuestionKind
from netsentinel.academy.practice.spelling import plain

MOST_OPTIONS: Final = 12
MAX_PROMPT: Final = 2_000
MAX_OPTION: Final = 300
MAX_EXPLANATION: Final = 6_000
MOST_CONCEPTS: Final = 8
MOST_FACTS: Final = 60
MAX_FACT: Final = 2_000
_MAX_CONCEPT: Final = 200
_LEAST: Final = 2

_WITH_OPTIONS: Final = frozenset({QuestionKind.CHOICE, QuestionKind.MULTIPLE})
_WITH_PAIRS: Final = frozenset({QuestionKind.MATCHING, QuestionKind.TRIAGE})


def check(content: Content) -> None:
    """Refuse what cannot be asked.

    Raises:
        InvalidQuestionError: the sentence says what is wrong.
    """
    _texts("The prompt", [content.prompt], MAX_PROMPT)
    _texts("The explanation", [content.explanation], MAX_EXPLANATION)
    if not 1 <= len(content.concepts) <= MOST_CONCEPTS:
        raise InvalidQuestionError(f"A question names 1 to {MOST_CONCEPTS} concepts.")
    _texts("A concept", content.concepts, _MAX_CONCEPT)
    if len(content.facts) > MOST_FACTS:
        raise InvalidQuestionError(f"A drill shows at most {MOST_FACTS} facts.")
    _texts("A fact's name", [fact.name for fact in content.facts], MAX_OPTION)
    if any(len(fact.value) > MAX_FACT for fact in content.facts):
        raise InvalidQuestionError(f"A fact has at most {MAX_FACT} characters.")
    if content.facts and content.kind is not QuestionKind.TRIAGE:
        raise InvalidQuestionError("Only a triage drill shows facts.")
    _check_key(content)


def _check_key(content: Content) -> None:
    kind, key = content.kind, content.key
    wants_text = kind not in _WITH_PAIRS and kind is not QuestionKind.NUMERIC
    if bool(key.right) is not wants_text or bool(key.pairs) is not (kind in _WITH_PAIRS):
        raise InvalidQuestionError(f"A question of the kind {kind} needs its own kind of answer, and no other.")
    if (key.number is not None) is not (kind is QuestionKind.NUMERIC):
        raise InvalidQuestionError("A number is the answer of a numeric question, and of no other.")
    if bool(content.options) is not (kind in _WITH_OPTIONS):
        raise InvalidQuestionError(f"Only {' and '.join(sorted(_WITH_OPTIONS))} have options.")
    if kind in _WITH_OPTIONS:
        _check_options(content)
    elif kind is QuestionKind.ORDERING:
        _several("What to put in order", key.right)
    elif kind is QuestionKind.SHORT:
        _texts("A right answer", key.right, MAX_OPTION)
        if not all(plain(one) for one in key.right) or len(key.right) > MOST_OPTIONS:
            raise InvalidQuestionError(f"A right answer has a letter or digit; there are at most {MOST_OPTIONS}.")
    elif kind in _WITH_PAIRS:
        _check_pairs(content)
    elif key.number is not None:
        _check_number(key.number)


def _check_options(content: Content) -> None:
    _several("Options", content.options)
    right = content.key.right
    if not set(right) <= set(content.options) or len(set(right)) != len(right):
        raise InvalidQuestionError("Every right answer is one of the options, word for word, and stands once.")
    if content.kind is QuestionKind.CHOICE and len(right) != 1:
        raise InvalidQuestionError("Exactly one option of a choice is right.")


def _check_pairs(content: Content) -> None:
    pairs = content.key.pairs
    _several("What is matched", [pair.left for pair in pairs])
    _texts("What is matched", [pair.right for pair in pairs], MAX_OPTION)
    if content.kind is QuestionKind.MATCHING and len({pair.right for pair in pairs}) < _LEAST:
        raise InvalidQuestionError("What is matched needs at least two different values.")


def _check_number(number: Number) -> None:
    figures = (number.value, number.tolerance, *(unit.factor for unit in number.units))
    if not all(math.isfinite(figure) for figure in figures) or number.tolerance < 0:
        raise InvalidQuestionError("The number and its tolerance are finite, and the tolerance is not below zero.")
    if any(unit.factor <= 0 for unit in number.units) or len(number.units) > MOST_OPTIONS:
        raise InvalidQuestionError(f"A unit's factor is above zero; there are at most {MOST_OPTIONS}.")
    _texts("A unit", [unit.name for unit in number.units], 20)
    if number.units and not number.unit:
        raise InvalidQuestionError("A number with further units has a unit itself.")


def _several(what: str, texts: Iterable[str]) -> None:
    found = list(texts)
    _texts(what, found, MAX_OPTION)
    if not _LEAST <= len(found) <= MOST_OPTIONS:
        raise InvalidQuestionError(f"{what}: {_LEAST} to {MOST_OPTIONS} are possible.")
    if len({" ".join(one.casefold().split()) for one in found}) != len(found):
        raise InvalidQuestionError(f"{what}: two are the same.")


def _texts(what: str, texts: Iterable[str], longest: int) -> None:
    for text in texts:
        if not text.strip() or len(text) > longest or "\0" in text:
            raise InvalidQuestionError(f"{what} has 1 to {longest} characters: {text[:60]!r}.")
