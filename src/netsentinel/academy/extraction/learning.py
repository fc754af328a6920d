"""Learning from answers: each moves the weights, what is known of two concepts, and of those with names like theirs.

Processes that read media learn nothing: what they import does not lead here, and so not to numpy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from netsentinel.academy.extraction.answers import Answer, Learnt
from netsentinel.academy.extraction.parts import parts_of
from netsentinel.academy.extraction.prerequisites import PRIOR, RARER, Features

_ROUNDS: Final = 100
_TRUST: Final = 25.0
"""How firmly the prior weights are held: as if so many answers had spoken for them."""
_TRUST_CONCEPT: Final = 1.5
_TRUST_PARTS: Final = 2.5
_USUAL: Final[Mapping[str, float]] = {RARER: 3.0}
"""How large a feature usually is, where it is not about 1."""
_SURE: Final = 30.0
_STEEPEST: Final = 0.25
"""The curvature of the logistic function, at most."""

_Floats = NDArray[np.float64]
_Numbers = NDArray[np.int64]


def learnt(answers: Iterable[Answer], prior: Features = PRIOR) -> Learnt:
    """The most probable weights after these answers (MAP of a logistic model): the same for any order.

    A concept is as basic as an offset of its own and those of its name's parts say. 1,000 answers take 10 to
    60 ms, by how many concepts they are about, so it is done anew with every answer.
    """
    known = sorted(answers, key=lambda one: (one.question.pair, one.is_right, one.question.names))
    names = sorted({*prior, *(name for one in known for name in one.features)})
    weights = {name: prior.get(name, 0.0) for name in names}
    if not known:
        return Learnt(weights)
    called = {key: name for one in known for key, name in zip(one.question.pair, one.question.names, strict=True)}
    keys = sorted(called)
    design = _designed(known, names, {key: number for number, key in enumerate(keys)}, _made(called, keys))
    moved, basic, parts = design.read(_most_probable(design, design.said @ np.array(list(weights.values()))))
    return Learnt(
        {name: before + float(by) for (name, before), by in zip(weights.items(), moved, strict=True)},
        dict(zip(keys, map(float, basic), strict=True)),
        dict(zip(design.made.parts, map(float, parts), strict=True)),
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """Which parts the names of concepts are made of, as the entries of a sparse matrix."""

    parts: list[str]
    concept: _Numbers
    part: _Numbers
    share: _Floats


@dataclass(frozen=True, slots=True)
class _Design:
    """What is linear in the model.

    Its unknowns are what is added to each weight, the offset of each concept, and that of each part; before any answer
    each has a standard normal distribution.
    """

    said: _Floats
    """Answers x features."""
    right: _Floats
    concept: _Numbers
    needed: _Numbers
    made: _Made
    size: _Floats
    """Standard deviation of each unknown before any answer."""

    def split(self, unknowns: _Floats) -> tuple[_Floats, _Floats, _Floats]:
        """(of the weights, of the concepts, of the parts)."""
        features, parts = self.said.shape[1], len(self.made.parts)
        return unknowns[:features], unknowns[features : len(unknowns) - parts], unknowns[len(unknowns) - parts :]

    def read(self, unknowns: _Floats) -> tuple[_Floats, _Floats, _Floats]:
        """(what is added to the weights, how basic each concept is, and each part)."""
        weights, own, parts = self.split(unknowns * self.size)
        made = self.made
        return weights, own + _summed(made.concept, made.share * parts[made.part], len(own)), parts

    def forward(self, unknowns: _Floats) -> _Floats:
        """Logits of the answers, beyond those before any answer."""
        weights, basic, _ = self.read(unknowns)
        return self.said @ weights + basic[self.needed] - basic[self.concept]

    def back(self, error: _Floats) -> _Floats:
        """What errors in the answers say of the unknowns: the transpose of `forward`."""
        concepts = len(self.size) - self.said.shape[1] - len(self.made.parts)
        lift = _summed(self.needed, error, concepts) - _summed(self.concept, error, concepts)
        return self.size * np.concatenate([error @ self.said, lift, self._of_parts(lift)])

    def curvature(self) -> _Floats:
        """At most so much the loss curves along each unknown, whatever the others do (Jensen's inequality by rows)."""
        said = np.abs(self.said)
        weights, own, parts = self.split(self.size)
        made = self.made
        each = own + _summed(made.concept, made.share * parts[made.part], len(own))
        total = _STEEPEST * (said @ weights + each[self.needed] + each[self.concept])
        lift = _summed(self.needed, total, len(own)) + _summed(self.concept, total, len(own))
        return 1.0 + self.size * np.concatenate([total @ said, lift, self._of_parts(lift)])

    def _of_parts(self, concepts: _Floats) -> _Floats:
        made = self.made
        return _summed(made.part, made.share * concepts[made.concept], len(made.parts))


def _designed(known: Sequence[Answer], names: list[str], at: Mapping[str, int], made: _Made) -> _Design:
    trust = [_TRUST * _USUAL.get(name, 1.0) ** 2 for name in names]
    trust += [_TRUST_CONCEPT] * len(at) + [_TRUST_PARTS] * len(made.parts)
    return _Design(
        said=np.array([[one.features.get(name, 0.0) for name in names] for one in known]),
        right=np.array([float(one.is_right) for one in known]),
        concept=np.array([at[one.question.pair.concept] for one in known]),
        needed=np.array([at[one.question.pair.prerequisite] for one in known]),
        made=made,
        size=np.array(trust) ** -0.5,
    )


def _made(called: Mapping[str, str], keys: Sequence[str]) -> _Made:
    of_each = [parts_of(called[key]) for key in keys]
    parts = sorted({part for found in of_each for part in found})
    number = {part: at for at, part in enumerate(parts)}
    return _Made(
        parts,
        np.array([at for at, found in enumerate(of_each) for _ in found], dtype=np.int64),
        np.array([number[part] for found in of_each for part in found], dtype=np.int64),
        np.array([len(found) ** -0.5 for found in of_each for _ in found], dtype=np.float64),
    )


def _summed(at: _Numbers, values: _Floats, length: int) -> _Floats:
    """The sum of the values of each number."""
    return np.bincount(at, values, length).astype(np.float64)


def _most_probable(design: _Design, before: _Floats) -> _Floats:
    """The unknowns of the most probable model, by steps under a quadratic bound, with Nesterov's momentum."""
    curvature = design.curvature()
    found = ahead = np.zeros(len(design.size))
    pace = 1.0
    for _ in range(_ROUNDS):
        logits = np.clip(before + design.forward(ahead), -_SURE, _SURE)
        error = design.right - 1.0 / (1.0 + np.exp(-logits))
        step = ahead + (design.back(error) - ahead) / curvature
        faster = (1.0 + (1.0 + 4.0 * pace**2) ** 0.5) / 2.0
        ahead = step + (pace - 1.0) / faster * (step - found)
        found, pace = step, faster
    return found
