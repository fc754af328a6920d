"""Image-style anomaly detection by Anomalib: rows are drawn as pictures, and a network says how odd a picture is."""

from typing import ClassVar, Self

import msgspec
import numpy as np

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import Tail
from netsentinel.detection.models.encode import row_keys, strongest
from netsentinel.detection.models.extra import FEATURE_MAPS
from netsentinel.detection.models.inferencer import Inferencer
from netsentinel.detection.models.maps import SIDE, Maps
from netsentinel.detection.models.parts import Inner, Rows, Seed, settings_of
from netsentinel.detection.models.ports import Contribution, Labels, State
from netsentinel.detection.models.rows import benign_only, held_back
from netsentinel.detection.models.table import Floats, Schema, Singles, Table

MOST_LEARNT = 10_000
"""Maps that the network is shown; of more, a random choice."""

HELD_BACK = 0.2
_BLOCK = 1_024
_TRIED = 16
"""Numbers of a row that an explanation tries out: those that are farthest from usual."""

_PLAIN = np.repeat(np.array([-1, 0, 1], dtype=np.float32), SIDE * SIDE).reshape(3, 1, SIDE, SIDE)
"""Maps of one brightness each."""


class _Settings(msgspec.Struct, frozen=True):
    seed: Seed
    rows: Rows
    maps: Inner


class FeatureMaps:
    """Draws rows as maps (`maps.py`) and has a network of Anomalib's (`inferencer.py`) judge the pictures.

    It needs the extra `netsentinel[anomalib]`; without it, everything but making one says so.

    Args:
        seed: of the network's weights, of what is shown to it and of what is held back.
    """

    name: ClassVar[str] = FEATURE_MAPS
    labelled: ClassVar[bool] = False

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._schema = Schema(())
        self._maps: Maps | None = None
        self._network: Inferencer | None = None
        self._tail = Tail(np.zeros(1), 1)

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        return self._schema

    def fit(self, table: Table, labels: Labels | None = None) -> None:
        """Show the network maps of benign rows; others that were held back calibrate."""
        table = benign_only(table, labels)
        self._schema, self._maps = table.schema, Maps.of(table)
        points = self._maps.points(table)
        back = held_back(row_keys(table), HELD_BACK, self._seed)
        shown = np.flatnonzero(~back)
        if len(shown) > MOST_LEARNT:
            shown = np.sort(np.random.default_rng(self._seed).choice(shown, MOST_LEARNT, replace=False))
        self._network = Inferencer.trained(self._maps.draw(points[shown]), self._seed)
        self._tail = Tail.of(self._distances(points[back]))

    def score(self, table: Table) -> Floats:
        """The share of benign rows whose maps are less odd."""
        table.must_fit(self._schema)
        return self._tail.probabilities(self._distances(self._maps_known().points(table)))

    def threshold(self, budget: float) -> float:
        """By the rows held back."""
        return self._tail.threshold(budget)

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """The features without which the map would be less odd: each is drawn as usual, and the map judged anew."""
        table.must_fit(self._schema)
        maps = self._maps_known()
        points, usual = maps.points(table), maps.usual(self._schema)
        found: list[list[Contribution]] = []
        for row, point in enumerate(points):
            tried = np.argsort(-np.abs(point), kind="stable")[:_TRIED]
            without = point[None].repeat(len(tried) + 1, axis=0)
            without[np.arange(len(tried)), tried] = 0
            distances = self._distances(without)
            weights = np.zeros(maps.width)
            weights[tried] = distances[-1] - distances[:-1]
            found.append(strongest(table, row, maps.by_feature(self._schema, weights), top, usual))
        return found

    def state(self) -> State:
        """Scales, the network's weights and the tail."""
        settings = {"seed": self._seed, "rows": self._tail.rows, "maps": self._maps_known().settings()}
        return State(settings, {**self._network_known().arrays(), "knots": self._tail.knots})

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The model that gave this state."""
        said = settings_of(state.settings, _Settings)
        made = cls(said.seed)
        made._maps = Maps.restored(said.maps, schema)
        made._tail = Tail.restored(state.arrays, said.rows)
        made._network = Inferencer.restored(state.arrays)
        if not np.isfinite(made._network.scores(_PLAIN)).all():
            raise ModelFileError("The network of the model file cannot judge a plain map.")
        made._schema = schema
        return made

    def _distances(self, points: Singles) -> Floats:
        """How odd the network finds each map; no less than zero."""
        maps, network = self._maps_known(), self._network_known()
        found = np.zeros(len(points))
        for start in range(0, len(points), _BLOCK):
            part = points[start : start + _BLOCK]
            found[start : start + _BLOCK] = network.scores(maps.draw(part))
        return found

    def _maps_known(self) -> Maps:
        if self._maps is None:
            raise ModelFileError("The model has not been trained.")
        return self._maps

    def _network_known(self) -> Inferencer:
        if self._network is None:
            raise ModelFileError("The model has not been trained.")
        return self._network
