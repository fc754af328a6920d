"""What every model promises, for each in the registry whose packages are installed (`make test-anomalib` has all)."""

from collections.abc import Callable

import numpy as np
import pytest

from netsentinel.detection.errors import FeatureValueError, ModelFileError, ModelSchemaError, TrainingDataError
from netsentinel.detection.models import registry
from netsentinel.detection.models.artefact import load, save
from netsentinel.detection.models.metrics import roc_auc
from netsentinel.detection.models.ports import Labels, Learns, Model, State
from netsentinel.detection.models.table import Category, Feature, Schema, Table
from tests.unit.detection.models.rows import SCHEMA, some_rows

KEY = b"k" * 32
ROWS, LABELS = some_rows(400)
OTHERS, THEIR_LABELS = some_rows(400, seed=2)
FITTED: dict[str, Model] = {}


@pytest.fixture(params=sorted(registry.available()))
def make(request: pytest.FixtureRequest) -> Callable[[int], Model]:
    return registry.MODELS[request.param]


@pytest.fixture
def fitted(make: Callable[[int], Model]) -> Model:
    name = make(0).name
    if name not in FITTED:
        FITTED[name] = make(0)
        FITTED[name].fit(ROWS, LABELS)
    return FITTED[name]


def test_its_name_is_the_registrys(make: Callable[[int], Model]) -> None:
    assert registry.MODELS[make(0).name] is make
    assert make(0).labelled == (make(0).name in registry.LABELLED)


def test_it_tells_attacks_from_other_rows(fitted: Model) -> None:
    scores = fitted.score(OTHERS)
    assert scores.shape == (len(OTHERS),)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert roc_auc(THEIR_LABELS.bad, scores) > 0.85


def test_a_threshold_costs_about_what_it_may(fitted: Model) -> None:
    benign = OTHERS.take(~THEIR_LABELS.bad)
    assert (fitted.score(benign) > fitted.threshold(0.1)).mean() < 0.25
    assert fitted.threshold(0.1) <= fitted.threshold(0.01) <= fitted.threshold(0.001)


def test_rows_are_judged_one_by_one_as_together(fitted: Model) -> None:
    together = fitted.score(OTHERS)
    apart = np.concatenate([fitted.score(OTHERS.take(np.array([row]))) for row in range(20)])
    assert np.allclose(together[:20], apart, atol=1e-4)


def test_no_rows_have_no_scores(fitted: Model) -> None:
    nothing = OTHERS.take(np.zeros(0, dtype=np.int64))
    assert fitted.score(nothing).shape == (0,)
    assert fitted.explain(nothing) == []


def test_the_same_rows_and_seed_give_the_same_model(make: Callable[[int], Model], fitted: Model) -> None:
    again = make(0)
    again.fit(ROWS, LABELS)
    assert np.array_equal(again.score(OTHERS), fitted.score(OTHERS))
    assert save(again, KEY) == save(fitted, KEY)


def test_it_survives_being_saved(fitted: Model) -> None:
    loaded = load(save(fitted, KEY), KEY)
    assert type(loaded) is type(fitted)
    assert loaded.schema == fitted.schema
    assert np.array_equal(loaded.score(OTHERS), fitted.score(OTHERS))
    assert loaded.threshold(0.01) == fitted.threshold(0.01)
    assert loaded.explain(OTHERS.take(np.arange(3))) == fitted.explain(OTHERS.take(np.arange(3)))


def test_what_it_never_saw_is_judged(fitted: Model) -> None:
    numbers = OTHERS.numbers.copy()
    numbers[0] = np.nan
    numbers[1] = 1e300
    services = ["gopher" if row < 5 else "" if row < 10 else "http" for row in range(len(OTHERS))]
    scores = fitted.score(Table(SCHEMA, numbers, (Category.of(services), OTHERS.categories[1])))
    assert np.isfinite(scores).all()
    assert ((scores >= 0) & (scores <= 1)).all()


def test_it_can_be_trained_on_rows_with_gaps(make: Callable[[int], Model]) -> None:
    numbers = ROWS.numbers.copy()
    numbers[::7, 1] = np.nan
    model = make(0)
    model.fit(Table(SCHEMA, numbers, ROWS.categories), LABELS)
    assert roc_auc(THEIR_LABELS.bad, model.score(OTHERS)) > 0.85


def test_infinite_numbers_are_refused_by_name(make: Callable[[int], Model], fitted: Model) -> None:
    numbers = ROWS.numbers.copy()
    numbers[4, 1] = np.inf
    broken = Table(SCHEMA, numbers, ROWS.categories)
    with pytest.raises(FeatureValueError, match="seconds is infinite in row 5"):
        fitted.score(broken)
    with pytest.raises(FeatureValueError):
        make(0).fit(broken, Labels(np.arange(len(ROWS)) % 2 == 1, np.arange(len(ROWS)) % 2))


def test_other_columns_are_refused_by_name(fitted: Model) -> None:
    other = Schema.of([Feature("packets") if one.name == "bytes" else one for one in SCHEMA.features])
    with pytest.raises(ModelSchemaError, match="missing: bytes; unknown: packets"):
        fitted.score(Table(other, OTHERS.numbers, OTHERS.categories))


def test_too_few_rows_are_refused(make: Callable[[int], Model]) -> None:
    with pytest.raises(TrainingDataError, match="3 rows are too few"):
        make(0).fit(ROWS.take(~LABELS.bad).take(np.arange(3)), Labels(np.zeros(3, bool), np.zeros(3, np.int64)))


def test_a_class_without_rows_is_refused(make: Callable[[int], Model]) -> None:
    """A model with labels needs both, one without them needs benign rows."""
    model = make(0)
    bad = model.labelled
    rows = ROWS.take(LABELS.bad != bad)
    labels = Labels(np.full(len(rows), not bad), np.full(len(rows), 0 if bad else 1, np.int64))
    with pytest.raises(TrainingDataError):
        model.fit(rows, labels)


def test_an_attack_is_explained_by_what_is_odd_about_it(fitted: Model) -> None:
    flood = OTHERS.take(THEIR_LABELS.kinds == 1)
    explanations = fitted.explain(flood, top=2)
    assert len(explanations) == len(flood)
    assert all(len(one) <= 2 for one in explanations)
    first = [one[0] for one in explanations]
    assert sum(one.feature in {"bytes", "errors"} for one in first) > 0.8 * len(first)
    assert sum(one.weight > 0 for one in first) > 0.9 * len(first)


@pytest.mark.parametrize(
    "make", [one for one in registry.MODELS.values() if isinstance(one(0), Learns)], indirect=False
)
def test_going_on_learning_changes_the_model_and_keeps_its_promises(make: Callable[[int], Model]) -> None:
    model = make(0)
    assert isinstance(model, Learns)
    model.fit(ROWS, LABELS)
    before = model.score(OTHERS)
    model.partial_fit(OTHERS.take(~THEIR_LABELS.bad))
    after = model.score(OTHERS)
    assert not np.array_equal(before, after)
    assert roc_auc(THEIR_LABELS.bad, after) > 0.85


def test_one_that_was_never_trained_says_so(make: Callable[[int], Model]) -> None:
    with pytest.raises(ModelFileError, match="not been trained"):
        make(0).state()


def test_parts_that_do_not_fit_are_refused(make: Callable[[int], Model], fitted: Model) -> None:
    restored = registry.RESTORERS[fitted.name]
    state = fitted.state()
    with pytest.raises(ModelFileError):
        restored(State(), SCHEMA)
    with pytest.raises(ModelFileError):
        restored(state, Schema(SCHEMA.features[:-1]))
    for name, array in state.arrays.items():
        with pytest.raises(ModelFileError):
            restored(State(state.settings, {**state.arrays, name: array[:0]}, state.texts), SCHEMA)
