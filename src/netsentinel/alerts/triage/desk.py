"""Everything that triage offers, in one place for those who serve it."""

from dataclasses import dataclass

from netsentinel.alerts.triage.decisions import Decisions
from netsentinel.alerts.triage.figures import Figures
from netsentinel.alerts.triage.nearby import Surroundings
from netsentinel.alerts.triage.related import Relations


@dataclass(frozen=True, slots=True)
class Triage:
    """The services of triage."""

    decisions: Decisions
    related: Relations
    nearby: Surroundings
    figures: Figures
