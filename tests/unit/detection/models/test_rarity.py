import math

import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.rarity import Rarity
from netsentinel.detection.models.table import Category, Schema, Table
from tests.unit.detection.models.rows import SCHEMA, some_rows

TABLE, _ = some_rows(400)
RARITY = Rarity.of(TABLE)


def test_rows_are_logarithms_and_rarities() -> None:
    rows = RARITY.rows(TABLE)
    assert rows.shape == (400, RARITY.width) == (400, 5)
    assert rows[:, 0] == pytest.approx(np.log1p(TABLE.numbers[:, 0]))
    assert rows[:, 2] == pytest.approx(TABLE.numbers[:, 2]), "shares stay as they are"
    service = TABLE.categories[0]
    common = max(service.values, key=lambda value: (service.codes == service.values.index(value)).sum())
    share = (service.codes == service.values.index(common)).mean()
    assert rows[service.codes == service.values.index(common), 3] == pytest.approx(-math.log(share), abs=0.02)


def test_what_was_never_seen_is_rarest_and_what_is_missing_is_usual() -> None:
    numbers = np.array([[np.nan, 1, 1]])
    strange = Table(SCHEMA, numbers, (Category.of(["gopher"]), Category.of(["SF"])))
    row = RARITY.rows(strange)[0]
    assert row[0] == pytest.approx(np.log1p(np.median(TABLE.numbers[:, 0])))
    assert row[3] > RARITY.rows(TABLE)[:, 3].max()


def test_categories_can_be_left_out() -> None:
    assert Rarity.of(TABLE, left_out=("flag",)).width == 4


def test_it_speaks_of_features_again() -> None:
    weights = RARITY.by_feature(SCHEMA, np.arange(5.0))
    assert weights.tolist() == [0, 1, 2, 3, 4]
    usual = RARITY.usual(SCHEMA, RARITY.rows(TABLE)[0])
    assert usual[0] == pytest.approx(TABLE.numbers[0, 0], rel=0.01)
    assert usual[3] in TABLE.categories[0].values
    assert usual[4] == "SF"


def test_it_is_restored_and_checked() -> None:
    again = Rarity.restored(RARITY.settings(), SCHEMA)
    assert np.array_equal(again.rows(TABLE), RARITY.rows(TABLE))
    with pytest.raises(ModelFileError):
        Rarity.restored({}, SCHEMA)
    with pytest.raises(ModelFileError):
        Rarity.restored(RARITY.settings(), Schema(SCHEMA.features[1:]))
