"""Everything that can be done with courses, in one place."""

from dataclasses import dataclass

from netsentinel.academy.courses.learning import Learning
from netsentinel.academy.courses.service import Courses
from netsentinel.academy.courses.teaching import Teaching


@dataclass(frozen=True, slots=True)
class School:
    """What teachers and learners do."""

    courses: Courses
    learning: Learning
    teaching: Teaching
