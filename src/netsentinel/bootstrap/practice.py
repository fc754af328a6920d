"""Practice: questions, schedules and mastery, on the database and the graph that are open."""

from netsentinel.academy.courses.folder import bundled_courses
from netsentinel.academy.graph import Graph
from netsentinel.academy.practice import (
    Drafts,
    Drills,
    Fsrs,
    Practice,
    PracticeDesk,
    PracticeGround,
    Questions,
    Refit,
    Standing,
    StandingGround,
    read_course,
)
from netsentinel.academy.practice.items import FOLDER
from netsentinel.academy.practice.store_sql import SqlAttempts, SqlCards, SqlEvidence, SqlModels, SqlQuestions
from netsentinel.alerts import AlertService, AlertStores
from netsentinel.alerts.scoring import half_life_of
from netsentinel.alerts.store_sql import SqlAlerts, SqlThreats
from netsentinel.alerts.store_sql import SqlEvidence as SqlEvidenceOfAlerts
from netsentinel.alerts.triage.store_sql import SqlActivity
from netsentinel.bootstrap.ground import Ground
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT, system_principal


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
    writing = Questions(ground.db, questions, ground.clock)
    stores = AlertStores(SqlAlerts(), SqlEvidenceOfAlerts(), SqlThreats(), SqlActivity())
    alerts = AlertService(ground.db, stores, ground.clock, half_life_of(settings.threat_half_life_hours))
    desk = PracticeDesk(Practice(rooms, standing), standing, writing, Drills(alerts, writing), Drafts(graph, writing))
    return desk, Refit(ground.db, attempts, models, ground.clock)


async def ensure_questions(questions: Questions) -> None:
    """Write the questions of the bundled courses for the default tenant; those that are there stay as they are."""
    for folder in sorted(one for one in bundled_courses().iterdir() if (one / FOLDER).is_dir()):
        written = [item.written() for item in read_course(folder)]
        absent = await questions.absent(DEFAULT_TENANT, {one.slug for one in written})
        await questions.write(system_principal(DEFAULT_TENANT), [one for one in written if one.slug in absent])
