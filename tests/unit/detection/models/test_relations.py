import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.relations import MOST_COLUMNS, Relations

RANDOM = np.random.default_rng(7)
FIRST = RANDOM.normal(size=3_000)
POINTS = np.stack([FIRST, -FIRST, RANDOM.normal(size=3_000)], 1).astype(np.float32)
TORN = np.array([[1.5, 1.5, 0.0]], dtype=np.float32)
WHOLE = np.array([[1.5, -1.5, 0.0]], dtype=np.float32)


def test_both_opinions_see_a_row_that_is_torn() -> None:
    relations = Relations.of(POINTS)
    assert (relations.scores(TORN) > relations.scores(WHOLE) + 0.3).all()


def test_blame_goes_to_the_columns_that_disagree() -> None:
    blame = Relations.of(POINTS).blame(TORN)[0]
    assert min(blame[:2]) > 3 * blame[2]


def test_it_goes_on_learning() -> None:
    relations = Relations.of(POINTS)
    before = relations.scores(TORN)
    for _ in range(200):
        relations.learn(np.repeat(TORN, 50, axis=0) + RANDOM.normal(0, 0.1, (50, 3)).astype(np.float32))
    assert (relations.scores(TORN) < before).all()


def test_it_survives_being_saved() -> None:
    relations = Relations.of(POINTS)
    again = Relations.restored(relations.arrays(), 3)
    assert np.array_equal(again.scores(POINTS), relations.scores(POINTS))


def test_of_many_columns_those_that_differ_most_are_looked_at() -> None:
    wide = RANDOM.normal(size=(500, MOST_COLUMNS + 20)).astype(np.float32)
    wide[:, 5:25] = 1
    relations = Relations.of(wide)
    arrays = relations.arrays()
    assert arrays["columns"].tolist() == [*range(5), *range(25, MOST_COLUMNS + 20)]
    odd = wide[:3].copy()
    odd[:, 5:25] = 5
    assert np.array_equal(relations.scores(odd), relations.scores(wide[:3]))
    assert relations.blame(odd)[:, 5:25].max() == 0
    again = Relations.restored(arrays, MOST_COLUMNS + 20)
    assert np.array_equal(again.scores(wide), relations.scores(wide))
    assert np.array_equal(again.blame(wide), relations.blame(wide))


@pytest.mark.parametrize(
    "columns",
    [[0, 1, 3], [-1, 0, 1], [0, 1], [0, 1, 1], [2, 1, 0], [[0, 1, 2]], 0, [0.0, 1.0, 2.0], ["0", "1", "2"]],
    ids=str,
)
def test_columns_that_no_points_have_are_refused(columns: object) -> None:
    with pytest.raises(ModelFileError):
        Relations.restored({**Relations.of(POINTS).arrays(), "columns": np.array(columns)}, 3)


def test_a_model_file_of_before_the_columns_stood_once_is_refused() -> None:
    arrays = Relations.of(POINTS).arrays()
    columns = arrays.pop("columns")
    with pytest.raises(ModelFileError, match=r"lacks 'columns'.*Train it anew"):
        Relations.restored({**arrays, "lines.columns": columns, "pairs.columns": columns}, 3)
