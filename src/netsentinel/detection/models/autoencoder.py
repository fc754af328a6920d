"""A small neural network that learns to write benign rows down in few numbers, and fails at others."""

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Self

import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import Tail
from netsentinel.detection.models.encode import Points, row_keys, strongest
from netsentinel.detection.models.parts import TailSettings, settings_of, singles
from netsentinel.detection.models.ports import Contribution, Labels, State
from netsentinel.detection.models.rows import benign_only, held_back
from netsentinel.detection.models.table import Floats, Schema, Singles, Table

HIDDEN = (48, 12, 48)
"""Widths between a row and its copy."""

EPOCHS = 40
BATCH = 256
RATE = 2e-3
HELD_BACK = 0.2
_BETAS = (0.9, 0.999)
_BLOCK = 8192
_HEAVIEST = 1e6
"""A weight that training does not reach: what comes of such ones can still be squared."""


class Autoencoder:
    """Three hidden layers in numpy, trained by Adam (Kingma and Ba, 2015); the error of the copy is the distance.

    Args:
        seed: of the first weights and the order of rows.
    """

    name: ClassVar[str] = "autoencoder"
    labelled: ClassVar[bool] = False

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._schema = Schema(())
        self._points: Points | None = None
        self._layers: list[Singles] = []
        """One matrix a layer, its last row the shifts."""
        self._tail = Tail(np.zeros(1), 1)

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        return self._schema

    def fit(self, table: Table, labels: Labels | None = None) -> None:
        """Learn to copy benign rows; rows that were held back calibrate."""
        table = benign_only(table, labels)
        self._schema = table.schema
        self._points = Points.of(table)
        matrix = self._points.matrix(table)
        back = held_back(row_keys(table), HELD_BACK, self._seed)
        self._layers = _trained(matrix[~back], np.random.default_rng(self._seed))
        self._tail = Tail.of(self._errors(matrix[back]).sum(axis=1, dtype=np.float64))

    def partial_fit(self, table: Table) -> None:
        """Go over these rows once, from where the weights stand."""
        table.must_fit(self._schema)
        self._layers = _trained(
            self._points_known().matrix(table), np.random.default_rng(self._seed), start=self._layers, epochs=1
        )

    def score(self, table: Table) -> Floats:
        """The share of benign rows that are copied better."""
        return self._tail.probabilities(self.errors(table))

    def errors(self, table: Table) -> Floats:
        """The squared error of each row's copy."""
        table.must_fit(self._schema)
        return self._errors(self._points_known().matrix(table)).sum(axis=1, dtype=np.float64)

    def threshold(self, budget: float) -> float:
        """By the rows held back."""
        return self._tail.threshold(budget)

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """The features whose copies are worst."""
        table.must_fit(self._schema)
        points = self._points_known()
        matrix = points.matrix(table)
        parts = points.by_feature(self._errors(matrix))
        copies = _outputs(matrix, self._layers)[-1]
        return [
            strongest(table, row, parts[row], top, points.usual(self._schema, copies[row])) for row in range(len(table))
        ]

    def state(self) -> State:
        """Scales, weights and tail."""
        settings = {"seed": self._seed, "rows": self._tail.rows, "points": self._points_known().settings()}
        arrays = {f"layer{number}": layer for number, layer in enumerate(self._layers)}
        return State(settings, {**arrays, "knots": self._tail.knots})

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The network that gave this state."""
        said = settings_of(state.settings, TailSettings)
        made = cls(said.seed)
        made._points = Points.restored(said.points, schema)
        widths = (made._points.width, *HIDDEN, made._points.width)
        made._layers = [
            singles(state.arrays, f"layer{number}", inner + 1, outer, least=-_HEAVIEST, most=_HEAVIEST)
            for number, (inner, outer) in enumerate(pairwise(widths))
        ]
        made._tail = Tail.restored(state.arrays, said.rows)
        made._schema = schema
        return made

    def _errors(self, matrix: Singles) -> Singles:
        """Squared errors of the copies, block by block."""
        found = np.empty_like(matrix)
        for start in range(0, len(matrix), _BLOCK):
            part = matrix[start : start + _BLOCK]
            found[start : start + _BLOCK] = (part - _outputs(part, self._layers)[-1]) ** 2
        return found

    def _points_known(self) -> Points:
        if self._points is None:
            raise ModelFileError("The model has not been trained.")
        return self._points


def _outputs(rows: Singles, layers: list[Singles]) -> list[Singles]:
    """What each layer gives, the rows first and their copies last. Hidden layers bend by tanh."""
    found = [rows]
    for number, layer in enumerate(layers):
        given = found[-1] @ layer[:-1] + layer[-1]
        found.append(given if number == len(layers) - 1 else np.tanh(given))
    return found


def _slopes(rows: Singles, layers: list[Singles]) -> Iterator[Singles]:
    """The slope of the mean squared error by each layer's weights, from the last layer to the first."""
    outputs = _outputs(rows, layers)
    blame = (outputs[-1] - rows) * np.float32(2 / rows.size)
    for number in range(len(layers) - 1, -1, -1):
        below = outputs[number]
        yield np.concatenate([below.T @ blame, blame.sum(axis=0, keepdims=True)]).astype(np.float32)
        if number:
            blame = (blame @ layers[number][:-1].T) * (1 - below * below)


def _trained(
    matrix: Singles, random: np.random.Generator, start: list[Singles] | None = None, epochs: int = EPOCHS
) -> list[Singles]:
    widths = (matrix.shape[1], *HIDDEN, matrix.shape[1])
    layers = [layer.copy() for layer in start or _first(widths, random)]
    first, second = [np.zeros_like(one) for one in layers], [np.zeros_like(one) for one in layers]
    step = 0
    for _ in range(epochs):
        order = random.permutation(len(matrix))
        for at in range(0, len(order), BATCH):
            step += 1
            for back, slope in enumerate(_slopes(matrix[order[at : at + BATCH]], layers)):
                number = len(layers) - 1 - back
                first[number] += (1 - _BETAS[0]) * (slope - first[number])
                second[number] += (1 - _BETAS[1]) * (slope * slope - second[number])
                rate = RATE * (1 - _BETAS[1] ** step) ** 0.5 / (1 - _BETAS[0] ** step)
                layers[number] -= np.float32(rate) * first[number] / (np.sqrt(second[number]) + np.float32(1e-8))
    return layers


def _first(widths: tuple[int, ...], random: np.random.Generator) -> list[Singles]:
    """Random weights after Glorot and Bengio (2010), shifts of zero."""
    found: list[Singles] = []
    for inner, outer in pairwise(widths):
        weights = random.normal(0, (2 / (inner + outer)) ** 0.5, size=(inner + 1, outer)).astype(np.float32)
        weights[-1] = 0
        found.append(weights)
    return found
