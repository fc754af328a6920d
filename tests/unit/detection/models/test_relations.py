import numpy as np

from netsentinel.detection.models.relations import Relations

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
