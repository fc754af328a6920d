from dataclasses import replace

import pytest

from netsentinel.models.card import card
from netsentinel.models.report import Curves, FeatureWeight, Reference, Report, Split
from tests.unit.models.shelf import SCORES, trained


def report(**changes: object) -> Report:
    fields = {
        "scores": SCORES,
        "curves": Curves(roc=(), precision_recall=(), calibration=(), benign=(), bad=()),
        "split": Split(how="time", train=2_000, test=1_000, duplicates=17, train_bad=400, test_bad=200),
        "reference": Reference(scores=(), features={}, flagged=0.01),
        "parameters": {},
        "trials": (),
        "features": (FeatureWeight("bytes_out", 0.6),),
        "columns": ("bytes_out",),
        "left_out": (),
        "labels": {"rule: bad": 400, "nobody: benign": 1_600},
        "fit_seconds": 1.0,
        "rows_per_second": 1e5,
    }
    return Report(**{**fields, **changes})  # type: ignore[arg-type] - as stated above


@pytest.mark.parametrize("servable", [True, False])
def test_a_card_says_what_it_is_for_and_how_it_was_measured(servable: bool) -> None:
    left = trained()
    text = card("flows", replace(left.artefact, servable=servable), left.provenance, report())
    assert ("Judges live events as" in text) is servable
    for said in ("`bytes_out` (60%)", "split by time", "17 rows were left out", "0.9800", "50.00%", "ff" * 32):
        assert said in text


def test_a_card_warns_of_weak_labels_and_claims_nothing_without_any() -> None:
    left = trained()
    assert "alerts of rules" in card("flows", left.artefact, left.provenance, report())
    assert "come with the data" in card("t", left.artefact, left.provenance, report(labels={"column label: bad": 3}))
    nothing = replace(SCORES, roc_auc=None, pr_auc=None, recall_at_01=None)
    text = card("flows", left.artefact, left.provenance, report(scores=nothing, features=()))
    assert "nothing is known of what it finds" in text
    assert "| ROC AUC | not known |" in text
