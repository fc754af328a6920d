"""The measurement behind `netsentinel bench models`: what models cost, in one process on one core."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import numpy as np
from zstandard import ZstdCompressor

from netsentinel.cli.bench_detect import as_in_the_detection_process
from netsentinel.cli.model_office import SCANNER, events_of, office, table, windows
from netsentinel.detection.build import build_pipeline
from netsentinel.detection.content import bundled_rules
from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models import DeployedModel, Deployment, Role
from netsentinel.detection.models.artefact import save
from netsentinel.detection.models.behaviour import Behaviour
from netsentinel.detection.models.entities import Entities
from netsentinel.detection.models.flow_classifier import FlowClassifier
from netsentinel.detection.models.flows import FlowFeatures
from netsentinel.detection.models.ports import Labels
from netsentinel.detection.models.segments import Sketches
from netsentinel.detection.models.table import Singles
from netsentinel.detection.models.windows import EntityWindows, rows_of
from netsentinel.detection.rules import user_cache
from netsentinel.events.lake.spool import SpoolWriter
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.types import DEFAULT_TENANT

_ROUNDS: Final = 3
_TRAINED: Final = 125_973
"""Rows of the table that is trained on: as many as KDDTrain+ has."""
_ENTITIES: Final = 10_000
_WINDOWS: Final = 100_000
_BLOCK: Final = 2_048
_FLOWS: Final = 12_000
_BATCH: Final = 1_000
_RATE: Final = 20.0
_KEY: Final = b"k" * 32
_BUDGET: Final = 0.0001


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of the fastest round."""

    wall: float
    cpu: float

    def rates(self, rows: int) -> dict[str, int]:
        """Rows a second, and a second of processor time."""
        return {"rows_per_s": round(rows / self.wall), "rows_per_cpu_s": round(rows / max(self.cpu, 1e-9))}


def measure(
    *, trained: int = _TRAINED, window_rows: int = _WINDOWS, flows: int = _FLOWS, rate: float = _RATE, seed: int = 0
) -> dict[str, Any]:
    """Rows a second of behaviour and classifier, the time of a training, and the models' share of detection.

    Args:
        trained: rows of the table that the classifier learns from, and judges.
        window_rows: windows of entities; half are learnt from first.
        flows: of the stream that goes through the pipeline; models learn from twice as many of another one.
        rate: of those streams, flows a second of their own time.
        seed: of everything random.
    """
    began = perf_counter()
    found = {
        **training(trained, seed),
        **behaviour(window_rows, seed),
        "pipeline": pipeline(flows, rate, seed),
        "threads": 1,
        "seed": seed,
    }
    return {**found, "seconds": round(perf_counter() - began, 1)}


def training(rows: int, seed: int) -> dict[str, Any]:
    """How long the flow classifier takes to learn from a table, calibration included, and to judge it."""
    data, labels = table(rows, seed)
    model = FlowClassifier(seed)
    took = least(lambda: model.fit(data, labels), rounds=1)
    judged = least(lambda: model.score(data))
    return {
        "training": {
            "rows": rows,
            "columns": len(data.schema.features),
            "s": round(took.wall, 2),
            "cpu_s": round(took.cpu, 2),
        },
        "classifier": judged.rates(rows),
    }


def behaviour(rows: int, seed: int) -> dict[str, Any]:
    """The running means and sketches of entities, and the whole ensemble, each row scored and then learnt."""
    data = windows(rows, min(_ENTITIES, rows // 10), seed)
    half = rows // 2
    model = Behaviour(seed)
    model.fit(data.take(np.arange(half)))
    parts = [data.take(np.arange(start, min(start + _BLOCK, rows))) for start in range(half, rows, _BLOCK)]
    random = np.random.default_rng(seed)
    points: list[tuple[Singles, list[str]]] = []
    for part in parts:
        names, codes = part.categories[1].values, part.categories[1].codes.tolist()
        points.append((random.normal(size=(len(part), 10)).astype(np.float32), [names[code] for code in codes]))
    entities, sketches = Entities(10), Sketches.empty(10)

    def running() -> None:
        for part, who in points:
            entities.deviations(who, part)
            entities.learn(who, part)
            sketches.scores(part)
            sketches.learn(part)

    def whole() -> None:
        for part in parts:
            model.score(part)
            model.partial_fit(part)

    def scored() -> None:
        for part in parts:
            model.score(part)

    count = rows - half
    return {
        "sketches": least(running).rates(count),
        "behaviour": least(whole).rates(count),
        "behaviour_scoring": least(scored).rates(count),
    }


def pipeline(flows: int, rate: float, seed: int) -> list[dict[str, Any]]:
    """Flows a second from packed lines to findings, without models and with them.

    The share of models is the difference, their features and findings included; their own share is what they take by
    themselves, to score, explain and learn from rows, as their tallies tell. First with statistical detectors alone,
    then as the server runs it: with the bundled rules, and each event written aside for the lake. All line-ups take
    turns in each round, so that what else the machine does falls on all of them.
    """
    lines = office(flows, rate, seed)
    batches = [
        InboxBatch(number, DEFAULT_TENANT, "bench", "", 0, _BATCH, ZstdCompressor().compress(b"\n".join(part)))
        for number, part in enumerate(lines[start : start + _BATCH] for start in range(0, len(lines), _BATCH))
    ]
    classifier, ensemble = _deployed(2 * flows, rate, seed)
    lineups: dict[str, tuple[DeployedModel, ...]] = {
        "none": (),
        "flow-classifier": (classifier,),
        "flow-classifier and behaviour, which adapts": (classifier, ensemble),
    }
    found: list[dict[str, Any]] = []
    for as_served in (False, True):
        spent: dict[str, list[Took]] = {name: [] for name in lineups}
        own: dict[str, list[float]] = {name: [] for name in lineups}
        for _ in range(_ROUNDS):
            for name, models in lineups.items():
                took, judged_s = _detected(batches, models, as_served=as_served)
                spent[name].append(took)
                own[name].append(judged_s)
        plain = min(took.cpu for took in spent["none"])
        for name, rounds in spent.items():
            cpu, wall = min(took.cpu for took in rounds), min(took.wall for took in rounds)
            found.append(
                {
                    "rules": "bundled" if as_served else "none",
                    "stored": as_served,
                    "models": name,
                    "flows_per_s": round(len(lines) / wall),
                    "flows_per_cpu_s": round(len(lines) / cpu),
                    "share": round(max(0.0, 1 - plain / cpu), 3),
                    "own_share": round(min(own[name]) / cpu, 3),
                }
            )
    return found


def least(run: Callable[[], object], *, rounds: int = _ROUNDS) -> Took:
    """The fastest of some rounds, by the clock and by processor time."""
    walls: list[float] = []
    cpus: list[float] = []
    for _ in range(rounds):
        wall, cpu = perf_counter(), process_time()
        run()
        walls.append(perf_counter() - wall)
        cpus.append(process_time() - cpu)
    return Took(min(walls), min(cpus))


def _deployed(flows: int, rate: float, seed: int) -> tuple[DeployedModel, DeployedModel]:
    """A classifier and a behaviour ensemble that know the office, with thresholds as trainings set them."""
    events = events_of(office(flows, rate, seed + 1))
    rows, bad = FlowFeatures().rows(events), np.array([event.src_ip == SCANNER for event in events])
    classifier = FlowClassifier(seed)
    classifier.fit(rows, Labels(bad, bad.astype(np.int64)))
    ensemble = Behaviour(seed)
    ensemble.fit(rows_of(EntityWindows().take(events)))
    return (
        DeployedModel(
            tenant=DEFAULT_TENANT,
            name="flows",
            version="1",
            role=Role.CHAMPION,
            threshold=classifier.threshold(_BUDGET),
            artefact=save(classifier, _KEY),
        ),
        DeployedModel(
            tenant=DEFAULT_TENANT,
            name="behaviour",
            version="1",
            role=Role.CHAMPION,
            threshold=ensemble.threshold(_BUDGET),
            adapts=True,
            artefact=save(ensemble, _KEY),
        ),
    )


def _detected(
    batches: Sequence[InboxBatch], models: tuple[DeployedModel, ...], *, as_served: bool
) -> tuple[Took, float]:
    """Detection over these batches, from packed lines to findings, after the first one warmed it up.

    Beside it the seconds of processor time that the models took by themselves.
    """
    with tempfile.TemporaryDirectory(prefix="netsentinel-bench-") as folder:
        spool = SpoolWriter(Path(folder)) if as_served else None
        built = build_pipeline([bundled_rules()] if as_served else [], cache=user_cache(), spool=spool)
        for refused in built.models.deploy(Deployment(models, _KEY)):
            raise ModelFileError(refused.detail)
        built.pipeline.analyze(batches[0])
        built.models.tallies()
        with as_in_the_detection_process():
            took = least(lambda: [built.pipeline.analyze(batch) for batch in batches], rounds=1)
        judged_s = sum(tally.nanoseconds for tally in built.models.tallies()) / 1e9
        if spool is not None:
            spool.discard()
    return took, judged_s
