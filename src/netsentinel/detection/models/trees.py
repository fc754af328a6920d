"""Boosted trees: LightGBM with what we need of it, one thread, the same result on every run."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast

import lightgbm
import numpy as np
from lightgbm.basic import LightGBMError

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.forest import Forest
from netsentinel.detection.models.table import Floats
from netsentinel.detection.models.tree_text import trees_of

_SETTINGS: Mapping[str, Any] = {
    "objective": "binary",
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "learning_rate": 0.1,
    "num_leaves": 31,
}

MAX_TEXT = 32 * 1024 * 1024
"""Longest text of trees that is read, in characters."""


class Trees:
    """A forest that answers with margins (log odds)."""

    def __init__(self, booster: Any) -> None:
        self._booster = booster

    @cached_property
    def _forest(self) -> Forest | None:
        """The trees as tables; None where LightGBM itself has to walk them, because they are too large."""
        return Forest.of(trees_of(self.text())[1])

    @classmethod
    def grown(
        cls,
        matrix: Floats,
        target: Floats,
        *,
        weights: Floats,
        categories: list[int],
        rounds: int,
        seed: int,
        more: Mapping[str, Any] | None = None,
    ) -> "Trees":
        """Trees that tell rows of target 1 from rows of target 0.

        Args:
            matrix: shape (rows, features); NaN is missing, and so is a negative category.
            target: 0 or 1 a row.
            weights: how much each row counts.
            categories: the columns that are categories.
            rounds: number of trees.
            seed: of everything random.
            more: settings of LightGBM on top of ours.
        """
        library = cast("Any", lightgbm)
        data = library.Dataset(
            matrix, target, weight=weights, categorical_feature=categories, params={"verbose": -1}, free_raw_data=True
        )
        return cls(library.train({**_SETTINGS, "seed": seed, **(more or {})}, data, rounds))

    def margins(self, matrix: Floats) -> Floats:
        """Log odds of each row, before calibration."""
        if not len(matrix):
            return np.zeros(0)
        if self._forest is not None:
            return self._forest.margins(matrix)
        found = self._booster.predict(matrix, raw_score=True, num_threads=1)
        return np.asarray(found, dtype=np.float64)

    def shares(self, matrix: Floats) -> Floats:
        """What each feature added to each row's margin (SHAP values of trees). Shape (rows, features)."""
        if not len(matrix):
            return np.zeros(matrix.shape)
        found = self._booster.predict(matrix, pred_contrib=True, num_threads=1)
        return np.asarray(found, dtype=np.float64)[:, :-1]

    def text(self) -> str:
        """LightGBM's own text form."""
        return str(self._booster.model_to_string())

    @classmethod
    def read(cls, text: str, features: int) -> "Trees":
        """The trees of a text.

        Raises:
            ModelFileError: it is none, is too long, or has another number of features.
        """
        if len(text) > MAX_TEXT or not text.startswith("tree\n"):
            raise ModelFileError("The model file holds no trees, or too many.")
        known, _ = trees_of(text)
        if known != features:
            raise ModelFileError(f"The trees know {known} features, the schema {features}.")
        try:
            booster = cast("Any", lightgbm).Booster(model_str=text)
        except (LightGBMError, ValueError) as error:
            raise ModelFileError("The trees of the model file cannot be read.") from error
        return cls(booster)
