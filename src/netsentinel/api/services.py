"""What the routes work with: filled in by `bootstrap/`, read from `request.app.state.services`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from netsentinel.academy.briefing import Briefings
from netsentinel.academy.courses import School
from netsentinel.academy.graph import Concepts, Graph
from netsentinel.academy.graph.projection import Projection
from netsentinel.academy.media import Hearing, Media, Uploads
from netsentinel.academy.practice import PracticeDesk
from netsentinel.academy.reviews import Reviews
from netsentinel.alerts import AlertService, Processor
from netsentinel.alerts.suppression import Suppressions
from netsentinel.alerts.triage import Triage
from netsentinel.analytics import Analytics
from netsentinel.api.health import Readiness
from netsentinel.detection.rulebook import RuleLibrary, RuleService
from netsentinel.events import IntakeService, SetAsideBatches, SourceInventory
from netsentinel.events.configured import ConfiguredSources
from netsentinel.events.lake import EventLake
from netsentinel.idempotency import Idempotency
from netsentinel.identity import ApiKeys, AuthProvider, Logins, Users
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.settings import Settings
from netsentinel.limits import RequestLimits
from netsentinel.models import ModelRegistry
from netsentinel.models.monitor import ModelMonitor
from netsentinel.models.tables import TableFolder
from netsentinel.recovery import BreakerBoard
from netsentinel.scheduler import Schedules
from netsentinel.storage import Journal
from netsentinel.streamer import Hub
from netsentinel.tasks import TaskFiles, TaskService
from netsentinel.tasks.batch import Batch
from netsentinel.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Services:
    """Every service that a route may call."""

    settings: Settings
    clock: Clock
    registry: EntryRegistry
    journal: Journal
    identity: AuthProvider
    logins: Logins
    keys: ApiKeys
    users: Users
    limits: RequestLimits
    idempotency: Idempotency
    intake: IntakeService
    inventory: SourceInventory
    sources: ConfiguredSources
    set_aside: SetAsideBatches
    lake: EventLake
    alerts: AlertService
    triage: Triage
    suppressions: Suppressions
    rules: RuleService
    library: RuleLibrary
    models: ModelRegistry
    model_monitor: ModelMonitor
    model_tables: TableFolder
    processor: Processor
    tasks: TaskService
    batch: Batch
    breakers: BreakerBoard
    schedules: Schedules
    webhooks: Webhooks
    graph: Graph
    concepts: Concepts
    reviews: Reviews
    briefings: Briefings
    school: School
    projection: Projection | None
    """What keeps Neo4j up to date, where it is used."""
    practice: PracticeDesk
    media: Media
    uploads: Uploads
    hearing: Hearing
    files: TaskFiles
    analytics: Analytics
    hub: Hub
    readiness: Readiness
    metrics: Callable[[], bytes]
    demo: bool = False


async def services_of(request: Request) -> Services:
    """The services behind this request's app."""
    return request.app.state.services


Served = Annotated[Services, Depends(services_of)]
