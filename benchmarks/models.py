"""How well and how fast the models judge public flows; writes the figures into BENCHMARKS.md, between two marks.

    python benchmarks/models.py ../shared/data/flows --write

NSL-KDD: trained on the 20 % file, measured on KDDTest+; models without labels are shown its normal rows only.
UNSW-NB15: five splits of the partition, 70 to 30, equal rows on one side. Zeek: trained on scenario 008, measured on
the later half of others. Finds: what models of a network's own past tell of in the data of Slips and Cowrie. Speed:
`netsentinel bench models`. One thread; medians over seeds 0 to 4. Settings stand in the models.
"""

import argparse
import os
import platform
import re
import statistics
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from time import process_time
from typing import Any

import model_finds
import numpy as np

from netsentinel import __version__
from netsentinel.cli.model_costs import measure
from netsentinel.detection.models.encode import row_keys
from netsentinel.detection.models.evaluate import Report, evaluate, read_pair
from netsentinel.detection.models.flow_files import read_flows
from netsentinel.detection.models.flows import FlowFeatures
from netsentinel.detection.models.metrics import recall_at_fpr, roc_auc
from netsentinel.detection.models.ports import Learns
from netsentinel.detection.models.read import Data, read
from netsentinel.detection.models.registry import MODELS, available
from netsentinel.detection.models.serving import USUAL
from netsentinel.detection.models.table import Flags, Floats, Table
from netsentinel.kernel.clock import SystemClock, to_iso

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
BEGIN, END = "<!-- models: begin -->", "<!-- models: end -->"
PAGE = Path(__file__).resolve().parents[1] / "BENCHMARKS.md"
SPLIT_BUDGET = 0.001
RESAMPLES = 1_000
TEST_SHARE = 0.3
TRANSFER_BUDGET = 0.01
RAT_PORT = 1337
PASSES = 10
PART = re.compile(r"<!-- part: (\w+) -->\n(.*?)(?=<!-- part: |\Z)", re.DOTALL)


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
    for name in available():
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
    data = read(flows / "unsw-nb15" / "unsw_nb15_dev70.parquet", "attack_cat", benign=("Normal",))
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


def speeds() -> Iterator[str]:
    """What `netsentinel bench models` says of made-up rows."""
    found: dict[str, Any] = measure()
    yield "| Part | Rows/CPU s |"
    yield "|---|---|"
    for name, said in (
        ("sketches", "Running means and sketches of 10,000 entities, scored and learnt"),
        ("behaviour", "The whole of `behaviour`, scored and learnt"),
        ("behaviour_scoring", "The same, scored only"),
        ("classifier", "`flow-classifier` on 41 columns"),
    ):
        yield f"| {said} | {found[name]['rows_per_cpu_s']:,} |"
    yield ""
    yield "| Rules | Stored | Deployed models | Flows/CPU s | Models by themselves | With their features |"
    yield "|---|---|---|---|---|---|"
    for one in found["pipeline"]:
        stored = "yes" if one["stored"] else "no"
        cells = (one["rules"], stored, one["models"], f"{one['flows_per_cpu_s']:,}")
        yield f"| {' | '.join(cells)} | {one['own_share']:.0%} | {one['share']:.0%} |"


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


def parts(flows: Path, seeds: range) -> dict[str, Callable[[], Iterator[str]]]:
    """The parts of the page by name; each gives its lines."""
    said = f"Medians over seeds {seeds.start} to {seeds.stop - 1}."
    return {
        "nsl": lambda: under("NSL-KDD: 20 % file, measured on KDDTest+", said, nsl_kdd(flows, seeds)),
        "unsw": lambda: under(
            "UNSW-NB15: splits 70 to 30, equal rows on one side",
            f"One split a seed. {said} The interval is of {RESAMPLES:,} resamples of the tests.",
            unsw_nb15(flows, seeds),
        ),
        "training": lambda: under("Training", "Seed 0.", training(flows)),
        "zeek": lambda: under("Zeek: what a model of one network is worth in another", said, zeek(flows, seeds)),
        "finds": lambda: under(
            "What models find that nothing else does", model_finds.HOW, model_finds.table(flows.parent, seeds.start)
        ),
        "speed": lambda: under(
            "Speed, and the share of the models in detection",
            "`netsentinel bench models`, seed 0, the best of 3 rounds. Shares are those of processor time from packed "
            "lines to findings: what models take to score, explain and learn from rows, and all that is more with "
            "them, which features and windows are most of. *Stored* is as the server runs it, with every event "
            "written aside for the lake.",
            speeds(),
        ),
    }


def under(title: str, how: str, lines: Iterator[str]) -> Iterator[str]:
    """A part with its heading, and when and how it was measured."""
    before, began = os.getloadavg()[0], process_time()
    made = list(lines)
    load = f"{before:.1f} to {os.getloadavg()[0]:.1f}"
    yield f"### {title}"
    yield ""
    yield (
        f"{how} Measured {to_iso(SystemClock().now())[:10]} in {process_time() - began:.0f} s of processor time, "
        f"load {load} on {os.cpu_count()} processors."
    )
    yield ""
    yield from made


def frame(flows: Path) -> str:
    """The first words: what holds for all parts."""
    used = sorted([*(flows / "nsl-kdd").glob("KDD*"), *(flows / "unsw-nb15").glob("*.parquet")])
    hashes = ", ".join(f"`{path.name}` {sha256(path.read_bytes()).hexdigest()[:12]}" for path in used)
    return (
        "## Models\n\n`python benchmarks/models.py ../shared/data/flows --write` measures all of this anew, "
        "`--part nsl` one part; each part says how long it took. "
        f"NetSentinel {__version__}, LightGBM {version('lightgbm')}, numpy {version('numpy')}, "
        f"Python {platform.python_version()}, {platform.machine()}, one thread.\nData (SHA-256): {hashes}.\n"
    )


def written(page: str, flows: Path, made: dict[str, str]) -> str:
    """The page with these parts in the place of the old ones."""
    before, _, rest = page.partition(BEGIN)
    old, _, after = rest.partition(END)
    kept: dict[str, str] = dict(PART.findall(old))
    texts = [f"<!-- part: {name} -->\n{text.strip()}\n" for name, text in {**kept, **made}.items()]
    return f"{before}{BEGIN}\n{frame(flows)}\n" + "\n".join(texts) + f"{END}{after}"


def main() -> None:
    """Measure, print, and write where that is asked for."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("flows", type=Path, nargs="?", default=Path("../shared/data/flows"))
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--part", action="append", help="only this part; may be repeated")
    arguments.add_argument("--write", action="store_true", help="put the figures into BENCHMARKS.md")
    options = arguments.parse_args()
    if not ONE_THREAD.items() <= os.environ.items():  # numpy looks at them when it is imported: begin again with them
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ONE_THREAD})  # noqa: S606 - us again
    known = parts(options.flows, range(options.seeds))
    for name in options.part or ():
        if name not in known:
            sys.exit(f"There is no part {name!r}; there are {', '.join(known)}.")
    for name in options.part or known:
        text = "\n".join(known[name]()) + "\n"
        print(text, flush=True)
        if options.write:
            page = PAGE.read_text(encoding="utf-8")
            PAGE.write_text(written(page, options.flows, {name: text}), encoding="utf-8")


if __name__ == "__main__":
    main()
