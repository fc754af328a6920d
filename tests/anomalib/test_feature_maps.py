"""Feature maps with Anomalib itself: `make test-anomalib`. The contract of all models is tried beside this."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models import DeployedModel, Role, extra
from netsentinel.detection.models.artefact import load, save
from netsentinel.detection.models.detector import MLDetector
from netsentinel.detection.models.histories import HISTORIES, Histories
from netsentinel.detection.models.registry import MODELS
from netsentinel.detection.models.windows import EntityWindows
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.models.bench import ProcessTrainingBench
from netsentinel.models.orders import Made, Rows, RowsOf, SplitBy, Train
from tests.unit.detection.models.deployed import KEY, by_time, deployment, scan, usual
from tests.unit.detection.models.rows import some_rows

if not extra.has_packages(extra.FEATURE_MAPS):
    pytest.skip("needs the extra anomalib (make test-anomalib)", allow_module_level=True)


@pytest.fixture(scope="module")
def office() -> bytes:
    """The signed file of a model that knows five hours of the office."""
    model = MODELS["feature-maps"](0)
    model.fit(Histories().rows(EntityWindows().take(usual(9_000))))
    return save(model, KEY)


def test_the_librarys_inferencer_serves_it_without_pickle_and_without_the_network(
    office: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anomalib.deploy import TorchInferencer  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("nothing is loaded from a pickle, and nobody is called")

    import pickle  # noqa: TID251 - to see that nobody uses it

    import torch  # pyright: ignore[reportMissingImports]

    monkeypatch.delenv("TRUST_REMOTE_CODE", raising=False)
    for owner, name in ((torch, "load"), (pickle, "load"), (pickle, "loads"), (socket.socket, "connect")):
        monkeypatch.setattr(owner, name, never)
    model: Any = load(office, KEY)
    assert isinstance(model._network._served, TorchInferencer)
    rows = Histories().rows(EntityWindows().take(usual(600, seed=3)))
    assert ((model.score(rows) >= 0) & (model.score(rows) <= 1)).all()
    rows_of_a_table, labels = some_rows(120)
    MODELS["feature-maps"](0).fit(rows_of_a_table, labels)


def test_weights_of_another_size_are_refused(office: bytes) -> None:
    model: Any = load(office, KEY)
    state = model.state()
    state.arrays["weights"] = state.arrays["weights"][:-1]
    with pytest.raises(ModelFileError, match="'weights'"):
        type(model).restored(state, HISTORIES)


def test_deployed_it_judges_histories_and_goes_on_after_a_restart(office: bytes) -> None:
    events = by_time(usual(1_500, seed=5), scan(100, start=1_300.0))
    detector = MLDetector()
    champion = DeployedModel(
        name="histories", version="1", role=Role.CHAMPION, threshold=0.995, share=1.0, tenant=DEFAULT_TENANT,
        adapts=False, artefact=office,
    )  # fmt: skip
    assert detector.deploy(deployment(champion)) == []
    half = len(events) // 2
    found = detector.analyze_events(events[:half])
    second = MLDetector()
    second.deploy(deployment(champion))
    second.restore(detector.snapshot())
    found += second.analyze_events(events[half:])
    whole = MLDetector()
    whole.deploy(deployment(champion))
    assert [one.title for one in whole.analyze_events(events)] == [one.title for one in found]
    assert sum("the service 10.0.0.5:" in one.title for one in found) > 50  # ports that nobody had called before
    assert all(one.matched[0].field == "probability" and len(one.matched) > 1 for one in found)
    (tally,) = whole.tallies()
    assert tally.judged > 150


def test_it_is_trained_by_the_process_that_trains_within_its_memory(tmp_path: Path) -> None:
    table, labels = some_rows(500)
    lines = ["bytes,seconds,errors,label"]
    lines += [f"{a},{b},{c},{int(bad)}" for (a, b, c), bad in zip(table.numbers.tolist(), labels.bad, strict=True)]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(lines))
    order = Train(
        folder=str(tmp_path), key=KEY, kind="feature-maps", rows=Rows(path=str(path), rows_of=RowsOf.FLOWS),
        split=SplitBy.HASH, test_share=0.3, seed=0, budget=0.01, search_s=0,
    )  # fmt: skip
    made = asyncio.run(ProcessTrainingBench(2_048).run(order, lambda *_: None))
    assert isinstance(made, Made)
    assert made.report.scores.roc_auc is not None
    assert made.report.scores.roc_auc > 0.8
    assert not made.servable
    assert np.isfinite(made.threshold)
