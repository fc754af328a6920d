"""The search for parameters: tries settings of a model until its time is up, and keeps what it has seen."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from netsentinel.detection.models.encode import row_keys
from netsentinel.detection.models.flow_classifier import FlowClassifier
from netsentinel.detection.models.metrics import pr_auc, recall_at_fpr
from netsentinel.detection.models.ports import Labels, Model
from netsentinel.detection.models.registry import MODELS
from netsentinel.detection.models.rows import held_back
from netsentinel.detection.models.table import Table
from netsentinel.models.report import Trial

CHOICES: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    FlowClassifier.name: {
        "rounds": (60, 100, 150, 200, 300),
        "leaves": (15, 31, 63, 127),
        "rate": (0.05, 0.1, 0.2),
    }
}
"""Models that have parameters to choose, with what is tried."""

HELD_BACK = 0.25
"""Share of the rows to learn from that trials are measured on."""
MOST_TRIALS = 60

Tell = Callable[[int, Trial], None]


def build(kind: str, seed: int, parameters: Mapping[str, Any]) -> Model:
    """A fresh model with these parameters; those that are not stated are its own."""
    if kind == FlowClassifier.name and parameters:
        return FlowClassifier(seed, **parameters)
    return MODELS[kind](seed)


def search(
    kind: str, table: Table, labels: Labels, *, seed: int, budget: float, seconds: float, kept: Path, tell: Tell
) -> tuple[dict[str, Any], tuple[Trial, ...]]:
    """The best parameters, and every trial; the model's own are tried first, and win a tie.

    The first trial is made however short the time, and a trial that has begun is finished. What an earlier attempt of
    the same training tried is read from `kept`.

    Args:
        kind: which model.
        table: rows to learn from; a quarter of them, equal rows on one side, is held back.
        labels: of the rows.
        seed: of the order in which parameters are tried.
        budget: share of benign rows that may be called bad, at which recall counts.
        seconds: when no further trial begins; 0 for no search.
        kept: where trials are written down.
        tell: told of each trial with its number.
    """
    choices = CHOICES.get(kind)
    if choices is None or seconds <= 0:
        return {}, ()
    trials = _kept(kept)
    back = held_back(row_keys(table), HELD_BACK, seed)
    inner, outer = (table.take(~back), labels.take(~back)), (table.take(back), labels.take(back))
    if not 0 < int(outer[1].bad.sum()) < len(outer[0]):
        return {}, ()
    began = time.monotonic() - sum(trial.seconds for trial in trials)
    for parameters in _candidates(choices, seed)[len(trials) :]:
        if trials and time.monotonic() - began >= seconds:
            break
        trials.append(_tried(kind, parameters, inner, outer, seed=seed, budget=budget))
        kept.write_bytes(msgspec.json.encode(trials))
        tell(len(trials), trials[-1])
    best = max(trials, key=lambda trial: (trial.recall, trial.pr_auc), default=None)
    return (dict(best.parameters) if best else {}), tuple(trials)


def _tried(
    kind: str,
    parameters: Mapping[str, Any],
    inner: tuple[Table, Labels],
    outer: tuple[Table, Labels],
    *,
    seed: int,
    budget: float,
) -> Trial:
    begun = time.monotonic()
    model = build(kind, seed, parameters)
    model.fit(*inner)
    scores, bad = model.score(outer[0]), outer[1].bad
    return Trial(
        parameters=dict(parameters),
        recall=recall_at_fpr(bad, scores, budget),
        pr_auc=pr_auc(bad, scores),
        seconds=time.monotonic() - begun,
    )


def _candidates(choices: Mapping[str, tuple[Any, ...]], seed: int) -> list[dict[str, Any]]:
    """The model's own parameters, then combinations in random order, each once."""
    sizes = [len(values) for values in choices.values()]
    order = np.random.default_rng(seed).permutation(int(np.prod(sizes)))[: MOST_TRIALS - 1]
    found: list[dict[str, Any]] = [{}]
    for number in order:
        places = np.unravel_index(int(number), sizes)
        found.append({name: values[int(place)] for (name, values), place in zip(choices.items(), places, strict=True)})
    return found


def _kept(path: Path) -> list[Trial]:
    """Trials of an earlier attempt; none when it left none, or half a file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Trial])
    except (FileNotFoundError, msgspec.DecodeError):
        return []
