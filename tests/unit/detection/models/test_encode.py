import numpy as np

from netsentinel.detection.models.encode import CLIP, MAX_VALUES, Points, row_keys, strongest, vocabulary
from netsentinel.detection.models.table import Category, Feature, Kind, Schema, Table
from tests.unit.detection.models.rows import SCHEMA, some_rows


def test_the_most_common_values_are_kept() -> None:
    column = Category.of([f"v{number:03}" for number in range(300)] + ["zz"] * 3)
    kept = vocabulary(column)
    assert len(kept) == MAX_VALUES
    assert "zz" in kept
    assert list(kept) == sorted(kept)


def test_equal_rows_have_equal_keys_and_others_do_not() -> None:
    table, _ = some_rows(50)
    keys = row_keys(table.take(np.array([*range(50), 7, 9])))
    assert keys[50] == keys[7]
    assert keys[51] == keys[9]
    assert len(set(keys.tolist())) == 50


def test_points_are_bounded_and_unknown_values_have_a_direction_of_their_own() -> None:
    table, _ = some_rows(200)
    points = Points.of(table)
    numbers = np.array([[1e12, np.nan, 0.5], [0.0, 1.0, 0.5]])
    other = Table(SCHEMA, numbers, (Category.of(["http", "gopher"]), Category.of(["", "SF"])))
    matrix = points.matrix(other)
    assert matrix.shape == (2, points.width)
    assert matrix[0, 0] == CLIP
    assert matrix[0, 1] == 0
    assert matrix[0, 3:].sum() == 1
    assert matrix[1, 3:].sum() == 2
    assert points.by_feature(matrix**2).shape == (2, 5)
    usual = points.usual(SCHEMA, matrix[1])
    assert abs(float(usual[1]) - 1) < 1e-3
    assert usual[3:] == ["", "SF"]


def test_a_column_that_never_changes_or_is_mostly_missing_does_no_harm() -> None:
    schema = Schema((Feature("a"), Feature("b")))
    numbers = np.full((20, 2), 3.0)
    numbers[1:, 1] = np.nan
    matrix = Points.of(Table(schema, numbers, ())).matrix(Table(schema, numbers, ()))
    assert not matrix.any()


def test_the_strongest_come_first_and_zeros_never() -> None:
    schema = Schema((Feature("a"), Feature("b"), Feature("c", Kind.CATEGORY)))
    table = Table(schema, np.array([[1.0, 2.0]]), (Category.of(["x"]),))
    found = strongest(table, 0, np.array([0.0, -1.0, 3.0]), 5)
    assert [(one.feature, one.weight, one.value) for one in found] == [("c", 3.0, "x"), ("b", -1.0, 2.0)]
