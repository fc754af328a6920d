"""Practice: questions, schedules and mastery, on the database and the graph that are open."""

from netsentinel.academy.graph import Graph
from netsentinel.academy.practice import (
    Fsrs,
    Practice,
    PracticeDesk,
    PracticeGround,
    Questions,
    Refit,
    Standing,
    StandingGround,
)
from netsentinel.academy.practice.store_sql import SqlAttempts, SqlCards, SqlEvidence, SqlModels, SqlQuestions
from netsentinel.bootstrap.ground import Ground
from netsentinel.kernel.settings import Settings


def make_practice(settings: Settings, ground: Ground, graph: Graph) -> tuple[PracticeDesk, Refit]:
    """What learners and teachers turn to, and what fits the model of mastery."""
    questions, attempts, models = SqlQuestions(), SqlAttempts(), SqlModels()
    stands_on = StandingGround(ground.db, SqlEvidence(), attempts, models, graph, ground.clock)
    standing = Standing(stands_on)
    rooms = PracticeGround(
        standing=stands_on,
        questions=questions,
        cards=SqlCards(),
        schedule=Fsrs(settings.practice_retention),
        new_per_day=settings.practice_new_per_day,
    )
    desk = PracticeDesk(Practice(rooms, standing), standing, Questions(ground.db, questions, ground.clock))
    return desk, Refit(ground.db, attempts, models, ground.clock)
