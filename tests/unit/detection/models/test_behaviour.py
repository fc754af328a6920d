import numpy as np
import pytest

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


def of_kinds(kinds: list[str], names: list[str], sizes: list[float]) -> Table:
    """Rows of entities of these kinds, whose numbers are of these sizes."""
    random = np.random.default_rng(7)
    said = np.array(sizes)[:, None] * np.exp(0.3 * random.normal(size=(len(sizes), 8)))
    schema = Schema.of([*NUMBERS, Feature(ENTITY, Kind.CATEGORY), Feature(SEGMENT, Kind.CATEGORY)])
    return Table(schema, said, (Category.of(names), Category.of(kinds)))


def model_of_two_kinds() -> Behaviour:
    """Servers have large numbers, and printers small ones."""
    model, places = Behaviour(0), range(1_200)
    kinds = [("server", "printer")[at % 2] for at in places]
    model.fit(of_kinds(kinds, [f"{kinds[at]}{at % 20}" for at in places], [(50.0, 0.5)[at % 2] for at in places]))
    return model


def test_a_row_is_judged_by_its_kind_and_one_of_another_kind_by_all() -> None:
    model = model_of_two_kinds()
    kinds = ["server", "", "printer", "unheard", "printer", "server"] * 20
    sizes = [50.0, 50.0, 0.5, 0.5, 50.0, 0.5] * 20
    scores = model.score(of_kinds(kinds, ["a", "", "b", "c", "b", "a"] * 20, sizes)).reshape(-1, 6)
    assert (np.median(scores, axis=0)[:4] < 0.9).all()
    assert (scores[:, 4:] > 0.99).all()


def test_a_row_says_the_same_among_others_as_by_itself() -> None:
    model = model_of_two_kinds()
    kinds, names = ["unheard", "printer", "server", "", "printer"], ["server2", "printer3", "", "printer5", "printer1"]
    rows = of_kinds(kinds, names, [1.0, 2.0, 20.0, 3.0, 1.0])
    alone = [rows.take(np.arange(len(rows)) == at) for at in range(len(rows))]
    assert np.concatenate([model.score(one) for one in alone]) == pytest.approx(model.score(rows))
    assert [model.explain(one)[0] for one in alone] == model.explain(rows)


def test_it_gets_used_to_what_a_kind_does_and_more_to_what_an_entity_does() -> None:
    model = model_of_two_kinds()
    own, of_others = (of_kinds(["printer"] * 40, [name] * 40, [2.0] * 40) for name in ("printer1", "other"))
    before = model.score(of_others).mean()
    model.partial_fit(own)
    assert model.score(own).mean() < model.score(of_others).mean() - 0.01
    for _ in range(9):
        model.partial_fit(own)
    assert model.score(of_others).mean() < before - 0.01
