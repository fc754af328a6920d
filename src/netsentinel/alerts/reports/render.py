"""What a report looks like. Everything that came from outside is escaped by the template engine, never by hand."""

import re
from functools import cache
from typing import Any, Final, cast

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from netsentinel.alerts.reports.model import Report, ReportFormat
from netsentinel.kernel.clock import DAY, HOUR, to_iso
from netsentinel.kernel.types import Micros

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+!|<>~&])")
_SECONDS: Final = len("2026-11-21T00:00:00")


def rendered(report: Report, form: ReportFormat) -> bytes:
    """The report as a file's bytes."""
    match form:
        case ReportFormat.JSON:
            return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
        case ReportFormat.MARKDOWN:
            text = _templates().get_template("report.md.j2").render(report=report)
        case ReportFormat.HTML | ReportFormat.PRINT:
            text = _templates().get_template("report.html.j2").render(report=report, paged=form is ReportFormat.PRINT)
    return text.encode("utf-8", "replace")


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("netsentinel.alerts.reports"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = cast("dict[str, Any]", made.filters)  # its type lists the functions that are there already
    filters.update(when=_when, span=_span, md=_md, share=_share, number=_number)
    return made


def _when(at: Micros) -> str:
    return to_iso(at)[:_SECONDS].replace("T", " ")


def _span(width: Micros) -> str:
    return f"{width // DAY} d" if width >= DAY else f"{width // HOUR} h"


def _md(value: Any) -> str:
    """A value as Markdown text: nothing in it is markup, and it stays on its line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(value).split()))


def _share(count: int, most: int) -> str:
    """How long a bar is, in percent of the longest."""
    return f"{100 * count / most:.1f}" if most else "0"


def _number(value: int) -> str:
    return f"{value:,}"
