"""What the answers come to: the model that they taught, and the order in which to ask."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from netsentinel.academy.extraction import Answer, Learnt, Question
from netsentinel.academy.extraction.answers import varied
from netsentinel.academy.extraction.learning import learnt
from netsentinel.academy.extraction.prerequisites import PRIOR, Pair, name_features, reason_of, reasons_for
from netsentinel.academy.graph import EdgeKey
from netsentinel.academy.reviews.model import ReviewAnswer, ReviewKind, ReviewModel, ReviewVerdict, Suggested, Weight
from netsentinel.academy.reviews.shelf import Shelf
from netsentinel.kernel.types import Micros

_ALIKE: Final = ("their names are alike",)
_SAME: Final = ("their names are the same words",)
_MOST_BASIC: Final = 20
_MOST_LEARNT: Final = 2_000
"""Answers that are learnt from: with names of six words each, that takes a second or so."""
_JUDGED: Final = frozenset({ReviewVerdict.CONFIRM, ReviewVerdict.DENY})

_ANY: Final = Pair("the other", "the first")
"""Whatever two concepts a weight is about."""


@dataclass
class Taught:
    """One tenant's standing answers, and what follows from them."""

    stamp: tuple[int, Micros] = (0, 0)
    """Of the log when it was read."""
    answered: int = 0
    skipped: set[str] = field(default_factory=set[str])
    """Ids of suggestions that were skipped."""
    closed: set[str] = field(default_factory=set[str])
    """Ids of suggested links that were answered otherwise."""
    _given: list[ReviewAnswer] = field(default_factory=list[ReviewAnswer])
    _state: tuple[tuple[int, tuple[int, Micros]], Learnt] | None = None
    _order: tuple[tuple[int, int, tuple[int, Micros]], list[Suggested]] | None = None

    def take(self, stamp: tuple[int, Micros], standing: Iterable[ReviewAnswer]) -> None:
        """Take the answers that stand now."""
        self.stamp, self._given = stamp, list(standing)
        self.skipped = {one.review for one in self._given if one.verdict is ReviewVerdict.SKIP}
        judged = [one for one in self._given if one.verdict is not ReviewVerdict.SKIP]
        self.answered = len(judged)
        self.closed = {one.review for one in judged if one.kind is ReviewKind.LINK}

    def answers(self, shelf: Shelf) -> list[Answer]:
        """What teaches: answers about prerequisites that something still suggests.

        So a medium that is deleted takes with it what was learnt from its suggestions alone.
        """
        return answers_about(self._given, shelf.stated)

    def state(self, shelf: Shelf) -> Learnt:
        """The model after all answers."""
        at = (shelf.version, self.stamp)
        if self._state is None or self._state[0] != at:
            self._state = (at, learnt(self.answers(shelf)))
        return self._state[1]

    def judged(self, shelf: Shelf, one: Suggested) -> tuple[float, tuple[str, ...]]:
        """(how likely a suggestion is right, what speaks for it in words)."""
        if one.kind is ReviewKind.LINK:
            likeness = shelf.links[one.id][1] if one.id in shelf.links else 0.0
            return likeness, _SAME if likeness == 1.0 else _ALIKE
        state, features = self.state(shelf), _features(shelf, one)
        names = Pair(shelf.concepts[one.source].name, shelf.concepts[one.target].name)
        question = Question(Pair(one.source, one.target), names, features)
        return state.probability(question), reasons_for(features, state.weights, names)

    def order(self, shelf: Shelf) -> list[Suggested]:
        """Everything that waits, in the order in which to ask."""
        with shelf.lock:
            at = (shelf.version, len(shelf.links), self.stamp)
            if self._order is None or self._order[0] != at:
                self._order = (at, self._ordered(shelf))
            return self._order[1]

    def _ordered(self, shelf: Shelf) -> list[Suggested]:
        waiting: dict[Pair, Suggested] = {}
        doubts: dict[Pair, float] = {}
        links = [one for one, _ in shelf.open_links().values() if one.id not in self.closed]
        for one in [*links, *(pair for pair, _ in shelf.pairs.values())]:
            if one.id in self.skipped or one.source not in shelf.concepts or one.target not in shelf.concepts:
                continue
            pair = Pair(one.source, one.target)
            waiting[pair] = one
            doubts[pair] = 0.5 - abs(self.judged(shelf, one)[0] - 0.5)
        return [waiting[pair] for pair in varied(doubts, len(doubts))]


def teaches(one: ReviewAnswer) -> bool:
    """Whether the model of prerequisites learns from this answer."""
    return one.kind is ReviewKind.PREREQUISITE and one.verdict in _JUDGED


def answers_about(given: Iterable[ReviewAnswer], stated: Collection[EdgeKey]) -> list[Answer]:
    """The answers that teach, about these edges: the newest, so that nobody waits long for what they come to."""
    teaching = [
        Answer(
            Question(Pair(one.source, one.target), Pair(one.source_name, one.target_name), dict(one.features)),
            one.verdict is ReviewVerdict.CONFIRM,
        )
        for one in given
        if teaches(one) and one.suggested.edge in stated
    ]
    return teaching[-_MOST_LEARNT:]


def told(shelf: Shelf, taught: Taught) -> ReviewModel:
    """What was learnt, in words."""
    answers, state = taught.answers(shelf), taught.state(shelf)
    basic = sorted(state.basic.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    return ReviewModel(
        answers=len(answers),
        weights=tuple(
            Weight(feature=name, reason=reason_of(name, _ANY), before=PRIOR.get(name, 0.0), now=round(value, 4))
            for name, value in state.weights.items()
        ),
        basic=tuple((shelf.concepts[one].name, round(value, 4)) for one, value in basic if one in shelf.concepts)[
            :_MOST_BASIC
        ],
    )


def _features(shelf: Shelf, one: Suggested) -> dict[str, float]:
    """What a suggestion is judged by; of one that came without, what the names say."""
    said = shelf.pairs[one.id][1] if one.id in shelf.pairs else ()
    if said:
        return dict(said)
    return name_features(shelf.concepts[one.source].name, shelf.concepts[one.target].name)
