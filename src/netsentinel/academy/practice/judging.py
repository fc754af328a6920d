"""Posing a question without its answer, and judging what was given."""

import random
from collections.abc import Sequence
from typing import Final

from netsentinel.academy.practice.model import Content, Field, Posed, Question, QuestionKind, SourceKind
from netsentinel.academy.practice.results import Given, Judgement, Part
from netsentinel.academy.practice.spelling import distance, number_of, plain, typos_let_pass
from netsentinel.kernel.types import Level

VERDICT: Final = "Verdict"
SEVERITY: Final = "Severity"
NEXT_STEP: Final = "Next step"
VERDICTS: Final = ("True positive", "False positive", "Benign")
NEXT_STEPS: Final = (
    "Contain, and open an incident",
    "Tune or suppress the rule",
    "Close with a note: it was expected",
)
SEVERITIES: Final = tuple(level.value for level in Level)
_TRIAGE_VALUES: Final = {VERDICT: VERDICTS, SEVERITY: SEVERITIES, NEXT_STEP: NEXT_STEPS}
_UNTOLD: Final = frozenset({SourceKind.ALERT, SourceKind.CONCEPT})
"""What a learner may not look up: an alert leads back to the masked names, a concept is the answer."""
_SHUFFLE: Final = random.SystemRandom()
"""Nobody can work out the order from what they know of the question."""


def pose(question: Question) -> Posed:
    """The question as a learner sees it."""
    content = question.content
    options = content.key.right if content.kind is QuestionKind.ORDERING else content.options
    source = question.source  # the sentence that a draft was made from is the answer
    number = content.key.number
    return Posed(
        id=question.id,
        version=question.version,
        kind=content.kind,
        prompt=content.prompt,
        options=tuple(_SHUFFLE.sample(options, len(options))),
        fields=_fields(content),
        facts=content.facts,
        unit=number.unit if number else "",
        concepts=() if source.sentence else content.concepts,  # what a sentence defines is the answer
        source=type(source)(kind=source.kind, id="" if source.kind in _UNTOLD else source.id),
    )


def _fields(content: Content) -> tuple[Field, ...]:
    pairs = content.key.pairs
    if content.kind is QuestionKind.TRIAGE:
        return tuple(Field(pair.left, _TRIAGE_VALUES.get(pair.left, (pair.right,))) for pair in pairs)
    rights = sorted({pair.right for pair in pairs})
    lefts = _SHUFFLE.sample(pairs, len(pairs))
    return tuple(Field(pair.left, tuple(_SHUFFLE.sample(rights, len(rights)))) for pair in lefts)


def guess_of(content: Content) -> float:
    """With what probability somebody who knows nothing answers right."""
    if content.kind is QuestionKind.CHOICE:
        return 1 / len(content.options)
    if content.kind is QuestionKind.MULTIPLE:
        return 1 / (2 ** len(content.options) - 1)
    if content.kind is QuestionKind.TRIAGE:
        return 1 / (len(VERDICTS) * len(NEXT_STEPS) * 2)
    return 0.0


def judge(content: Content, given: Given) -> Judgement:
    """What an answer is worth."""
    kind = content.kind
    if kind is QuestionKind.SHORT:
        return _short(content, given.text)
    if kind is QuestionKind.NUMERIC:
        return _numeric(content, given.text)
    if kind is QuestionKind.ORDERING:
        return _ordering(content.key.right, given.chosen)
    if kind in {QuestionKind.MATCHING, QuestionKind.TRIAGE}:
        return _pairs(content, given)
    return _options(content.key.right, given.chosen)


def _options(right: Sequence[str], chosen: Sequence[str]) -> Judgement:
    picked, wanted = set(chosen), set(right)
    share = max(0.0, (len(picked & wanted) - len(picked - wanted)) / len(wanted))
    return Judgement(picked == wanted, share, tuple(right))


def _short(content: Content, text: str) -> Judgement:
    answers, given = content.key.right, plain(text)
    shown = answers[:1]
    for answer in answers:
        if given == plain(answer):
            return Judgement(is_right=True, share=1.0, right=shown)
    for answer in answers:
        wanted = plain(answer)
        most = typos_let_pass(wanted)
        if most and given and distance(given, wanted, most) <= most:
            return Judgement(True, 1.0, shown, note=f"Spelled {answer!r}; the typing error was let pass.")
    return Judgement(is_right=False, share=0.0, right=shown)


def _numeric(content: Content, text: str) -> Judgement:
    number = content.key.number
    if number is None:
        return Judgement(is_right=False, share=0.0, right=())
    value = number_of(text, number)
    shown = (f"{number.value:g} {number.unit}".strip(),)
    if value is None:
        units = ", ".join((number.unit, *(unit.name for unit in number.units))) if number.unit else "none"
        return Judgement(False, 0.0, shown, note=f"No number was read from {text[:40]!r}. Units: {units}.")
    slack = 1e-9 * max(1.0, abs(number.value))
    is_right = abs(value - number.value) <= number.tolerance + slack
    note = f"Anything within {number.tolerance:g} counts." if number.tolerance else ""
    return Judgement(is_right, float(is_right), shown, note=note)


def _ordering(right: Sequence[str], chosen: Sequence[str]) -> Judgement:
    given = [*chosen, *[""] * len(right)][: len(right)]
    parts = tuple(
        Part(str(place), one, wanted, one == wanted)
        for place, (one, wanted) in enumerate(zip(given, right, strict=True), 1)
    )
    is_right = tuple(chosen) == tuple(right)
    return Judgement(is_right, sum(part.is_right for part in parts) / len(parts), tuple(right), parts)


def _pairs(content: Content, given: Given) -> Judgement:
    parts: list[Part] = []
    for pair in content.key.pairs:
        one = given.pairs.get(pair.left, "")
        is_severity = content.kind is QuestionKind.TRIAGE and pair.left == SEVERITY
        fits = _is_near(one, pair.right) if is_severity else one == pair.right
        parts.append(Part(pair.left, one, pair.right, fits))
    share = sum(part.is_right for part in parts) / len(parts)
    note = "A severity one level off counts." if content.kind is QuestionKind.TRIAGE else ""
    shown = tuple(f"{pair.left}: {pair.right}" for pair in content.key.pairs)
    return Judgement(share == 1.0, share, shown, tuple(parts), note)


def _is_near(given: str, right: str) -> bool:
    if given not in SEVERITIES or right not in SEVERITIES:
        return False
    return abs(SEVERITIES.index(given) - SEVERITIES.index(right)) <= 1
