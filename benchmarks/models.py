"""How well and how fast the models judge public flows; writes the figures into BENCHMARKS.md, between two marks.

    PYTHONPATH=src:. OPENBLAS_NUM_THREADS=1 python benchmarks/models.py ../shared/data/flows

NSL-KDD: trained on the 20 % file, measured on KDDTest+; models without labels are shown its normal rows only.
UNSW-NB15: five splits of the partition, 70 to 30, equal rows on one side. Zeek: trained on scenario 008, measured on
the later half of others. Speed: 125,973 rows of NSL-KDD, made-up windows of 10,000 entities, made-up flows of an
office. One thread; medians over seeds 0 to 4. Nothing here is chosen by what is measured: settings stand in the models.
"""

import argparse
import gc
import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from time import process_time

import msgspec
import numpy as np
from zstandard import ZstdCompressor

from netsentinel import __version__
from netsentinel.detection.build import build_pipeline
from netsentinel.detection.content import bundled_rules
from netsentinel.detection.models import DeployedModel
from netsentinel.detection.models.behaviour import Behaviour
from netsentinel.detection.models.encode import row_keys
from netsentinel.detection.models.entities import Entities
from netsentinel.detection.models.evaluate import Report, evaluate, read_pair
from netsentinel.detection.models.flow_files import read_flows
from netsentinel.detection.models.flows import FlowFeatures
from netsentinel.detection.models.metrics import recall_at_fpr, roc_auc
from netsentinel.detection.models.ports import Learns
from netsentinel.detection.models.read import Data, read
from netsentinel.detection.models.registry import MODELS
from netsentinel.detection.models.segments import Sketches
from netsentinel.detection.models.serving import USUAL
from netsentinel.detection.models.table import Category, Flags, Floats, Table
from netsentinel.detection.models.windows import WINDOWS
from netsentinel.detection.process import COLLECT_AFTER
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.detection.models.deployed import by_time, deployed, deployment, scan, usual

BEGIN, END = "<!-- models: begin -->", "<!-- models: end -->"
PAGE = Path(__file__).resolve().parents[1] / "BENCHMARKS.md"
SPLIT_BUDGET = 0.001
RESAMPLES = 1_000
TEST_SHARE = 0.3
TRANSFER_BUDGET = 0.01
RAT_PORT = 1337
PASSES = 10
ENTITIES, WINDOW_ROWS, BLOCK = 10_000, 100_000, 2_048
ROUNDS = 3
FLOWS_TIMED, BATCH = 20_000, 1_000
RATE = 50
"""Flows a second of the stream's own time: what it shows to windows."""


def median(reports: list[Report], of: Callable[[Report], float]) -> float:
    """The median over seeds."""
    return statistics.median(of(report) for report in reports)


def nsl_kdd(flows: Path, seeds: range) -> Iterator[str]:
    """Rows of the table for NSL-KDD."""
    files = flows / "nsl-kdd" / "KDDTrain+_20Percent.txt.gz", flows / "nsl-kdd" / "KDDTest+.txt.gz"
    train, test = read_pair(*files, "class")
    yield (
        "| Model | Learnt from | ROC AUC | PR AUC | Recall at 0.1 % FPR | at 1 % FPR | FPR at the 0.1 % threshold "
        "| Fit (CPU) | Rows/CPU s |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for name in MODELS:
        runs = [
            evaluate(name, (train.table, train.labels), (test.table, test.labels), seed=seed, target=SPLIT_BUDGET)
            for seed in seeds
        ]
        print(f"{name}: measured", file=sys.stderr, flush=True)
        yield (
            f"| `{name}` | {runs[0].supervision} | {median(runs, lambda one: one.roc_auc):.4f} "
            f"| {median(runs, lambda one: one.pr_auc):.4f} "
            f"| {median(runs, lambda one: one.recall_at_fpr['0.001']):.1%} "
            f"| {median(runs, lambda one: one.recall_at_fpr['0.01']):.1%} "
            f"| {median(runs, lambda one: one.realised_fpr):.2%} "
            f"| {median(runs, lambda one: one.fit_cpu_s):.1f} s "
            f"| {median(runs, lambda one: one.rows_per_cpu_s):,.0f} |"
        )


def split(data: Data, seed: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Rows of the test, about 30 %; equal rows are on one side."""
    keys = row_keys(data.table)
    return (np.random.default_rng(seed).random(int(keys.max()) + 1) < TEST_SHARE)[keys]


def unsw_nb15(flows: Path, seeds: range) -> Iterator[str]:
    """Rows of the table for UNSW-NB15, and the interval of the recall."""
    data = read(flows / "unsw-nb15" / "unsw_nb15_dev70.parquet", "attack_cat", benign="Normal")
    runs: list[Report] = []
    resampled: list[float] = []
    for seed in seeds:
        test = split(data, seed)
        table, labels = data.table.take(test), data.labels.take(test)
        learnt = data.table.take(~test), data.labels.take(~test)
        runs.append(evaluate("flow-classifier", learnt, (table, labels), seed=seed, target=SPLIT_BUDGET))
        model = MODELS["flow-classifier"](seed)
        model.fit(*learnt)
        scores, random = model.score(table), np.random.default_rng(seed)
        for _ in range(RESAMPLES // len(seeds)):
            rows = random.integers(0, len(table), len(table))
            resampled.append(recall_at_fpr(labels.bad[rows], scores[rows], SPLIT_BUDGET))
    low, high = np.quantile(resampled, [0.025, 0.975])
    yield (
        "| Model | ROC AUC | Recall at 0.1 % FPR (95 % of resamples) | Recall at 1 % FPR | FPR at the 0.1 % threshold |"
    )
    yield "|---|---|---|---|---|"
    yield (
        f"| `flow-classifier` | {median(runs, lambda one: one.roc_auc):.4f} "
        f"| {median(runs, lambda one: one.recall_at_fpr['0.001']):.1%} ({low:.1%} to {high:.1%}) "
        f"| {median(runs, lambda one: one.recall_at_fpr['0.01']):.1%} "
        f"| {median(runs, lambda one: one.realised_fpr):.2%} |"
    )


def zeek(flows: Path, seeds: range) -> Iterator[str]:
    """Rows of the table for what a model of one network is worth in others, with and without their unlabelled flows."""
    folder = flows / "zeek-labelled"
    data = read(folder / "008-zeek-mixed" / "data" / "conn.log.labeled.gz", "label")
    yield (
        "| Trained on 008, measured on the later half of | Model | Bad of rows | ROC AUC "
        "| Recall, FPR at the 1 % threshold of 008 | after adapting to the unlabelled earlier half |"
    )
    yield "|---|---|---|---|---|---|"
    for scenario, table, bad in scenarios(folder):
        half = np.arange(len(table)) >= len(table) // 2
        for name in ("flow-classifier", "autoencoder"):
            runs = [transfer(name, seed, data, (table, bad), half) for seed in seeds]
            auc, *shares = (statistics.median(run[place] for run in runs) for place in range(5))
            both = bad[half]
            known = f"{auc:.3f}" if both.any() and not both.all() else "-"
            cells = [f"{share:.1%}" if share >= 0 else "-" for share in shares]
            yield (
                f"| {scenario} | `{name}` | {int(both.sum()):,} of {len(both):,} | {known} | {cells[0]}, {cells[1]} "
                f"| {cells[2]}, {cells[3]} |"
            )


def scenarios(folder: Path) -> Iterator[tuple[str, Table, Flags]]:
    """The other scenarios: their rows, and which are bad by their descriptions."""
    said = read(folder / "001-zeek-scenario-malicious" / "labeled-conn.log.gz", "label")
    yield "001 (NjRAT)", said.table, said.labels.bad
    scans = read_flows(folder / "002-zeek-scenario-port-scanning" / "conn.log.gz")
    yield "002 (Nmap)", FlowFeatures().rows(scans), np.array([flow.src_ip == "172.16.1.11" for flow in scans])
    calls = read_flows(folder / "003-zeek-scenario-malicious" / "conn.log.gz")
    yield "003 (Android RAT)", FlowFeatures().rows(calls), np.array([flow.dst_port == RAT_PORT for flow in calls])


def transfer(name: str, seed: int, data: Data, other: tuple[Table, Flags], half: Flags) -> tuple[float, ...]:
    """ROC AUC, then recall and FPR at the training's threshold, then both after adapting; -1 where there are no rows.

    The classifier takes its threshold from the scores of the earlier half: 1 % of its flows exceed it. The autoencoder
    goes on learning from those of its flows that it finds usual, and keeps its threshold.
    """
    table, bad = other[0].take(half), other[1][half]
    before = other[0].take(~half)
    model = MODELS[name](seed)
    model.fit(data.table, data.labels)
    threshold, scores = model.threshold(TRANSFER_BUDGET), model.score(table)
    auc = roc_auc(bad, scores) if bad.any() and not bad.all() else -1.0
    found = [auc, *at(bad, scores, threshold)]
    if isinstance(model, Learns):
        for _ in range(PASSES):
            model.partial_fit(before.take(model.score(before) < USUAL * threshold))
        scores = model.score(table)
    else:
        threshold = float(np.quantile(model.score(before), 1 - TRANSFER_BUDGET))
    return (*found, *at(bad, scores, threshold))


def at(bad: Flags, scores: Floats, threshold: float) -> tuple[float, float]:
    """Recall and false-positive rate; -1 where there are no such rows."""
    above = scores > threshold
    recall = float(above[bad].mean()) if bad.any() else -1.0
    return recall, float(above[~bad].mean()) if not bad.all() else -1.0


def speeds(seeds: range) -> Iterator[str]:
    """What the behaviour ensemble, its parts and the whole detector take."""
    random = np.random.default_rng(seeds.start)
    base, whose = random.lognormal(3, 1.5, (ENTITIES, 10)), random.integers(0, ENTITIES, WINDOW_ROWS)
    numbers = base[whose] * random.lognormal(0, 0.4, (WINDOW_ROWS, 10))
    kinds = Category(("address", "service", "user"), (whose * 3 // ENTITIES).astype(np.int64))
    names = [f"10.{number // 250}.{number % 250}.1" for number in range(ENTITIES)]
    table = Table(WINDOWS, numbers, (kinds, Category(tuple(names), whose)))
    model = Behaviour(seeds.start)
    model.fit(table.take(np.arange(WINDOW_ROWS // 2)))
    rest = [
        table.take(np.arange(start, start + BLOCK)) for start in range(WINDOW_ROWS // 2, WINDOW_ROWS - BLOCK, BLOCK)
    ]
    rows = len(rest) * BLOCK
    points = [
        (random.normal(size=(BLOCK, 10)).astype(np.float32), [names[at] for at in random.integers(0, ENTITIES, BLOCK)])
        for _ in rest
    ]
    entities, sketches = Entities(10), Sketches.empty(10)

    def running() -> None:
        for part, who in points:
            entities.deviations(who, part)
            entities.learn(who, part)
            sketches.scores(part)
            sketches.learn(part)

    def whole() -> None:
        for part in rest:
            model.score(part)
            model.partial_fit(part)

    yield "| Part | Rows/CPU s |"
    yield "|---|---|"
    yield f"| Running means and sketches of 10,000 entities, scored and learnt | {rows / least(running):,.0f} |"
    yield f"| The whole of `behaviour`, scored and learnt | {rows / least(whole):,.0f} |"
    yield f"| The same, scored only | {rows / least(lambda: [model.score(part) for part in rest]):,.0f} |"


def least(run: Callable[[], object]) -> float:
    """Processor seconds of the fastest of some rounds."""
    found: list[float] = []
    for _ in range(ROUNDS):
        began = process_time()
        run()
        found.append(process_time() - began)
    return min(found)


def pipeline() -> Iterator[str]:
    """What deployed models take of the time of detection, with the bundled rules and without."""
    events = by_time(
        usual(FLOWS_TIMED, seed=3), *[scan(60, start=900 * n, source=f"198.51.100.{n}") for n in range(40)]
    )
    first: float = events[0].native["ts"]
    lines = [
        msgspec.json.encode({**event.native, "ts": first + number / RATE, "history": "ShADadFf", "local_orig": True})
        for number, event in enumerate(events)
    ]
    batches = [
        InboxBatch(number, DEFAULT_TENANT, "zeek", "", 0, BATCH, ZstdCompressor().compress(b"\n".join(part)))
        for number, part in enumerate(lines[start : start + BATCH] for start in range(0, len(lines), BATCH))
    ]
    champions = {
        "none": (),
        "`flow-classifier`": (deployed(threshold=0.9),),
        "`flow-classifier` and `behaviour`, which adapts": (
            deployed(threshold=0.9),
            deployed("behaviour", model="windows", threshold=0.999, tenant=DEFAULT_TENANT, adapts=True),
        ),
    }
    yield "| Rules | Deployed models | Flows/CPU s | Share of the models |"
    yield "|---|---|---|---|"
    for rules in ([], [bundled_rules()]):
        plain = 0.0
        for name, models in champions.items():
            spent = min(detect(rules, batches, models) for _ in range(ROUNDS))
            plain = plain or spent
            yield f"| {'bundled' if rules else 'none'} | {name} | {len(lines) / spent:,.0f} | {1 - plain / spent:.0%} |"


def detect(rules: list[Path], batches: list[InboxBatch], models: tuple[DeployedModel, ...]) -> float:
    """Processor seconds of detection over these batches, from packed lines to findings."""
    built = build_pipeline(rules)
    if built.models.deploy(deployment(*models)):
        sys.exit("A model was refused.")
    built.pipeline.analyze(batches[0])
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)  # as the detection process does
    began = process_time()
    for batch in batches:
        built.pipeline.analyze(batch)
    return process_time() - began


def training(flows: Path) -> Iterator[str]:
    """How long training on the whole of NSL-KDD takes."""
    data = read(flows / "nsl-kdd" / "KDDTrain.parquet", "class")
    both = data.table, data.labels
    report = evaluate("flow-classifier", both, both, seed=0, target=SPLIT_BUDGET)
    yield (
        f"Training `flow-classifier` on {len(data.table):,} rows of {report.features} columns, calibration included: "
        f"{report.fit_cpu_s:.1f} s of CPU ({report.fit_s:.1f} s on the clock); scoring them: "
        f"{report.rows_per_cpu_s:,.0f} rows a CPU second ({report.rows_per_s:,.0f} on the clock)."
    )


def section(flows: Path, seeds: range) -> str:
    """The part of the page."""
    used = sorted([*(flows / "nsl-kdd").glob("KDD*"), *(flows / "unsw-nb15").glob("*.parquet")])
    hashes = ", ".join(f"`{path.name}` {sha256(path.read_bytes()).hexdigest()[:12]}" for path in used)
    how = (
        f"`PYTHONPATH=src:. OPENBLAS_NUM_THREADS=1 python benchmarks/models.py ../shared/data/flows`, "
        f"NetSentinel {__version__}, "
        f"LightGBM {version('lightgbm')}, numpy {version('numpy')}, Python {platform.python_version()}, "
        f"{platform.machine()}, one thread. Medians over seeds {seeds.start} to {seeds.stop - 1}."
    )
    lines = [
        BEGIN,
        "## Models",
        "",
        how,
        f"Data (SHA-256): {hashes}.",
        "",
        "### NSL-KDD: 20 % file, measured on KDDTest+",
        "",
        *nsl_kdd(flows, seeds),
        "",
        "### UNSW-NB15: splits 70 to 30, equal rows on one side",
        "",
        *unsw_nb15(flows, seeds),
        "",
        "### Training",
        "",
        *training(flows),
        "",
        "### Zeek: what a model of one network is worth in another",
        "",
        *zeek(flows, seeds),
        "",
        "### Speed of the behaviour ensemble, and of detection with models",
        "",
        *speeds(seeds),
        "",
        *pipeline(),
        END,
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("flows", type=Path)
    arguments.add_argument("--seeds", type=int, default=5)
    options = arguments.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        sys.exit("Set OPENBLAS_NUM_THREADS=1: figures are those of one core.")
    made = section(options.flows, range(options.seeds))
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Benchmarks\n\n"
    if BEGIN in page:
        before, after = page.split(BEGIN)[0], page.split(END)[1].lstrip("\n")
        page = before + made + after
    else:
        page = page.rstrip("\n") + "\n\n" + made
    PAGE.write_text(page, encoding="utf-8")
    print(made)


if __name__ == "__main__":
    main()
