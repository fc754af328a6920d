"""What `FeatureMaps` makes of a network's word; the network itself is tried by `make test-anomalib`."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest

from netsentinel.detection.errors import MissingExtraError, ModelFileError
from netsentinel.detection.models import extra, feature_maps
from netsentinel.detection.models.feature_maps import FeatureMaps
from netsentinel.detection.models.metrics import roc_auc
from netsentinel.detection.models.table import Floats, Singles
from tests.unit.detection.models.rows import SCHEMA, some_rows

ROWS, LABELS = some_rows(400)
OTHERS, THEIRS = some_rows(200, seed=2)


class Brightness:
    """Finds a map odd that is bright."""

    shown = 0

    @classmethod
    def trained(cls, maps: Singles, seed: int) -> "Brightness":
        made = cls()
        made.shown = len(maps)
        return made

    @classmethod
    def restored(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> "Brightness":
        return cls()

    def scores(self, maps: Singles) -> Floats:
        return (maps.astype(np.float64) ** 2).mean(axis=(1, 2, 3))

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        return {"weights": np.zeros(1, dtype=np.float32)}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FeatureMaps:
    monkeypatch.setattr(feature_maps, "Inferencer", Brightness)
    monkeypatch.setattr(feature_maps, "MOST_LEARNT", 150)
    made = FeatureMaps(0)
    made.fit(ROWS, LABELS)
    return made


def test_rows_are_judged_by_their_maps(model: FeatureMaps) -> None:
    scores = model.score(OTHERS)
    assert roc_auc(THEIRS.bad, scores) > 0.9
    assert (scores[~THEIRS.bad] > model.threshold(0.1)).mean() < 0.25
    assert isinstance(model._network, Brightness)
    assert model._network.shown == 150


def test_an_explanation_names_what_would_be_usual(model: FeatureMaps) -> None:
    (why,) = model.explain(OTHERS.take(np.flatnonzero(THEIRS.kinds == 1)[:1]), top=3)
    assert why[0].feature in {"bytes", "errors"}
    assert {"bytes", "errors"} <= {one.feature for one in why}
    assert all(one.weight > 0 for one in why)
    assert 100 < float(next(one.usual for one in why if one.feature == "bytes")) < 5_000


def test_it_survives_being_stored(model: FeatureMaps) -> None:
    again = FeatureMaps.restored(model.state(), SCHEMA)
    assert np.array_equal(again.score(OTHERS), model.score(OTHERS))
    assert again.threshold(0.01) == model.threshold(0.01)


def test_one_that_was_never_trained_says_so() -> None:
    with pytest.raises(ModelFileError, match="not been trained"):
        FeatureMaps(0).state()


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "MORE", {extra.FEATURE_MAPS: ("no_such_package",)})
    with pytest.raises(MissingExtraError, match=r"needs no_such_package.*pip install 'netsentinel\[anomalib\]'"):
        FeatureMaps(0).fit(ROWS, LABELS)
