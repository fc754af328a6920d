"""The model port: everything that judges rows of features sits behind it."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import msgspec
import numpy as np
import numpy.typing as npt

from netsentinel.detection.models.table import Flags, Floats, Ints, Schema, Table


class Contribution(msgspec.Struct, frozen=True):
    """What one feature did to one row's score."""

    feature: str
    weight: float
    """Above zero it made the row more suspicious, below zero less. Comparable within one row only."""
    value: float | str
    """What the row holds; NaN or an empty text where it says nothing."""
    usual: float | str = ""
    """What the benign rows nearest to it hold, where the model knows; otherwise an empty text."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of rows.

    Args:
        bad: one flag a row.
        kinds: one small number a row, the kind of attack; 0 for benign rows. May be all the same.
    """

    bad: Flags
    kinds: Ints

    def take(self, rows: Ints | Flags) -> "Labels":
        """Those of these rows."""
        return Labels(self.bad[rows], self.kinds[rows])


@dataclass(frozen=True, slots=True)
class State:
    """A trained model in parts that can be stored without running code when they are read."""

    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    """JSON values."""
    arrays: dict[str, npt.NDArray[np.generic]] = field(default_factory=dict[str, npt.NDArray[np.generic]])
    """Numbers and texts of fixed width, never objects."""
    texts: dict[str, str] = field(default_factory=dict[str, str])
    """LightGBM's own form of its trees."""


class Model(Protocol):
    """Learns from rows, then says of each row how suspicious it is. The same rows and seed give the same model."""

    name: ClassVar[str]
    """Stable, for example `flow-classifier`."""
    labelled: ClassVar[bool]
    """Whether it learns from labels. One that does not must be given benign rows, as far as that is known."""

    @property
    def schema(self) -> Schema:
        """The columns that it was trained on."""
        ...

    def fit(self, table: Table, labels: Labels | None = None) -> None:
        """Learn from these rows and forget what was learnt before.

        Raises:
            TrainingDataError: too few rows, or a class without rows.
            FeatureValueError: an infinite number.
        """
        ...

    def score(self, table: Table) -> Floats:
        """Of each row a probability of being bad, from 0 to 1; unseen categories and missing values are allowed.

        Raises:
            ModelSchemaError: other columns than those trained on.
            FeatureValueError: an infinite number.
        """
        ...

    def threshold(self, budget: float) -> float:
        """The score that this share of benign rows exceeds, as far as rows can tell that fit did not learn from."""
        ...

    def explain(self, table: Table, top: int = 5) -> list[list[Contribution]]:
        """Of each row the features that moved its score most, the strongest first."""
        ...

    def state(self) -> State:
        """Everything that `restored` needs."""
        ...

    @classmethod
    def restored(cls, state: State, schema: Schema) -> Self:
        """The model that gave this state.

        Raises:
            ModelFileError: the parts do not fit together.
        """
        ...


@runtime_checkable
class Learns(Protocol):
    """A model that can go on learning from later rows."""

    def partial_fit(self, table: Table) -> None:
        """Learn from these rows on top of what is known; they must have the schema of the first ones."""
        ...
