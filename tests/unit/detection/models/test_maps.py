import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError, TrainingDataError
from netsentinel.detection.models.histories import DEPTH, HISTORIES, Histories
from netsentinel.detection.models.maps import SIDE, Maps
from netsentinel.detection.models.table import Feature, Schema, Table
from netsentinel.detection.models.windows import EntityWindows
from tests.unit.detection.models.deployed import usual
from tests.unit.detection.models.rows import SCHEMA, some_rows

ROWS, LABELS = some_rows(300)
BENIGN = ROWS.take(~LABELS.bad)


def test_features_fill_a_square_and_zero_is_usual() -> None:
    maps = Maps.of(BENIGN)
    assert maps.width == 5
    points = np.zeros((1, 5), dtype=np.float32)
    assert not maps.draw(points).any()
    points[0, 3] = 1
    drawn = maps.draw(points)[0, 0]
    assert drawn.shape == (SIDE, SIDE)
    assert drawn[16:, :10].min() == 1  # the second line, the first column
    assert drawn.sum() == 160


def test_a_history_has_a_line_a_feature_and_a_column_a_window() -> None:
    table = Histories().rows(EntityWindows().take(usual(6_000)))
    maps = Maps.of(table)
    assert maps.width == len(HISTORIES.numbers) + 1  # and how rare the segment is
    points = np.zeros((2, maps.width), dtype=np.float32)
    points[0, HISTORIES.numbers.index("failed")] = 1
    points[1, HISTORIES.numbers.index("events-7")] = 1
    drawn = maps.draw(points)[:, 0]
    lines, columns = SIDE // 11, SIDE // DEPTH
    assert drawn[0, lines : 2 * lines, -columns:].min() == 1
    assert drawn[1, :lines, :columns].min() == 1
    assert drawn.sum(axis=(1, 2)).tolist() == [lines * columns] * 2


def test_what_is_far_from_usual_is_bright_and_never_beyond_one() -> None:
    flood = ROWS.take(LABELS.kinds == 1)
    maps = Maps.of(BENIGN)
    points, usual_points = maps.points(flood), maps.points(BENIGN)
    assert points[:, 0].mean() > 0.5 > np.abs(usual_points[:, 0]).mean()
    assert np.abs(points).max() <= 1


def test_maps_survive_being_stored_and_fit_their_schema_only() -> None:
    maps = Maps.of(BENIGN)
    again = Maps.restored(maps.settings(), SCHEMA)
    assert np.array_equal(again.draw(again.points(ROWS)), maps.draw(maps.points(ROWS)))
    assert again.usual(SCHEMA) == maps.usual(SCHEMA)
    for broken in ({}, {**maps.settings(), "widths": [0.0] * 5}, {**maps.settings(), "middles": [1.0]}):
        with pytest.raises(ModelFileError):
            Maps.restored(broken, SCHEMA)
    with pytest.raises(ModelFileError):
        Maps.restored(maps.settings(), Schema(SCHEMA.features[:-1]))


def test_more_features_than_pixels_are_refused() -> None:
    schema = Schema.of([Feature(f"f{n}") for n in range(SIDE * SIDE + 1)])
    with pytest.raises(TrainingDataError, match="too many for a map"):
        Maps.of(Table(schema, np.zeros((60, SIDE * SIDE + 1)), ()))
