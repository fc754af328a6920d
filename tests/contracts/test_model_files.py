"""What is wrong in a model file is refused, or does no harm: each part of each model whose packages are installed."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from itertools import islice
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models import registry
from netsentinel.detection.models.ports import Learns, Model, State
from tests.unit.detection.models.rows import SCHEMA, some_rows

ROWS, LABELS = some_rows(400)
ASKED, _ = some_rows(30, seed=2)

MODELS_IN_IT = ("trees", "novelty", "forest", "memory")
"""Parts of models that are models, too, and are held to the same by themselves."""

Array = npt.NDArray[Any]


@cache
def _state(name: str) -> State:
    model = registry.MODELS[name](0)
    model.fit(ROWS, LABELS)
    return model.state()


WHOLES = {"guarded-classifier": pytest.mark.untraced}
"""Made of parts that are held to the same by themselves."""


@pytest.fixture(params=[pytest.param(name, marks=WHOLES.get(name, ())) for name in sorted(registry.available())])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _never(array: Array) -> Iterator[tuple[str, Any]]:
    """What no part of a model may be in place of this one."""
    yield "a number", np.float64(3)
    yield "an array of no dimension", np.array(array.ravel()[0])
    yield "more dimensions", array[None, None]
    yield "too few", array[:0]
    if array.ndim == 2:
        yield "three times as wide", np.concatenate([array, array, array], axis=1)
    yield "another kind", np.full(array.shape, 1 if array.dtype.kind == "U" else "1")
    yield "flags", np.full(array.shape, True)
    yield "objects", np.full(array.shape, None)
    for value in (np.inf, -np.inf, np.nan):
        yield str(value), np.full(array.shape, value)
        if array.dtype.kind == "f":
            for at in (0, -1):
                yield f"{value} at {at}", _with(array, at, value)


def _odd(array: Array) -> Iterator[tuple[str, Array]]:
    """What is of the right kind and shape, and not what training leads to."""
    if array.dtype.kind == "i":
        for number in (0, -1, 1, 2**40, -(2**62), 2**62):
            yield str(number), np.full(array.shape, number)
    if array.dtype.kind != "f":
        return
    yield "whole numbers", np.ones(array.shape, dtype=np.int64)
    yield "negative", -np.abs(array)
    yield "backwards", array[::-1]
    yield "at random", np.random.default_rng(0).normal(0, 1e3, array.shape)
    for value in (0.0, 0.5, 1e-300, 1e9, 1e60, 1e308, -1e308):
        yield str(value), np.full(array.shape, value)
        yield f"{value} at the end", _with(array.astype(np.float64), -1, value)


def _with(array: Array, at: int, value: float) -> Array:
    found = array.copy()
    found.reshape(-1)[at] = value
    return found


def _places(said: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in settings; of lists only the first two."""
    keys: list[Any] = []
    if isinstance(said, dict):
        keys = list(cast("dict[str, Any]", said))
    elif isinstance(said, list):
        keys = [0, 1][: len(cast("list[Any]", said))]
    for key in keys:
        yield (*at, key)
        if key not in MODELS_IN_IT:
            yield from _places(said[key], (*at, key))


def _put(said: Any, place: tuple[Any, ...], value: Any) -> Any:
    found = deepcopy(said)
    inner = found
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return found


def _judges(name: str, state: State) -> Model | None:
    """The model of this state, when it is not refused and does all that models do."""
    try:
        model = registry.RESTORERS[name](state, SCHEMA)
    except ModelFileError:
        return None
    scores = model.score(ASKED)
    assert ((scores >= 0) & (scores <= 1)).all()
    said = [one for row in model.explain(ASKED.take(np.arange(3))) for one in row]
    assert np.isfinite([one.weight for one in said] + [one.usual for one in said if isinstance(one.usual, float)]).all()
    assert 0 <= model.threshold(0.01) <= 1
    if isinstance(model, Learns):
        model.partial_fit(ASKED)
        assert np.isfinite(model.score(ASKED)).all()
    return model


def test_what_it_saved_is_taken(name: str) -> None:
    assert _judges(name, deepcopy(_state(name))) is not None


def test_arrays_that_no_model_has_are_refused(name: str) -> None:
    state = _state(name)
    for part, array in state.arrays.items():
        rest = {other: one for other, one in state.arrays.items() if other != part}
        with pytest.raises(ModelFileError):
            registry.RESTORERS[name](State(state.settings, rest, state.texts), SCHEMA)
        most = 1 if part.startswith(MODELS_IN_IT) else None
        for what, bad in islice(_never(array), most):
            try:
                registry.RESTORERS[name](State(state.settings, {**rest, part: bad}, state.texts), SCHEMA)
            except ModelFileError:
                continue
            pytest.fail(f"{part}: {what}")


def test_numbers_that_no_training_leads_to_are_refused_or_do_no_harm(name: str) -> None:
    state = _state(name)
    own = {part: array for part, array in state.arrays.items() if not part.startswith(MODELS_IN_IT)}
    for part, array in own.items():
        for what, bad in _odd(array):
            try:
                _judges(name, State(state.settings, {**state.arrays, part: bad}, state.texts))
            except Exception as error:
                raise AssertionError(f"{part}: {what}") from error


def test_settings_that_no_model_has_are_refused_or_do_no_harm(name: str) -> None:
    state = _state(name)
    bad: list[Any] = [None, "x", -1, 0, 1, 2**70, -(2**70), 1e308, -1e308, 1e-308, True, [], {}, [None], ["x"]]
    for place in _places(state.settings):
        for value in (*bad, float("nan"), float("inf"), [1e308] * 3):
            try:
                _judges(name, State(_put(state.settings, place, value), state.arrays, state.texts))
            except Exception as error:
                raise AssertionError(f"{place}: {value}") from error
