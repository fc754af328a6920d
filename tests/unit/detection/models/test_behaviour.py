import numpy as np

from netsentinel.detection.models.artefact import load, save
from netsentinel.detection.models.behaviour import ENTITY, MOST_SEGMENTS, SEGMENT, Behaviour
from netsentinel.detection.models.table import Category, Feature, Kind, Schema, Table

KEY = b"k" * 32
NUMBERS = [Feature(f"count{place}") for place in range(8)]


def windows(rows: int, kinds: int) -> Table:
    """Rows whose numbers say nearly the same, of so many kinds of entities."""
    random = np.random.default_rng(rows)
    said = np.exp(random.normal(size=(rows, 1)) + 0.05 * random.normal(size=(rows, 8)))
    names = [f"{row % (5 * kinds)}" for row in range(rows)]
    segments = [f"kind{row % kinds}" for row in range(rows)]
    schema = Schema.of([*NUMBERS, Feature(ENTITY, Kind.CATEGORY), Feature(SEGMENT, Kind.CATEGORY)])
    return Table(schema, said, (Category.of(names), Category.of(segments)))


def test_one_of_many_segments_survives_being_saved() -> None:
    model, rows = Behaviour(0), windows(1_200, MOST_SEGMENTS + 2)
    model.fit(rows)
    loaded = load(save(model, KEY), KEY)
    assert np.array_equal(loaded.score(rows), model.score(rows))


def test_values_that_do_not_go_together_are_found_and_told() -> None:
    """Each of them is as usual as any other."""
    model = Behaviour(0)
    model.fit(windows(1_200, 1))
    torn = windows(50, 1)
    torn.numbers[:, :] = 2.0
    torn.numbers[:, 5] = 0.5
    assert np.median(model.score(torn)) > 0.9
    assert all(one[0].feature == "count5" for one in model.explain(torn, top=1))
