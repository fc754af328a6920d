"""How well and how fast the models judge public flows; writes the figures into BENCHMARKS.md, between two marks.

    OPENBLAS_NUM_THREADS=1 python benchmarks/models.py ../shared/data/flows

NSL-KDD: trained on the 20 % file, measured on KDDTest+; models without labels are shown its normal rows only.
UNSW-NB15: five splits of the partition, 70 to 30, equal rows on one side. Speed: 125,973 rows of NSL-KDD. One thread;
medians over seeds 0 to 4. Nothing here is chosen by what is measured: settings stand in the models.
"""

import argparse
import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import numpy as np

from netsentinel import __version__
from netsentinel.detection.models.encode import row_keys
from netsentinel.detection.models.evaluate import Report, evaluate, read_pair
from netsentinel.detection.models.metrics import recall_at_fpr
from netsentinel.detection.models.read import Data, read
from netsentinel.detection.models.registry import MODELS

BEGIN, END = "<!-- models: begin -->", "<!-- models: end -->"
PAGE = Path(__file__).resolve().parents[1] / "BENCHMARKS.md"
SPLIT_BUDGET = 0.001
RESAMPLES = 1_000
TEST_SHARE = 0.3


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
        f"`OPENBLAS_NUM_THREADS=1 python benchmarks/models.py ../shared/data/flows`, NetSentinel {__version__}, "
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
