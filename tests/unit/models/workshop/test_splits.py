import numpy as np
import pytest

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.encode import row_keys
from netsentinel.detection.models.table import Feature, Schema, Table
from netsentinel.models.orders import SplitBy
from netsentinel.models.workshop.splits import split


def table(rows: int = 400, different: int = 60) -> Table:
    """Rows that repeat when there are fewer different ones than rows."""
    numbers = np.random.default_rng(1).permutation(np.arange(rows) % different).reshape(-1, 1).astype(np.float64)
    return Table(Schema.of([Feature("n")]), numbers, ())


@pytest.mark.parametrize("how", list(SplitBy))
def test_no_row_is_measured_on_that_equals_one_learnt_from(how: SplitBy) -> None:
    rows = table()
    times = np.arange(400, dtype=np.float64)
    hosts = np.asarray([f"h{n % 17}" for n in range(400)])
    sides = split(rows, how, 0.3, 0, times=times, hosts=hosts) if how is SplitBy.HASH else None
    if sides is None:
        fine = table(400, 100_000)
        sides, rows = split(fine, how, 0.3, 0, times=times, hosts=hosts), fine
    keys = row_keys(rows)
    assert not set(keys[sides.train]) & set(keys[sides.test])
    assert not (sides.train & sides.test).any()
    assert int(sides.train.sum() + sides.test.sum()) + sides.duplicates == 400


def test_by_time_everything_measured_on_comes_later() -> None:
    times = np.random.default_rng(3).permutation(400).astype(np.float64)
    sides = split(table(400, 100_000), SplitBy.TIME, 0.25, 0, times=times)
    assert times[sides.train].max() < times[sides.test].min()
    assert int(sides.test.sum()) == 100


def test_by_host_no_host_is_on_both_sides() -> None:
    hosts = np.asarray([f"h{n % 17}" for n in range(400)])
    sides = split(table(400, 100_000), SplitBy.HOST, 0.3, 0, hosts=hosts)
    assert not set(hosts[sides.train]) & set(hosts[sides.test])


def test_duplicates_of_what_is_learnt_from_are_left_out_and_counted() -> None:
    rows = table(400, 350)
    sides = split(rows, SplitBy.TIME, 0.5, 0, times=np.arange(400, dtype=np.float64))
    assert sides.duplicates > 0
    assert not set(row_keys(rows)[sides.train]) & set(row_keys(rows)[sides.test])


def test_what_cannot_be_split_is_refused() -> None:
    rows = table(400, 100_000)
    holes = np.arange(400, dtype=np.float64)
    holes[3] = np.nan
    for how, options in (
        (SplitBy.TIME, {}),
        (SplitBy.TIME, {"times": holes}),
        (SplitBy.TIME, {"times": np.zeros(400)}),
        (SplitBy.HOST, {}),
        (SplitBy.HOST, {"hosts": np.asarray(["one"] * 400)}),
    ):
        with pytest.raises(TrainingDataError):
            split(rows, how, 0.3, 0, **options)  # type: ignore[arg-type] - whichever it takes
