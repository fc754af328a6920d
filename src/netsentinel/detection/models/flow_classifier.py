"""The flow classifier: boosted trees on labelled rows, with calibrated probabilities and thresholds by a budget."""

from typing import Annotated, ClassVar, Self

import msgspec
import numpy as np
from msgspec import Meta

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import platt, probabilities
from netsentinel.detection.models.encode import MAX_VALUES, row_keys, strongest, vocabulary
from netsentinel.detection.models.metrics import threshold_for
from netsentinel.detection.models.parts import Number, Seed, Slope, Words, ascending, settings_of
from netsentinel.detection.models.ports import Contribution, Labels, State
from netsentinel.detection.models.rows import both_classes
from netsentinel.detection.models.shares import MOST, Shares
from netsentinel.detection.models.table import Floats, Schema, Table
from netsentinel.detection.models.trees import Trees

ROUNDS = 100
FOLDS = 3


class _Settings(msgspec.Struct, frozen=True):
    seed: Seed
    slope: Slope
    shift: Number
    words: Words
    shares: Annotated[tuple[tuple[int, int], ...], Meta(max_length=MOST)] = ()


class FlowClassifier:
    """LightGBM, 100 trees of 31 leaves, on the columns and on shares of those that have the same unit (`shares.py`).

    Each kind of attack counts by the root of its number of rows, so that a flood does not hide the rare ones. Margins
    of rows that a fold's trees have not seen (equal rows are in one fold) are calibrated and set thresholds.

    Args:
        seed: of everything random.
        rounds: number of trees.
        leaves: of each tree, at most.
        rate: how much each tree counts.
    """

    name: ClassVar[str] = "flow-classifier"
    labelled: ClassVar[bool] = True

    def __init__(self, seed: int = 0, *, rounds: int = ROUNDS, leaves: int = 31, rate: float = 0.1) -> None:
        self._seed = seed
        self._rounds = rounds
        self._more = {"num_leaves": leaves, "learning_rate": rate}
        self._schema = Schema(())
        self._shares = Shares()
        self._words: Words = ()
        self._trees: Trees | None = None
        self._slope, self._shift = 1.0, 0.0
        self._benign: Floats = np.zeros(1)
        """Margins of benign rows that the trees had not seen, ascending."""

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        return self._schema

    def fit(self, table: Table, labels: Labels | None = None) -> None:
        """Grow the trees: once for each fold, to see how they do on other rows, then on all."""
        labels = both_classes(table, labels)
        matrix, weights = self._begun(table, labels)
        folds = row_keys(table) % FOLDS
        margins = np.zeros(len(table))
        for fold in range(FOLDS):
            seen = folds != fold
            if not seen.all() and len(np.unique(labels.bad[seen])) == 2:  # noqa: PLR2004 - both classes
                margins[~seen] = self._grown(matrix[seen], labels.take(seen), weights[seen]).margins(matrix[~seen])
        self._slope, self._shift = platt(margins, labels.bad)
        self._benign = np.sort(margins[~labels.bad])
        self._trees = self._grown(matrix, labels, weights)

    def grow(self, table: Table, labels: Labels) -> None:
        """Grow the trees on these rows without calibrating: for `margins` alone."""
        matrix, weights = self._begun(table, labels)
        self._trees = self._grown(matrix, labels, weights)

    def score(self, table: Table) -> Floats:
        """Calibrated probabilities."""
        return probabilities(self._slope * self.margins(table) + self._shift)

    def margins(self, table: Table) -> Floats:
        """Log odds before calibration."""
        table.must_fit(self._schema)
        return self._grown_trees().margins(self.matrix(table))

    def threshold(self, budget: float) -> float:
        """Set by benign rows of the training, each judged by trees that had not seen it."""
        margin = threshold_for(self._benign, budget)
        return float(probabilities(np.array([self._slope * margin + self._shift]))[0])

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """SHAP values of the trees, in log odds."""
        table.must_fit(self._schema)
        weights = self._grown_trees().shares(self.matrix(table))
        weights = self._shares.folded(weights, len(self._schema.numbers))
        return [strongest(table, row, weights[row], top) for row in range(len(table))]

    def matrix(self, table: Table) -> Floats:
        """Numbers, shares, then categories as places in the vocabulary; a value never seen is missing to the trees."""
        found = np.empty((len(table), self._width))
        numbers = len(self._schema.numbers)
        width = numbers + len(self._shares.pairs)
        found[:, :numbers] = table.numbers
        found[:, numbers:width] = self._shares.columns(table.numbers)
        for place, (column, words) in enumerate(zip(table.categories, self._words, strict=True)):
            codes = column.coded_as(words)
            found[:, width + place] = np.where(codes < len(words), codes, -1)
        return found

    def state(self) -> State:
        """Vocabulary and calibration, the margins of benign rows, the trees' text."""
        settings = {
            "seed": self._seed,
            "slope": self._slope,
            "shift": self._shift,
            "words": [list(words) for words in self._words],
            "shares": [list(pair) for pair in self._shares.pairs],
        }
        return State(settings, {"benign": self._benign}, {"trees": self._grown_trees().text()})

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The classifier that gave this state."""
        said, numbers = settings_of(state.settings, _Settings), len(schema.numbers)
        if len(said.words) != len(schema.categories) or any(len(words) > MAX_VALUES for words in said.words):
            raise ModelFileError("The model file has values of other categories than it names.")
        if not all(0 <= place < numbers for pair in said.shares for place in pair):
            raise ModelFileError("The model file has shares of other columns than it names.")
        made = cls(said.seed)
        made._slope, made._shift, made._words, made._shares = said.slope, said.shift, said.words, Shares(said.shares)
        made._benign = ascending(state.arrays, "benign")
        made._schema = schema
        made._trees = Trees.read(state.texts.get("trees", ""), made._width)
        return made

    @property
    def _width(self) -> int:
        """Columns that the trees see."""
        return len(self._schema.features) + len(self._shares.pairs)

    def _begun(self, table: Table, labels: Labels) -> tuple[Floats, Floats]:
        """Take over the columns; the rows as numbers, and what each counts."""
        self._schema = table.schema
        self._shares = Shares.of(table.schema)
        self._words = tuple(vocabulary(column) for column in table.categories)
        return self.matrix(table), kind_weights(labels)

    def _grown(self, matrix: Floats, labels: Labels, weights: Floats) -> Trees:
        return Trees.grown(
            matrix,
            labels.bad.astype(np.float64),
            weights=weights,
            categories=list(range(self._width - len(self._words), self._width)),
            rounds=self._rounds,
            seed=self._seed,
            more=self._more,
        )

    def _grown_trees(self) -> Trees:
        if self._trees is None:
            raise ModelFileError("The model has not been trained.")
        return self._trees


def kind_weights(labels: Labels) -> Floats:
    """A weight a row: each kind of attack counts by the root of its size; both classes keep their total."""
    sizes = np.bincount(labels.kinds)
    weights = 1 / np.sqrt(sizes[labels.kinds])
    for side in (labels.bad, ~labels.bad):
        weights[side] *= side.sum() / weights[side].sum()
    return weights
