"""Distance to the nearest benign row: a memory of what is usual, for data without labels."""

from typing import ClassVar, Self

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import Tail
from netsentinel.detection.models.encode import CLIP, Points, row_keys, strongest
from netsentinel.detection.models.parts import TailSettings, settings_of, singles
from netsentinel.detection.models.ports import Contribution, Labels, State
from netsentinel.detection.models.rows import benign_only, held_back
from netsentinel.detection.models.table import Floats, Ints, Schema, Singles, Table

MAX_MEMORY = 20_000
"""Most rows remembered; of more, a random choice."""

HELD_BACK = 0.2
"""Share of the rows that calibrate."""

_CELLS = 16 * 1024 * 1024
"""Distances worked out at a time."""


class Nearest:
    """Remembers benign rows and judges a row by its distance to the nearest of them.

    Args:
        seed: which rows are remembered and held back.
    """

    name: ClassVar[str] = "nearest"
    labelled: ClassVar[bool] = False

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._schema = Schema(())
        self._points: Points | None = None
        self._memory: Singles = np.zeros((0, 0), dtype=np.float32)
        self._tail = Tail(np.zeros(1), 1)

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        return self._schema

    def fit(self, table: Table, labels: Labels | None = None) -> None:
        """Remember the benign rows, after measuring how far held-back ones are from the others."""
        table = benign_only(table, labels)
        self._schema = table.schema
        self._points = Points.of(table)
        matrix = self._points.matrix(table)
        back = held_back(row_keys(table), HELD_BACK, self._seed)
        distances, _ = nearest(matrix[back], self._chosen(matrix[~back]))
        self._tail = Tail.of(distances)
        self._memory = self._chosen(matrix)

    def distances(self, table: Table) -> Floats:
        """Distance of each row to the nearest remembered one."""
        table.must_fit(self._schema)
        return nearest(self._encoded(table), self._memory)[0]

    def score(self, table: Table) -> Floats:
        """The share of benign rows that are nearer to what is remembered."""
        return self._tail.probabilities(self.distances(table))

    def threshold(self, budget: float) -> float:
        """By the rows held back."""
        return self._tail.threshold(budget)

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """The features that are farthest from the nearest remembered row, and what that row holds."""
        table.must_fit(self._schema)
        points, matrix = self._points_known(), self._encoded(table)
        _, places = nearest(matrix, self._memory)
        parts = points.by_feature((matrix - self._memory[places]) ** 2)
        found: list[list[Contribution]] = []
        for row, place in enumerate(places):
            usual = points.usual(self._schema, self._memory[place])
            found.append(strongest(table, row, parts[row], top, usual))
        return found

    def state(self) -> State:
        """Scales, memory and tail."""
        settings = {"seed": self._seed, "rows": self._tail.rows, "points": self._points_known().settings()}
        return State(settings, {"memory": self._memory, "knots": self._tail.knots})

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The model that gave this state."""
        said = settings_of(state.settings, TailSettings)
        made = cls(said.seed)
        made._points = Points.restored(said.points, schema)
        made._memory = singles(state.arrays, "memory", None, made._points.width, least=-CLIP, most=CLIP)
        if not len(made._memory):
            raise ModelFileError("The model file remembers nothing.")
        made._tail = Tail.restored(state.arrays, said.rows)
        made._schema = schema
        return made

    def _chosen(self, matrix: Singles) -> Singles:
        different = np.unique(matrix, axis=0)
        if len(different) <= MAX_MEMORY:
            return different
        rows = np.random.default_rng(self._seed).choice(len(different), MAX_MEMORY, replace=False)
        return different[np.sort(rows)]

    def _encoded(self, table: Table) -> Singles:
        return self._points_known().matrix(table)

    def _points_known(self) -> Points:
        if self._points is None:
            raise ModelFileError("The model has not been trained.")
        return self._points


def nearest(rows: Singles, memory: Singles) -> tuple[Floats, Ints]:
    """Distance to, and place of, the nearest remembered row of each row."""
    sizes = (memory * memory).sum(axis=1)
    distances, places = np.empty(len(rows)), np.empty(len(rows), dtype=np.int64)
    step = max(1, _CELLS // max(1, len(memory)))
    across = np.ascontiguousarray(memory.T) * np.float32(-2)
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        cells = part @ across
        cells += sizes
        nearest = cells.argmin(axis=1)
        places[start : start + step] = nearest
        gaps = part - memory[nearest]
        distances[start : start + step] = np.sqrt((gaps * gaps).sum(axis=1, dtype=np.float64))
    return distances, places
