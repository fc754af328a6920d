"""Isolation forest: how few random cuts part a row from the others (Liu, Ting and Zhou, 2008)."""

import math
from typing import ClassVar, Self

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import Tail
from netsentinel.detection.models.encode import CLIP, Points, row_keys, strongest
from netsentinel.detection.models.parts import TailSettings, ints, settings_of, singles
from netsentinel.detection.models.ports import Contribution, Labels, State
from netsentinel.detection.models.rows import benign_only, held_back
from netsentinel.detection.models.table import Floats, Ints, Schema, Singles, Table

TREES = 100
SAMPLE = 256
HELD_BACK = 0.2
_DEPTH = int(math.log2(SAMPLE))
_NODES = 2 ** (_DEPTH + 1) - 1
_GUESSES = 4
_EULER = 0.5772156649015329


class IsolationForest:
    """100 trees on 256 rows each, as in the paper. Nodes lie in an array: `n` has the children `2n + 1` and `2n + 2`.

    Args:
        seed: of samples and cuts.
    """

    name: ClassVar[str] = "isolation-forest"
    labelled: ClassVar[bool] = False

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._schema = Schema(())
        self._points: Points | None = None
        self._columns: Ints = np.zeros((0, _NODES), dtype=np.int64)
        self._cuts: Singles = np.zeros((0, _NODES), dtype=np.float32)
        self._lengths: Singles = np.zeros((0, _NODES), dtype=np.float32)
        """Path length of a row that ends at this node."""
        self._tail = Tail(np.zeros(1), 1)

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        return self._schema

    def fit(self, table: Table, labels: Labels | None = None) -> None:
        """Cut samples of the benign rows; rows that were held back calibrate."""
        table = benign_only(table, labels)
        self._schema = table.schema
        self._points = Points.of(table)
        matrix = self._points.matrix(table)
        back = held_back(row_keys(table), HELD_BACK, self._seed)
        rest, random = matrix[~back], np.random.default_rng(self._seed)
        size = min(SAMPLE, len(rest))
        grown = [_grown(rest[random.choice(len(rest), size, replace=False)], random) for _ in range(TREES)]
        self._columns = np.stack([one[0] for one in grown])
        self._cuts = np.stack([one[1] for one in grown])
        self._lengths = np.stack([one[2] for one in grown])
        self._tail = Tail.of(self._loneliness(matrix[back]))

    def score(self, table: Table) -> Floats:
        """The share of benign rows that are harder to part from the others."""
        return self._tail.probabilities(self.loneliness(table))

    def loneliness(self, table: Table) -> Floats:
        """How easily each row is parted from others: the paper's score, from 0 to 1."""
        table.must_fit(self._schema)
        return self._loneliness(self._points_known().matrix(table))

    def threshold(self, budget: float) -> float:
        """By the rows held back."""
        return self._tail.threshold(budget)

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """How much less lonely a row would be with the mean value of each feature."""
        table.must_fit(self._schema)
        points = self._points_known()
        matrix = points.matrix(table)
        base = self._loneliness(matrix)
        owners = points.by_feature(np.eye(points.width, dtype=np.float32)).argmax(axis=1)
        shares = np.zeros((len(table), len(self._schema.features)))
        for place in range(shares.shape[1]):
            changed = matrix.copy()
            changed[:, owners == place] = 0
            shares[:, place] = base - self._loneliness(changed)
        return [strongest(table, row, shares[row], top) for row in range(len(table))]

    def state(self) -> State:
        """Scales, trees and tail."""
        settings = {"seed": self._seed, "rows": self._tail.rows, "points": self._points_known().settings()}
        arrays = {"columns": self._columns, "cuts": self._cuts, "lengths": self._lengths, "knots": self._tail.knots}
        return State(settings, {**arrays})

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The forest that gave this state."""
        said, arrays = settings_of(state.settings, TailSettings), state.arrays
        made = cls(said.seed)
        made._points = Points.restored(said.points, schema)
        made._columns = ints(arrays, "columns", TREES, _NODES, least=-1, most=made._points.width - 1)
        made._cuts = singles(arrays, "cuts", TREES, _NODES, least=-CLIP, most=CLIP)
        made._lengths = singles(arrays, "lengths", TREES, _NODES, least=0, most=_DEPTH + SAMPLE)
        made._tail = Tail.restored(arrays, said.rows)
        if (made._columns[:, _NODES // 2 :] >= 0).any():
            raise ModelFileError("The forest of the model file cuts what is not there.")
        made._schema = schema
        return made

    def _loneliness(self, matrix: Singles) -> Floats:
        """Two to the power of minus the mean path length over the expected one: the paper's score, from 0 to 1."""
        total = np.zeros(len(matrix))
        rows = np.arange(len(matrix))
        for columns, cuts, lengths in zip(self._columns, self._cuts, self._lengths, strict=True):
            node = np.zeros(len(matrix), dtype=np.int64)
            for _ in range(_DEPTH):
                column = columns[node]
                below = 2 * node + 1 + (matrix[rows, column] >= cuts[node])
                node = np.where(column >= 0, below, node)
            total += lengths[node]
        return np.exp2(-total / len(self._columns) / _usual_length(SAMPLE))

    def _points_known(self) -> Points:
        if self._points is None:
            raise ModelFileError("The model has not been trained.")
        return self._points


def _usual_length(rows: int) -> float:
    """Mean path length of an unsuccessful search in a binary tree of so many rows (the paper's c(n))."""
    if rows <= 1:
        return 0.0
    return 2 * (math.log(rows - 1) + _EULER) - 2 * (rows - 1) / rows


def _grown(sample: Singles, random: np.random.Generator) -> tuple[Ints, Singles, Singles]:
    columns = np.full(_NODES, -1, dtype=np.int64)
    cuts = np.zeros(_NODES, dtype=np.float32)
    lengths = np.zeros(_NODES, dtype=np.float32)
    waiting: list[tuple[int, int, Ints]] = [(0, 0, np.arange(len(sample), dtype=np.int64))]
    while waiting:
        node, depth, rows = waiting.pop()
        column, low, high = _to_cut(sample[rows], random) if depth < _DEPTH and len(rows) > 1 else (-1, 0.0, 0.0)
        if column < 0:
            lengths[node] = depth + _usual_length(len(rows))
            continue
        cut = max(np.float32(random.uniform(low, high)), np.nextafter(np.float32(low), np.float32(high)))
        columns[node], cuts[node] = column, cut
        right = sample[rows, column] >= cut
        waiting += [(2 * node + 1, depth + 1, rows[~right]), (2 * node + 2, depth + 1, rows[right])]
    return columns, cuts, lengths


def _to_cut(part: Singles, random: np.random.Generator) -> tuple[int, float, float]:
    """One of the columns that still differ, each as likely as the other, and its range; -1 where none differs."""
    width = part.shape[1]
    for column in random.integers(0, width, _GUESSES).tolist():
        low, high = float(part[:, column].min()), float(part[:, column].max())
        if high > low:
            return column, low, high
    lows, highs = part.min(axis=0), part.max(axis=0)
    able = np.flatnonzero(highs > lows)
    if not len(able):
        return -1, 0.0, 0.0
    column = int(random.choice(able))
    return column, float(lows[column]), float(highs[column])
