"""Every format that NetSentinel reads: one file each, all listed here."""

from collections.abc import Mapping

from netsentinel.events.formats.auditd import AuditdFormat
from netsentinel.events.formats.cef import CefFormat
from netsentinel.events.formats.cowrie import CowrieFormat
from netsentinel.events.formats.generic import CsvFormat, GenericFormat
from netsentinel.events.formats.netflow import NetflowFormat
from netsentinel.events.formats.opencanary import OpenCanaryFormat
from netsentinel.events.formats.suricata import SuricataFormat
from netsentinel.events.formats.syslog import SyslogFormat
from netsentinel.events.formats.sysmon_linux import SysmonLinuxFormat
from netsentinel.events.formats.usual import usual_logsources
from netsentinel.events.formats.web import WebFormat
from netsentinel.events.formats.windows import WindowsFormat
from netsentinel.events.formats.zeek import ZeekFormat
from netsentinel.events.ports import Format

FORMATS: Mapping[str, Format] = {
    format_.name: format_
    for format_ in (
        SuricataFormat(),
        ZeekFormat(),
        WindowsFormat(),
        CowrieFormat(),
        OpenCanaryFormat(),
        NetflowFormat(),
        SysmonLinuxFormat(),
        CefFormat(),
        AuditdFormat(),
        WebFormat(),
        SyslogFormat(),
        GenericFormat(),
        CsvFormat(),
    )
}
"""By name, in the order in which a record or a line is offered to them: what comes inside of syslog before syslog."""

__all__ = [
    "FORMATS",
    "AuditdFormat",
    "CefFormat",
    "CowrieFormat",
    "CsvFormat",
    "GenericFormat",
    "NetflowFormat",
    "OpenCanaryFormat",
    "SuricataFormat",
    "SyslogFormat",
    "SysmonLinuxFormat",
    "WebFormat",
    "WindowsFormat",
    "ZeekFormat",
    "usual_logsources",
]
