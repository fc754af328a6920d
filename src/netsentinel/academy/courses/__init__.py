"""Courses: lessons in versions, in an order that prerequisites allow, and how far each learner is."""

from netsentinel.academy.courses.draft import Draft, DraftLesson
from netsentinel.academy.courses.entries import ENTRY_KINDS
from netsentinel.academy.courses.learning import Learning
from netsentinel.academy.courses.locks import LessonRef, LessonState, NeedView
from netsentinel.academy.courses.model import (
    DRAFT,
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
from netsentinel.academy.courses.paths import LearningPath
from netsentinel.academy.courses.ports import Mastery
from netsentinel.academy.courses.school import School
from netsentinel.academy.courses.service import CourseGround, Courses, CourseStores
from netsentinel.academy.courses.teaching import Teaching
from netsentinel.academy.courses.views import CourseCard, CourseView, LessonCard, LessonView

__all__ = [
    "DRAFT",
    "ENTRY_KINDS",
    "AssignedTo",
    "Assignment",
    "Cohort",
    "Course",
    "CourseCard",
    "CourseGround",
    "CourseState",
    "CourseStores",
    "CourseVersion",
    "CourseView",
    "Courses",
    "Draft",
    "DraftLesson",
    "Enrolment",
    "Learning",
    "LearningPath",
    "Lesson",
    "LessonCard",
    "LessonRef",
    "LessonState",
    "LessonView",
    "Mastery",
    "Need",
    "NeedView",
    "Progress",
    "School",
    "Section",
    "Taught",
    "Teaching",
    "lesson_id",
    "lesson_key",
]
