"""The flow classifier with other opinions: likeness to known attacks, and what is unlike benign rows altogether."""

from typing import ClassVar, Self

import msgspec
import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import Surprise, platt, probabilities
from netsentinel.detection.models.encode import row_keys
from netsentinel.detection.models.flow_classifier import FOLDS, FlowClassifier
from netsentinel.detection.models.likeness import Likeness
from netsentinel.detection.models.metrics import threshold_for
from netsentinel.detection.models.novelty import Novelty
from netsentinel.detection.models.parts import Inner, Number, Seed, Slope, ascending, settings_of, under
from netsentinel.detection.models.ports import Contribution, Labels, State
from netsentinel.detection.models.rows import both_classes
from netsentinel.detection.models.table import Floats, Schema, Table

_PARTS = ("trees", "likeness", "novelty", "known")
"""What benign rows said to each part, and to the first two together."""


class _Settings(msgspec.Struct, frozen=True):
    seed: Seed
    slope: Slope
    shift: Number
    trees: Inner
    novelty: Inner
    likeness: Inner


class GuardedClassifier:
    """Adds how surprising each opinion would be of a benign row: minus the logarithm of the share that scores as high.

    Boosted trees and the likeness to attacks know what they were shown; their surprises are added and judged as one
    opinion. Novelty sees what nobody labelled yet, and counts as much as both. Opinions in nats can be added whatever
    their scales are (Fisher, 1925), and one that is sure is not outvoted by another that is not.

    Args:
        seed: of all parts.
    """

    name: ClassVar[str] = "guarded-classifier"
    labelled: ClassVar[bool] = True

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._trees = FlowClassifier(seed)
        self._novelty = Novelty(seed)
        self._likeness: Likeness | None = None
        self._surprises: dict[str, Surprise] = {}
        self._slope, self._shift = 1.0, 0.0
        self._benign: Floats = np.zeros(1)

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        return self._trees.schema

    def fit(self, table: Table, labels: Labels | None = None) -> None:
        """Fit the parts on folds, to see how they do on other rows, then on all."""
        labels = both_classes(table, labels)
        folds = row_keys(table) % FOLDS
        said = np.zeros((len(table), 3))
        for fold in range(FOLDS):
            seen = folds != fold
            self._grow(table.take(seen), labels.take(seen))
            said[~seen] = self._said(table.take(~seen))
        benign = said[~labels.bad]
        self._surprises = {name: Surprise(np.sort(benign[:, place])) for place, name in enumerate(_PARTS[:3])}
        self._surprises["known"] = Surprise(np.sort(self._known(benign)))
        sums = self._sums(said)
        self._slope, self._shift = platt(sums, labels.bad)
        self._benign = np.sort(sums[~labels.bad])
        self._grow(table, labels)

    def score(self, table: Table) -> Floats:
        """Calibrated probabilities."""
        return probabilities(self._slope * self._sums(self._said(table)) + self._shift)

    def threshold(self, budget: float) -> float:
        """Set by benign rows of the training, each judged by parts that had not seen it."""
        at = threshold_for(self._benign, budget)
        return float(probabilities(np.array([self._slope * at + self._shift]))[0])

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """What the trees say of a row, unless its novelty is more surprising: then what is new about it."""
        known, strange = self._trees.explain(table, top), self._novelty.explain(table, top)
        said = self._said(table)
        is_known = self._surprises["known"].of(self._known(said)) >= self._surprises["novelty"].of(said[:, 2])
        return [known[row] if is_known[row] else strange[row] for row in range(len(table))]

    def state(self) -> State:
        """The states of the parts, and what benign rows said to them."""
        trees, novelty, likeness = self._trees.state(), self._novelty.state(), self._compared()
        settings = {
            "seed": self._seed,
            "slope": self._slope,
            "shift": self._shift,
            "trees": trees.settings,
            "novelty": novelty.settings,
            "likeness": likeness.settings(),
        }
        arrays = {f"trees.{name}": array for name, array in trees.arrays.items()}
        arrays |= {f"novelty.{name}": array for name, array in novelty.arrays.items()}
        arrays |= {f"likeness.{name}": array for name, array in likeness.arrays().items()}
        arrays |= {f"benign.{name}": one.benign for name, one in self._surprises.items()}
        return State(settings, {**arrays, "benign": self._benign}, trees.texts)

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The classifier that gave this state."""
        said, arrays = settings_of(state.settings, _Settings), state.arrays
        made = cls(said.seed)
        made._slope, made._shift = said.slope, said.shift
        made._benign = ascending(arrays, "benign")
        made._surprises = {name: Surprise(ascending(arrays, f"benign.{name}")) for name in _PARTS}
        made._trees = FlowClassifier.restored(State(said.trees, under("trees.", arrays), state.texts), schema)
        made._novelty = Novelty.restored(State(said.novelty, under("novelty.", arrays)), schema)
        made._likeness = Likeness.restored(said.likeness, under("likeness.", arrays), schema)
        return made

    def _grow(self, table: Table, labels: Labels) -> None:
        self._trees.grow(table, labels)
        self._likeness = Likeness.of(table, labels, self._seed)
        self._novelty.fit(table, labels)

    def _said(self, table: Table) -> Floats:
        """What the parts say. Shape (rows, 3)."""
        strange = self._novelty.sums(self._novelty.scores(table))
        return np.stack([self._trees.margins(table), self._compared().scores(table), strange], axis=1)

    def _known(self, said: Floats) -> Floats:
        return self._surprises["trees"].of(said[:, 0]) + self._surprises["likeness"].of(said[:, 1])

    def _sums(self, said: Floats) -> Floats:
        return self._surprises["known"].of(self._known(said)) + self._surprises["novelty"].of(said[:, 2])

    def _compared(self) -> Likeness:
        if self._likeness is None:
            raise ModelFileError("The model has not been trained.")
        return self._likeness
