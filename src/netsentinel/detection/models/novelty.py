"""Four opinions on what is new, for data without labels: isolation forest, distance to benign rows, and relations."""

from typing import Annotated, ClassVar, Self

import msgspec
import numpy as np
from msgspec import Meta

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.calibration import Tail
from netsentinel.detection.models.encode import row_keys, strongest
from netsentinel.detection.models.isolation_forest import IsolationForest
from netsentinel.detection.models.nearest import Nearest
from netsentinel.detection.models.parts import Inner, Place, Rows, Seed, Width, settings_of, under
from netsentinel.detection.models.ports import Contribution, Labels, State
from netsentinel.detection.models.rarity import Rarity
from netsentinel.detection.models.relations import Relations
from netsentinel.detection.models.rows import benign_only, held_back
from netsentinel.detection.models.segments import Scales
from netsentinel.detection.models.table import Floats, Schema, Singles, Table

HELD_BACK = 0.2

_FOREST = "forest."
_MEMORY = "memory."
_RELATIONS = "relations."
_OPINIONS = 4
_FARTHEST = 500.0
"""What no exponential function makes infinite."""


class _Settings(msgspec.Struct, frozen=True):
    seed: Seed
    rows: Rows
    places: Annotated[tuple[Place, ...], Meta(min_length=_OPINIONS, max_length=_OPINIONS)]
    widths: Annotated[tuple[Width, ...], Meta(min_length=_OPINIONS, max_length=_OPINIONS)]
    forest: Inner
    memory: Inner
    rarity: Inner


class Novelty:
    """The mean of four scores, each in its own spread among benign rows that were held back.

    The isolation forest's score, the logarithm of the distance to the nearest row, how far values are off what the
    others of the row lead to, and how rare pairs of values are (`relations.py`). They err about different rows: the
    forest about rows between two groups, the distance about sparse groups, relations about rows that are extreme in
    all that they say.

    Args:
        seed: of all parts, and of what is held back.
    """

    name: ClassVar[str] = "novelty"
    labelled: ClassVar[bool] = False

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._forest = IsolationForest(seed)
        self._memory = Nearest(seed)
        self._rarity = Rarity(())
        self._scales = Scales(np.zeros(0), np.zeros(0))
        self._relations: Relations | None = None
        self._places: Floats = np.zeros(_OPINIONS)
        self._widths: Floats = np.ones(_OPINIONS)
        self._tail = Tail(np.zeros(1), 1)

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        return self._memory.schema

    def fit(self, table: Table, labels: Labels | None = None) -> None:
        """Learn the benign rows but for some, on which the scores are put on one scale."""
        table = benign_only(table, labels)
        back = held_back(row_keys(table), HELD_BACK, self._seed)
        rest = table.take(~back)
        self._forest.fit(rest)
        self._memory.fit(rest)
        self._rarity = Rarity.of(rest)
        rows = self._rarity.rows(rest)
        self._scales = Scales.of(rows)
        self._relations = Relations.of(self._scales.points(rows))
        scores = self.scores(table.take(back))
        self._places, self._widths = scores.mean(axis=0), np.maximum(scores.std(axis=0), 1e-6)
        self._tail = Tail.of(_positive(self.sums(scores)))

    def scores(self, table: Table) -> Floats:
        """What each part says. Shape (rows, 4)."""
        distances = np.log(self._memory.distances(table) + 1e-3)
        together = self._known().scores(self._points(table))
        return np.stack([self._forest.loneliness(table), distances, *together.T], axis=1)

    def sums(self, scores: Floats) -> Floats:
        """What the parts say together, in spreads of benign rows. Shape (rows,)."""
        return ((scores - self._places) / self._widths).mean(axis=1)

    def score(self, table: Table) -> Floats:
        """The share of benign rows that are less novel."""
        return self._tail.probabilities(_positive(self.sums(self.scores(table))))

    def threshold(self, budget: float) -> float:
        """By the rows held back."""
        return self._tail.threshold(budget)

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """What the parts blame, each in proportion to how far its score is above what is usual."""
        features = len(self.schema.features)
        far = np.maximum((self.scores(table) - self._places) / self._widths, 0.1)
        far[:, 2] += far[:, 3]  # the relations blame once for both of their opinions
        blamed = [part(table, features) for part in (self._forest.explain, self._memory.explain, self._off)]
        found: list[list[Contribution]] = []
        order = {feature.name: place for place, feature in enumerate(self.schema.features)}
        for row in range(len(table)):
            weights = np.zeros(features)
            usual: list[float | str] = [""] * features
            for part, said in enumerate(blamed):
                total = sum(abs(one.weight) for one in said[row]) or 1.0
                for one in said[row]:
                    weights[order[one.feature]] += float(far[row, part]) * one.weight / total
                    if one.usual != "":
                        usual[order[one.feature]] = one.usual
            found.append(strongest(table, row, weights, top, usual))
        return found

    def state(self) -> State:
        """The states of all parts, and how they are put on one scale."""
        forest, memory = self._forest.state(), self._memory.state()
        settings = {
            "seed": self._seed,
            "rows": self._tail.rows,
            "places": self._places.tolist(),
            "widths": self._widths.tolist(),
            "forest": forest.settings,
            "memory": memory.settings,
            "rarity": self._rarity.settings(),
        }
        arrays = {_FOREST + name: array for name, array in forest.arrays.items()}
        arrays |= {_MEMORY + name: array for name, array in memory.arrays.items()}
        arrays |= {_RELATIONS + name: array for name, array in self._known().arrays().items()}
        arrays |= {"middles": self._scales.middles, "spreads": self._scales.widths}
        return State(settings, {**arrays, "knots": self._tail.knots})

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The model that gave this state."""
        said, arrays = settings_of(state.settings, _Settings), state.arrays
        made = cls(said.seed)
        made._places, made._widths = np.array(said.places), np.array(said.widths)
        made._rarity = Rarity.restored(said.rarity, schema)
        made._scales = Scales.restored(arrays, made._rarity.width, spreads="spreads")
        made._relations = Relations.restored(under(_RELATIONS, arrays), made._rarity.width)
        made._tail = Tail.restored(arrays, said.rows)
        made._forest = IsolationForest.restored(State(said.forest, under(_FOREST, arrays)), schema)
        made._memory = Nearest.restored(State(said.memory, under(_MEMORY, arrays)), schema)
        return made

    def _points(self, table: Table) -> Singles:
        return self._scales.points(self._rarity.rows(table))

    def _off(self, table: Table, top: int) -> list[list[Contribution]]:
        """The features that do not go with the others of their row."""
        blame = self._known().blame(self._points(table))
        by_feature = [self._rarity.by_feature(self.schema, one) for one in blame]
        return [strongest(table, row, by_feature[row], top) for row in range(len(table))]

    def _known(self) -> Relations:
        if self._relations is None:
            raise ModelFileError("The model has not been trained.")
        return self._relations


def _positive(sums: Floats) -> Floats:
    return np.exp(np.minimum(sums, _FARTHEST))
