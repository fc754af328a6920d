"""Practice on each kind of stores, and short words for questions."""

from dataclasses import dataclass, replace

from netsentinel.academy.graph import Graph
from netsentinel.academy.practice import (
    Content,
    Drafts,
    Drills,
    Fsrs,
    Key,
    Practice,
    PracticeDesk,
    PracticeGround,
    QuestionKind,
    Questions,
    Refit,
    Standing,
    StandingGround,
    Written,
)
from netsentinel.academy.practice.drills import DecidedAlerts
from netsentinel.academy.practice.judging import NEXT_STEP, NEXT_STEPS, SEVERITY, VERDICT, VERDICTS
from netsentinel.academy.practice.model import Fact, Pair
from netsentinel.academy.practice.store_sql import SqlAttempts, SqlCards, SqlEvidence, SqlModels, SqlQuestions
from netsentinel.academy.practice.testing import (
    MemoryAttempts,
    MemoryCards,
    MemoryEvidence,
    MemoryModels,
    MemoryQuestions,
)
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage import Database
from netsentinel.storage.dialect import Dialect
from tests.unit.academy.graph.site import ANA, OTHER, STRANGER, Site, T, memory_site, sql_site

__all__ = ["ANA", "BEN", "OTHER", "STRANGER", "T"]

BEN = replace(ANA, id="usr_ben", name="ben")


@dataclass(frozen=True)
class Gym:
    """Practice with everything that it stands on."""

    practice: Practice
    standing: Standing
    questions: Questions
    refit: Refit
    graph: Site
    ground: PracticeGround
    clock: FakeClock

    async def write(self, *contents: Content) -> list[str]:
        """Write questions as `q0`, `q1`, ...; their ids."""
        written = [Written(slug=f"q{number:02}", content=one) for number, one in enumerate(contents)]
        return list((await self.questions.write(ANA, written)).ids)


def memory_gym(clock: FakeClock, new_per_day: int = 20) -> Gym:
    questions, attempts = MemoryQuestions(), MemoryAttempts()
    site = memory_site(clock)
    ground = StandingGround(site.ground.db, MemoryEvidence(), attempts, MemoryModels(attempts), site.graph, clock)
    stands_on = PracticeGround(
        standing=ground,
        questions=questions,
        cards=MemoryCards(questions),
        schedule=Fsrs(is_fuzzy=False),
        new_per_day=new_per_day,
    )
    return _gym(stands_on, site, clock)


def sql_gym(db: Database, dialect: Dialect, clock: FakeClock, new_per_day: int = 20) -> Gym:
    site = sql_site(db, dialect, clock)
    ground = StandingGround(db, SqlEvidence(), SqlAttempts(), SqlModels(), site.graph, clock)
    stands_on = PracticeGround(
        standing=ground,
        questions=SqlQuestions(),
        cards=SqlCards(),
        schedule=Fsrs(is_fuzzy=False),
        new_per_day=new_per_day,
    )
    return _gym(stands_on, site, clock)


def practice_desk(db: Database, graph: Graph, clock: FakeClock, alerts: DecidedAlerts) -> PracticeDesk:
    """What the API offers of practice, on a database and graph that are there."""
    questions = SqlQuestions()
    ground = StandingGround(db, SqlEvidence(), SqlAttempts(), SqlModels(), graph, clock)
    rooms = PracticeGround(
        standing=ground, questions=questions, cards=SqlCards(), schedule=Fsrs(is_fuzzy=False), new_per_day=20
    )
    standing = Standing(ground)
    writing = Questions(db, questions, clock)
    return PracticeDesk(Practice(rooms, standing), standing, writing, Drills(alerts, writing), Drafts(graph, writing))


def _gym(ground: PracticeGround, site: Site, clock: FakeClock) -> Gym:
    stands_on = ground.standing
    standing = Standing(stands_on)
    return Gym(
        Practice(ground, standing),
        standing,
        Questions(stands_on.db, ground.questions, clock),
        Refit(stands_on.db, stands_on.attempts, stands_on.models, clock),
        site,
        ground,
        clock,
    )


def content(
    kind: QuestionKind, key: Key, *, options: tuple[str, ...] = (), concepts: tuple[str, ...] = ("port scan",)
) -> Content:
    """A question about port scans."""
    return Content(
        kind=kind, prompt="What is it?", options=options, key=key, explanation="Because it says so.", concepts=concepts
    )


def choice(*concepts: str) -> Content:
    """A choice whose right answer is yes."""
    names = concepts or ("port scan",)
    return content(QuestionKind.CHOICE, Key(right=("yes",)), options=("yes", "no"), concepts=names)


def short(*right: str) -> Content:
    return content(QuestionKind.SHORT, Key(right=right or ("beacon",)))


def ordering(*items: str) -> Content:
    return content(QuestionKind.ORDERING, Key(right=items or ("a", "b", "c")))


def matching() -> Content:
    return content(QuestionKind.MATCHING, Key(pairs=(Pair("22", "SSH"), Pair("53", "DNS"))))


def triage() -> Content:
    """A drill whose alert was a true positive of level high."""
    pairs = (Pair(VERDICT, VERDICTS[0]), Pair(SEVERITY, "high"), Pair(NEXT_STEP, NEXT_STEPS[0]))
    return replace(content(QuestionKind.TRIAGE, Key(pairs=pairs)), facts=(Fact("Alert", "Many ports"),))
