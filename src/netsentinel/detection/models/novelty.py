"""Three opinions on what is new, for data without labels: autoencoder, isolation forest, distance to benign rows."""

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.autoencoder import Autoencoder
from netsentinel.detection.models.calibration import Tail
from netsentinel.detection.models.encode import row_keys, strongest
from netsentinel.detection.models.isolation_forest import IsolationForest
from netsentinel.detection.models.nearest import Nearest
from netsentinel.detection.models.ports import Contribution, Labels, State
from netsentinel.detection.models.rows import benign_only, held_back
from netsentinel.detection.models.table import Floats, Schema, Table

HELD_BACK = 0.2

_COPY = "copy."
_FOREST = "forest."
_MEMORY = "memory."


SHARES = np.array([1.0, 1.0, 0.5]) / 2.5
"""How much the opinions count, in the order of `Novelty.scores`. docs/reference/models.md says how they were chosen."""


class Novelty:
    """The weighted mean of three scores, each in its own spread among benign rows that were held back.

    The logarithm of the error of the autoencoder's copy, the isolation forest's score, and the logarithm of the
    distance to the nearest row. They err about different rows: the network about rare ones that it can copy all the
    same, the forest about rows between two groups, the distance about sparse groups.

    Args:
        seed: of all parts, and of what is held back.
    """

    name: ClassVar[str] = "novelty"
    labelled: ClassVar[bool] = False

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._copy = Autoencoder(seed)
        self._forest = IsolationForest(seed)
        self._memory = Nearest(seed)
        self._places: Floats = np.zeros(len(SHARES))
        self._widths: Floats = np.ones(len(SHARES))
        self._tail = Tail(np.zeros(1), 1)

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        return self._copy.schema

    def fit(self, table: Table, labels: Labels | None = None) -> None:
        """Learn the benign rows but for some, on which the scores are put on one scale."""
        table = benign_only(table, labels)
        back = held_back(row_keys(table), HELD_BACK, self._seed)
        for part in (self._copy, self._forest, self._memory):
            part.fit(table.take(~back))
        scores = self.scores(table.take(back))
        self._places, self._widths = scores.mean(axis=0), np.maximum(scores.std(axis=0), 1e-6)
        self._tail = Tail.of(np.exp(self.sums(scores)))

    def scores(self, table: Table) -> Floats:
        """What each part says; the last is the logarithm of the distance to a benign row. Shape (rows, 3)."""
        copies, distances = np.log(self._copy.errors(table) + 1e-3), np.log(self._memory.distances(table) + 1e-3)
        return np.stack([copies, self._forest.loneliness(table), distances], axis=1)

    def sums(self, scores: Floats) -> Floats:
        """What the parts say together, in spreads of benign rows. Shape (rows,)."""
        return ((scores - self._places) / self._widths) @ SHARES

    def score(self, table: Table) -> Floats:
        """The share of benign rows that are less novel."""
        return self._tail.probabilities(np.exp(self.sums(self.scores(table))))

    def threshold(self, budget: float) -> float:
        """By the rows held back."""
        return self._tail.threshold(budget)

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """What the parts blame, each in proportion to how far its score is above what is usual."""
        features = len(self.schema.features)
        far = np.maximum((self.scores(table) - self._places) / self._widths, 0.1) * SHARES
        parts = (self._copy, self._forest, self._memory)
        blamed = [part.explain(table, features) for part in parts]
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
        copy, forest, memory = self._copy.state(), self._forest.state(), self._memory.state()
        settings = {
            "seed": self._seed,
            "rows": self._tail.rows,
            "places": self._places.tolist(),
            "widths": self._widths.tolist(),
            "copy": copy.settings,
            "forest": forest.settings,
            "memory": memory.settings,
        }
        arrays = {_COPY + name: array for name, array in copy.arrays.items()}
        arrays |= {_FOREST + name: array for name, array in forest.arrays.items()}
        arrays |= {_MEMORY + name: array for name, array in memory.arrays.items()}
        return State(settings, {**arrays, "knots": self._tail.knots})

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The model that gave this state."""
        try:
            made = cls(int(state.settings["seed"]))
            made._places = np.asarray(state.settings["places"], dtype=np.float64)
            made._widths = np.asarray(state.settings["widths"], dtype=np.float64)
            copy = State(state.settings["copy"], _under(_COPY, state.arrays))
            forest = State(state.settings["forest"], _under(_FOREST, state.arrays))
            memory = State(state.settings["memory"], _under(_MEMORY, state.arrays))
            rows, knots = int(state.settings["rows"]), np.asarray(state.arrays["knots"], dtype=np.float64)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError("The model file lacks parts of a novelty model.") from error
        if made._places.shape != SHARES.shape or made._widths.shape != SHARES.shape or made._widths.min() <= 0:
            raise ModelFileError("The parts of the model file do not fit together.")
        made._tail = Tail.restored(knots, rows)
        made._copy = Autoencoder.restored(copy, schema)
        made._forest = IsolationForest.restored(forest, schema)
        made._memory = Nearest.restored(memory, schema)
        return made


def _under(prefix: str, arrays: Mapping[str, npt.NDArray[np.generic]]) -> dict[str, npt.NDArray[np.generic]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
