"""What can be wrong with courses."""

from netsentinel.kernel.errors import ConflictError, InvalidInputError


class InvalidCourseError(InvalidInputError):
    """A course, a lesson or a file of one cannot be; `faults` says of each where and why."""

    code = "invalid-course"
    title = "The course cannot be taken"


class LessonCycleError(ConflictError):
    """Lessons would go round in circles; `cycle` names them on the way, the first again at the end."""

    code = "lesson-cycle"
    title = "The lessons would go round in circles"


class LessonLockedError(ConflictError):
    """The lesson builds on what the learner has yet to learn; `unmet` names it, and the lessons that teach it."""

    code = "lesson-locked"
    title = "Something else comes first"


class CourseExistsError(ConflictError):
    """There is a course of that slug, or a cohort of that name."""

    code = "course-exists"
    title = "There is one of that name already"


class CourseChangedError(ConflictError):
    """Somebody changed the course or cohort meanwhile; `version` is what it is at now."""

    code = "course-changed"
    title = "The course was changed meanwhile"


class CourseStateError(ConflictError):
    """The course is retired, was never published, has no lessons, or has nothing new to publish."""

    code = "course-state"
    title = "The course's state does not allow this"
