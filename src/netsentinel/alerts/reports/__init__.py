"""Reports: what happened in a period, or around one entity, for people to read and for programs to process."""

from netsentinel.alerts.reports.gather import EventCounts, Reports
from netsentinel.alerts.reports.model import REPORT_TYPES, Report, ReportFormat, ReportScope
from netsentinel.alerts.reports.render import rendered

__all__ = ["REPORT_TYPES", "EventCounts", "Report", "ReportFormat", "ReportScope", "Reports", "rendered"]
