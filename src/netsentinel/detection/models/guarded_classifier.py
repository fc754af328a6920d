"""The flow classifier with a second opinion: what resembles no benign row is suspicious, whatever the trees say."""

from typing import ClassVar, Self

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import logistic, platt
from netsentinel.detection.models.encode import row_keys
from netsentinel.detection.models.flow_classifier import FOLDS, FlowClassifier
from netsentinel.detection.models.metrics import threshold_for
from netsentinel.detection.models.nearest import Nearest
from netsentinel.detection.models.ports import Contribution, Labels, State
from netsentinel.detection.models.rows import both_classes
from netsentinel.detection.models.table import Floats, Schema, Table

_TREES = "trees."
_MEMORY = "memory."


class GuardedClassifier:
    """Adds the classifier's log odds and the logarithm of the distance to the nearest benign row, each by its spread.

    Trees know attacks like those they were shown; the distance sees those of a kind that nobody labelled yet.

    Args:
        seed: of both parts.
    """

    name: ClassVar[str] = "guarded-classifier"
    labelled: ClassVar[bool] = True

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._trees = FlowClassifier(seed)
        self._memory = Nearest(seed)
        self._spreads = (1.0, 1.0)
        self._slope, self._shift = 1.0, 0.0
        self._benign: Floats = np.zeros(1)

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        return self._trees.schema

    def fit(self, table: Table, labels: Labels | None = None) -> None:
        """Fit both parts on folds, to see how they do on other rows, then on all."""
        labels = both_classes(table, labels)
        folds = row_keys(table) % FOLDS
        margins, distances = np.zeros(len(table)), np.zeros(len(table))
        for fold in range(FOLDS):
            seen = folds != fold
            trees, memory = FlowClassifier(self._seed), Nearest(self._seed)
            trees.fit(table.take(seen), labels.take(seen))
            memory.fit(table.take(seen), labels.take(seen))
            margins[~seen] = trees.margins(table.take(~seen))
            distances[~seen] = _logs(memory.distances(table.take(~seen)))
        self._spreads = (max(float(margins.std()), 1e-6), max(float(distances.std()), 1e-6))
        sums = self._sum(margins, distances)
        self._slope, self._shift = platt(sums, labels.bad)
        self._benign = np.sort(sums[~labels.bad])
        self._trees.fit(table, labels)
        self._memory.fit(table, labels)

    def score(self, table: Table) -> Floats:
        """Calibrated probabilities."""
        sums = self._sum(self._trees.margins(table), _logs(self._memory.distances(table)))
        return logistic(self._slope * sums + self._shift)

    def threshold(self, budget: float) -> float:
        """Set by benign rows of the training, each judged by parts that had not seen it."""
        at = threshold_for(self._benign, budget)
        return float(logistic(np.array([self._slope * at + self._shift]))[0])

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """What the trees say of a row, unless they call it benign: then what sets it apart from benign rows."""
        known, strange = self._trees.explain(table, top), self._memory.explain(table, top)
        margins = self._trees.margins(table)
        return [known[row] if margins[row] > 0 else strange[row] for row in range(len(table))]

    def state(self) -> State:
        """The states of both parts, and how they are added."""
        trees, memory = self._trees.state(), self._memory.state()
        settings = {
            "seed": self._seed,
            "spreads": list(self._spreads),
            "slope": self._slope,
            "shift": self._shift,
            "trees": trees.settings,
            "memory": memory.settings,
        }
        arrays = {_TREES + name: array for name, array in trees.arrays.items()}
        arrays |= {_MEMORY + name: array for name, array in memory.arrays.items()}
        return State(settings, {**arrays, "benign": self._benign}, trees.texts)

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The classifier that gave this state."""
        try:
            made = cls(int(state.settings["seed"]))
            margin, distance = (float(one) for one in state.settings["spreads"])
            made._slope, made._shift = float(state.settings["slope"]), float(state.settings["shift"])
            made._benign = np.asarray(state.arrays["benign"], dtype=np.float64)
            trees = State(state.settings["trees"], _under(_TREES, state), state.texts)
            memory = State(state.settings["memory"], _under(_MEMORY, state))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError("The model file lacks parts of a guarded classifier.") from error
        if made._benign.ndim != 1 or not len(made._benign) or min(margin, distance) <= 0:
            raise ModelFileError("The parts of the model file do not fit together.")
        made._spreads = (margin, distance)
        made._trees = FlowClassifier.restored(trees, schema)
        made._memory = Nearest.restored(memory, schema)
        return made

    def _sum(self, margins: Floats, distances: Floats) -> Floats:
        return margins / self._spreads[0] + distances / self._spreads[1]


def _logs(distances: Floats) -> Floats:
    return np.log(distances + 1e-3)


def _under(prefix: str, state: State) -> "dict[str, np.ndarray]":
    return {name.removeprefix(prefix): array for name, array in state.arrays.items() if name.startswith(prefix)}
