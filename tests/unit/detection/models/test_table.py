import msgspec
import numpy as np
import pytest

from netsentinel.detection.errors import FeatureValueError, ModelSchemaError
from netsentinel.detection.models.table import MISSING, Category, Kind, Schema, Table
from tests.unit.detection.models.rows import SCHEMA, some_rows


def test_numbers_come_before_categories() -> None:
    assert [one.name for one in SCHEMA.features] == ["bytes", "seconds", "errors", "service", "flag"]
    assert SCHEMA.categories == ("service", "flag")


@pytest.mark.parametrize("change", [{"name": "x"}, {"kind": Kind.CATEGORY}, {"unit": "bits"}, {"window": "1 h"}])
def test_a_version_changes_with_what_a_column_means(change: dict[str, str]) -> None:
    first, *rest = SCHEMA.features
    changed = msgspec.structs.replace(first, **change)
    assert Schema((changed, *rest)).version != SCHEMA.version
    assert Schema((msgspec.structs.replace(first, source="elsewhere"), *rest)).version == SCHEMA.version


def test_categories_are_codes_and_empty_ones_are_missing() -> None:
    column = Category.of(["b", "", "a", "b"])
    assert column.values == ("a", "b")
    assert column.codes.tolist() == [1, MISSING, 0, 1]
    assert column.coded_as(("b", "c")).tolist() == [0, MISSING, 2, 0]
    assert Category.of([]).values == ()


def test_parts_of_other_lengths_are_no_table() -> None:
    table, _ = some_rows(10)
    with pytest.raises(ModelSchemaError):
        Table(SCHEMA, table.numbers[:, :2], table.categories)
    with pytest.raises(ModelSchemaError):
        Table(SCHEMA, table.numbers[:5], table.categories)


def test_missing_numbers_are_fine_and_infinite_ones_are_named() -> None:
    table, _ = some_rows(10)
    table.numbers[3, 0] = np.nan
    table.must_fit(SCHEMA)
    table.numbers[5, 2] = -np.inf
    with pytest.raises(FeatureValueError, match="errors is infinite in row 6"):
        table.must_fit(SCHEMA)
    table.numbers[5, 2] = 1e308
    table.numbers[6, 2] = 1e308
    table.must_fit(SCHEMA)
