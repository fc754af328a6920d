"""A model's card (Mitchell and others, 2019): what it is for, what it was made from, how it does, where it fails."""

from typing import Final

from netsentinel.models.model import Artefact, Provenance, Scores
from netsentinel.models.report import Report

_LABELS_OF_RULES: Final = (
    "Labels come from alerts of rules and from analysts' verdicts. What no rule knows was taken for benign: figures on"
    " such labels say how well the model agrees with rules and analysts, not how many unknown attacks it finds."
)
_LABELS_OF_FILE: Final = "Labels come with the data. The figures hold for traffic like it."
_MOST_LISTED: Final = 8


def card(line: str, artefact: Artefact, provenance: Provenance, report: Report) -> str:
    """The card in Markdown."""
    scores, split = report.scores, report.split
    of_events = any(not source.startswith("column ") for source in report.labels)
    strongest = ", ".join(f"`{one.feature}` ({one.weight:.0%})" for one in report.features[:_MOST_LISTED])
    lines = [
        f"# {line}: {artefact.kind}",
        "",
        "## Use",
        "Judges live events as they come and raises alerts above its threshold."
        if artefact.servable
        else "Judges rows of a table. It cannot judge live events: they have other columns.",
        (
            f"It calls a row bad above a probability of {artefact.threshold:.6g}, which was chosen to cost"
            f" {scores.fpr_target:.2%} of benign rows."
        ),
        "",
        "## Data",
        (
            f"{provenance.data}. SHA-256 of the rows `{provenance.data_hash}`, schema `{artefact.schema}`"
            f" with {artefact.features} features."
        ),
        (
            f"Learnt from {split.train:,} rows ({split.train_bad:,} bad), measured on {split.test:,} others"
            f" ({split.test_bad:,} bad), split by {split.how}, seed {provenance.seed};"
            f" {split.duplicates:,} rows were left out of the measurement because an equal one was learnt from."
        ),
        _LABELS_OF_RULES if of_events else _LABELS_OF_FILE,
        "",
        "## Figures",
        *_figures(scores),
        "",
        "## What moves its scores",
        strongest or "Nothing was found that does.",
        "",
        "## Limits",
        (
            "It knows the networks it was made from. Other networks, programs or seasons change what is usual: watch"
            " its drift, and train it anew when it has moved."
        ),
    ]
    return "\n".join(lines) + "\n"


def _figures(scores: Scores) -> list[str]:
    said = [
        "| Figure | Value |",
        "|---|---|",
        *(
            f"| {name} | {value} |"
            for name, value in (
                ("ROC AUC", _figure(scores.roc_auc)),
                ("PR AUC", _figure(scores.pr_auc)),
                ("Recall at 0.1 % false positives", _share(scores.recall_at_01)),
                ("Recall at 1 % false positives", _share(scores.recall_at_1)),
                (f"False positives at the threshold (target {scores.fpr_target:.2%})", _share(scores.realised_fpr)),
                ("Recall at the threshold", _share(scores.realised_recall)),
                ("Brier score", _figure(scores.brier)),
                ("Expected calibration error", _figure(scores.calibration_error)),
            )
        ),
    ]
    if scores.roc_auc is None:
        said += ["", "No row was known to be bad, so nothing is known of what it finds."]
    return said


def _figure(value: float | None) -> str:
    return "not known" if value is None else f"{value:.4f}"


def _share(value: float | None) -> str:
    return "not known" if value is None else f"{value:.2%}"
