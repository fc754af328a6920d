import pytest

from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.models.figures import Verdicts, Window
from netsentinel.models.guarding import ENTITIES, Allowed, breach_of

ALLOWED = Allowed(rows=1_000, flagged=0.1, wrong=0.01)


@pytest.mark.parametrize(
    ("judged", "flagged", "entities", "verdicts", "what"),
    [
        (1_000, 101, ENTITIES, Verdicts(), "alert_rate"),
        (1_000, 100, ENTITIES, Verdicts(), ""),
        (999, 900, ENTITIES, Verdicts(), ""),
        (1_000, 900, ENTITIES - 1, Verdicts(), ""),
        (1_000, 20, 1, Verdicts(true_positives=2, false_positives=18), "error"),
        (1_000, 20, 1, Verdicts(false_positives=9), ""),
        (1_000, 20, 1, Verdicts(true_positives=18, false_positives=2), ""),
    ],
)
def test_a_guard_acts_on_enough_flows_of_enough_entities(
    judged: int, flagged: int, entities: int, verdicts: Verdicts, what: str
) -> None:
    recent = Window(tenant=DEFAULT_TENANT, model_id="mdl_1", at=0, judged=judged, flagged=flagged, features={})
    found = breach_of(recent, entities, verdicts, ALLOWED)
    assert (found.what if found else "") == what
