"""Practice: questions that come again when they fade, what each person masters, and why."""

from netsentinel.academy.practice.desk import PracticeDesk
from netsentinel.academy.practice.drafts import Drafted, Drafts
from netsentinel.academy.practice.drills import Drills, IncidentDrills
from netsentinel.academy.practice.entries import ENTRY_KINDS
from netsentinel.academy.practice.fsrs import Fsrs
from netsentinel.academy.practice.items import QuestionItem, read_course
from netsentinel.academy.practice.model import (
    Content,
    Imported,
    Key,
    Question,
    QuestionKind,
    QuestionPage,
    QuestionState,
    Source,
    SourceKind,
)
from netsentinel.academy.practice.ports import QuestionFilter
from netsentinel.academy.practice.questions import Questions, Revision, Written
from netsentinel.academy.practice.refit import Refit
from netsentinel.academy.practice.results import (
    DueList,
    Given,
    HistoryPage,
    Masteries,
    MasteryDetail,
    Result,
    TeamMastery,
)
from netsentinel.academy.practice.service import Answer, Practice, PracticeGround
from netsentinel.academy.practice.standing import Standing, StandingGround

__all__ = [
    "ENTRY_KINDS",
    "Answer",
    "Content",
    "Drafted",
    "Drafts",
    "Drills",
    "DueList",
    "Fsrs",
    "Given",
    "HistoryPage",
    "Imported",
    "IncidentDrills",
    "Key",
    "Masteries",
    "MasteryDetail",
    "Practice",
    "PracticeDesk",
    "PracticeGround",
    "Question",
    "QuestionFilter",
    "QuestionItem",
    "QuestionKind",
    "QuestionPage",
    "QuestionState",
    "Questions",
    "Refit",
    "Result",
    "Revision",
    "Source",
    "SourceKind",
    "Standing",
    "StandingGround",
    "TeamMastery",
    "Written",
    "read_course",
]
