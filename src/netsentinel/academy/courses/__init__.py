"""Courses: lessons in versions, in an order that prerequisites allow, and how far each learner is."""

from netsentinel.academy.courses.entries import ENTRY_KINDS
from netsentinel.academy.courses.model import (
    DRAFT,
    MASTERED,
    AssignedTo,
    Assignment,
    Cohort,
    Course,
    CourseState,
    CourseVersion,
    Enrolment,
    Lesson,
    Need,
    Progress,
    Section,
    Taught,
    lesson_id,
    lesson_key,
)
from netsentinel.academy.courses.ports import Mastery

__all__ = [
    "DRAFT",
    "ENTRY_KINDS",
    "MASTERED",
    "AssignedTo",
    "Assignment",
    "Cohort",
    "Course",
    "CourseState",
    "CourseVersion",
    "Enrolment",
    "Lesson",
    "Mastery",
    "Need",
    "Progress",
    "Section",
    "Taught",
    "lesson_id",
    "lesson_key",
]
