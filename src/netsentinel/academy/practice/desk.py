"""Everything that there is to practice, in one place."""

from dataclasses import dataclass

from netsentinel.academy.practice.drafts import Drafts
from netsentinel.academy.practice.drills import Drills
from netsentinel.academy.practice.questions import Questions
from netsentinel.academy.practice.service import Practice
from netsentinel.academy.practice.standing import Standing


@dataclass(frozen=True, slots=True)
class PracticeDesk:
    """What learners and teachers turn to."""

    practice: Practice
    standing: Standing
    questions: Questions
    drills: Drills
    drafts: Drafts
