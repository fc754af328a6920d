"""From what a team sees to what it should learn: lessons for an alert, and techniques that nobody has mastered."""

from netsentinel.academy.briefing.coverage import Coverage
from netsentinel.academy.briefing.model import (
    AlertLessons,
    CoverageReport,
    LackedConcept,
    LessonFor,
    SeenTechnique,
    Shown,
    TechniqueCoverage,
    Via,
)
from netsentinel.academy.briefing.service import Briefing, Briefings

__all__ = [
    "AlertLessons",
    "Briefing",
    "Briefings",
    "Coverage",
    "CoverageReport",
    "LackedConcept",
    "LessonFor",
    "SeenTechnique",
    "Shown",
    "TechniqueCoverage",
    "Via",
]
