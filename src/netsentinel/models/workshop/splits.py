"""Telling rows to learn from and rows to measure on apart, so that nothing leaks from one side to the other."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.encode import row_keys
from netsentinel.detection.models.rows import held_back
from netsentinel.detection.models.table import Flags, Table
from netsentinel.models.orders import SplitBy

Texts = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Sides:
    """The rows of each side, as flags over all rows."""

    train: Flags
    test: Flags
    duplicates: int
    """Rows that are on neither side, because an equal one is learnt from."""


def split(
    table: Table,
    how: SplitBy,
    share: float,
    seed: int,
    *,
    times: npt.NDArray[np.float64] | None = None,
    hosts: Texts | None = None,
) -> Sides:
    """Both sides of some rows.

    Args:
        table: the rows.
        how: by what.
        share: about how many of the rows to measure on, between 0 and 1.
        seed: of the choice, where it is one.
        times: of each row, where it is split by time; any unit.
        hosts: of each row, where it is split by host.

    Raises:
        TrainingDataError: the rows have no times or hosts, or one side would be empty.
    """
    keys = row_keys(table)
    if how is SplitBy.TIME:
        if times is None or np.isnan(times).any():
            raise TrainingDataError("Rows are split by time, and not every row has one.")
        test = times > np.quantile(times, 1 - share)
    elif how is SplitBy.HOST:
        if hosts is None:
            raise TrainingDataError("Rows are split by host, and they have none.")
        _, groups = np.unique(hosts, return_inverse=True)
        if int(groups.max()) < 1:
            raise TrainingDataError("All rows are of one host; split them by time or by hash.")
        test = held_back(groups.astype(np.int64), share, seed)
    else:
        test = held_back(keys, share, seed)
    train = ~test
    repeated = test & np.isin(keys, np.unique(keys[train]))
    test &= ~repeated
    if not train.any() or not test.any():
        raise TrainingDataError("One side of the split would have no rows; split otherwise, or state more rows.")
    return Sides(train, test, int(repeated.sum()))
