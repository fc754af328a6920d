"""What can be asked for about alerts as a task: search them, export them, write a report."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from netsentinel.alerts.export import ExportFormat, export_pieces
from netsentinel.alerts.model import Alert, AlertFilter, AlertStatus, Verdict
from netsentinel.alerts.reports import REPORT_TYPES, ReportFormat, Reports, ReportScope
from netsentinel.alerts.service import AlertPage, AlertService
from netsentinel.kernel.clock import MINUTE, SECOND, to_iso
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Level, Micros, Permission, Principal, TenantId
from netsentinel.tasks import Action, Reporter, ResultFile, TaskFiles, action

_PAGE: Final = 500
_DAY: Final = len("2026-11-21")
_Time = Annotated[int, Meta(ge=0, le=2**62)]
_Text = Annotated[str, Meta(max_length=500)]


class AlertsWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alerts. Everything given must hold; what is left out does not count."""

    status: tuple[AlertStatus, ...] = ()
    verdict: tuple[Verdict, ...] = ()
    min_level: Level = Level.INFORMATIONAL
    entity: _Text = ""
    source: _Text = ""
    rule_id: _Text = ""
    tag: _Text = ""
    assignee: _Text = ""
    unassigned: bool = False
    text: _Text = ""
    since: _Time = 0
    until: _Time = 0

    async def as_filter(self, alerts: AlertService, tenant: TenantId) -> AlertFilter:
        """The domain's filter; the service knows whom the entity's name means."""
        stated = {name: getattr(self, name) for name in AlertsWanted.__struct_fields__ if name != "entity"}
        return AlertFilter(**stated, entities=await alerts.entities_named(tenant, self.entity))


class AlertSearch(AlertsWanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of alerts."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    cursor: Annotated[str, Meta(max_length=512)] = ""


class AlertExport(AlertsWanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All alerts of a filter as a file."""

    format: ExportFormat = ExportFormat.CSV


class ExportedAlerts(msgspec.Struct, frozen=True):
    """What an export holds."""

    alerts: int
    file: ResultFile


class ReportWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report on a period, or on one entity within it."""

    since: _Time = 0
    """Begin; a week before the end when left out."""
    until: _Time = 0
    """End; now when left out."""
    entity: _Text = ""
    """An address, host or user: an incident's report instead of a period's."""
    format: ReportFormat = ReportFormat.HTML


class MadeReport(msgspec.Struct, frozen=True):
    """A report."""

    title: str
    alerts: int
    """How many it looks at."""
    file: ResultFile


class AlertActions:
    """The actions about alerts."""

    def __init__(self, alerts: AlertService, reports: Reports, files: TaskFiles) -> None:
        self._alerts = alerts
        self._reports = reports
        self._files = files

    def actions(self) -> tuple[Action[Any, Any], ...]:
        """All of them."""
        reading = Permission.ALERTS_READ
        return (
            action("alerts.search", permission=reading, timeout=MINUTE, reads_only=True, keeps_failures=False)(
                self.search
            ),
            action("export.alerts", permission=reading, timeout=30 * MINUTE, estimated_duration=lambda _: 10 * SECOND)(
                self.export
            ),
            action(
                "reports.generate",
                permission=reading,
                timeout=10 * MINUTE,
                validate=_check_period,
                estimated_duration=lambda _: 10 * SECOND,
            )(self.report),
        )

    async def search(self, wanted: AlertSearch, reporter: Reporter) -> AlertPage:
        """Search alerts: one page, newest first."""
        tenant = reporter.task.tenant
        where = await wanted.as_filter(self._alerts, tenant)
        return await self._alerts.page(tenant, where, limit=wanted.limit, cursor=wanted.cursor)

    async def export(self, wanted: AlertExport, reporter: Reporter) -> ExportedAlerts:
        """Export alerts to a file: CSV, JSON or a STIX 2.1 bundle."""
        task = reporter.task
        counter = _Counter(reporter)
        where = await wanted.as_filter(self._alerts, task.tenant)
        pages = counter.count(self._alerts.every(task.tenant, where))
        form, now, tenant = wanted.format, task.created_at, task.tenant
        pieces = export_pieces(pages, form, lambda rule_id: self._alerts.rule(tenant, rule_id), now)
        file = await self._files.keep(task, form.file_name(now), form.media_type, pieces)
        return ExportedAlerts(counter.seen, file)

    async def report(self, wanted: ReportWanted, reporter: Reporter) -> MadeReport:
        """Write a report on a period or an entity, to read, to print or to process."""
        task = reporter.task
        scope = ReportScope.of(task.tenant, task.created_at, wanted.since, wanted.until, wanted.entity)
        report = await self._reports.gather(scope, reporter.progress)
        media_type, ending = REPORT_TYPES[wanted.format]
        name = f"report-{_day(scope.since)}-{_day(scope.until)}.{ending}"
        file = await self._files.keep(task, name, media_type, self._reports.pieces(report, wanted.format))
        return MadeReport(report.title, report.alerts, file)


class _Counter:
    """Counts what goes through, and says so."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self.seen = 0

    async def count(self, pages: AsyncIterator[Sequence[Alert]]) -> AsyncIterator[Sequence[Alert]]:
        async for page in pages:
            yield page
            self.seen += len(page)
            # How many there will be is not known: it nears the end without reaching it.
            self._reporter.progress(100 * self.seen / (self.seen + _PAGE), "writing", f"{self.seen:,} alerts")


def _check_period(wanted: ReportWanted, _principal: Principal) -> None:
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        raise InvalidInputError("until lies after since.")


def _day(at: Micros) -> str:
    return to_iso(at)[:_DAY]
