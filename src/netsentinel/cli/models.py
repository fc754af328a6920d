"""`netsentinel models`: train and measure models on files without a server, and keep those of a server."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.cli import model_registry, model_tables
from netsentinel.cli.model_registry import BenignOption
from netsentinel.cli.output import Output, OutputOption, print_json, print_table, talk

if TYPE_CHECKING:
    from netsentinel.detection.models.evaluate import Report
    from netsentinel.detection.models.read import Data

models_app = typer.Typer(
    name="models", help="Train, measure, deploy and watch models.", no_args_is_help=True, add_completion=False
)

_COLUMNS = ("MODEL", "ROC AUC", "PR AUC", "RECALL @ 0.1 %", "RECALL @ 1 %", "TARGET", "REALISED", "FIT", "ROWS/S")


@models_app.callback()
def _models() -> None:  # pyright: ignore[reportUnusedFunction] - a Typer app with one command needs it to stay a group
    """Train, measure, deploy and watch models."""


@models_app.command("evaluate")
def evaluate(
    *,
    train: Annotated[Path, typer.Option(help="File to learn from: CSV, Parquet or NSL-KDD text, also packed.")],
    test: Annotated[Path, typer.Option(help="File to measure on, with the same columns.")],
    label: Annotated[str, typer.Option(help="The column that says what a row is.")],
    benign: BenignOption = None,
    unsupervised: Annotated[
        bool, typer.Option("--unsupervised", help="Only models that learn from benign rows alone.")
    ] = False,
    model: Annotated[list[str] | None, typer.Option(help="Only this model; may be repeated.")] = None,
    drop: Annotated[list[str] | None, typer.Option(help="A column that is no feature; may be repeated.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Of everything random.")] = 0,
    target: Annotated[
        float, typer.Option("--fpr", min=0.00001, max=0.5, help="Share of benign rows that a threshold may cost.")
    ] = 0.001,
    output: OutputOption = Output.TABLE,
) -> None:
    """Train models on one file and say how they do on another: one JSON object a model, or a table.

    One thread is used. Columns that follow from the label in known layouts (`difficulty`, `attack_cat`), times, and
    texts that name rows instead of describing them are left out, which stderr says.
    """
    from netsentinel.detection.models import extra

    extra.require()
    from netsentinel.detection.models.evaluate import chosen, read_pair
    from netsentinel.detection.models.evaluate import evaluate as measured

    names = chosen(model or [], unsupervised=unsupervised)
    first, second = read_pair(train, test, label, benign=tuple(benign or ()), drop=tuple(drop or ()))
    _say(first, second)
    rows: list[tuple[str, ...]] = []
    for name in names:
        report = measured(name, (first.table, first.labels), (second.table, second.labels), seed=seed, target=target)
        if output is Output.JSON:
            print_json(report)
        else:
            rows.append(_row(report))
    if rows:
        print_table(_COLUMNS, rows)


def _say(first: "Data", second: "Data") -> None:
    """What was read, on stderr."""
    bad, tested = int(first.labels.bad.sum()), int(second.labels.bad.sum())
    talk(
        f"{len(first.table):,} rows to learn from ({bad:,} bad), {len(second.table):,} to measure on ({tested:,} bad), "
        f"{len(first.table.schema.features)} features (layout {first.layout}, schema {first.table.schema.version})."
    )
    if first.left_out:
        talk(f"No features: {', '.join(first.left_out)}.")


def _row(report: "Report") -> tuple[str, ...]:
    return (
        report.model,
        f"{report.roc_auc:.4f}",
        f"{report.pr_auc:.4f}",
        f"{report.recall_at_fpr['0.001']:.1%}",
        f"{report.recall_at_fpr['0.01']:.1%}",
        f"{report.fpr_target:.3%}",
        f"{report.realised_fpr:.3%}",
        f"{report.fit_s:.1f} s",
        f"{report.rows_per_s:,.0f}",
    )


for _name, _command in (
    ("list", model_registry.list_models),
    ("train", model_registry.train),
    ("upload", model_tables.upload),
    ("tables", model_tables.tables),
    ("show", model_registry.show),
    ("compare", model_registry.compare),
    ("deploy", model_registry.deploy),
    ("promote", model_registry.promote),
    ("rollback", model_registry.rollback),
    ("retire", model_registry.retire),
    ("explain", model_registry.explain),
    ("monitor", model_registry.monitor),
):
    models_app.command(_name)(_command)
