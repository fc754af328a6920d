"""Sysmon for Linux: an XML event in a syslog line, with the names and numbers of Sysmon for Windows.

Its JSON forms (nested `Event.System`, or flat with `EventID` and the channel) are read by the Windows format, which
states the same log source. Source: microsoft/SysmonForLinux, its manifest and README.
"""

import html
import re
from typing import Any

from netsentinel.events.formats.lines import as_text
from netsentinel.events.formats.windows import WindowsFormat, is_sysmon_linux
from netsentinel.events.model import Event
from netsentinel.kernel.types import Micros, TenantId

_EVENT = b"<Event>"
_SYSMON = b"Linux-Sysmon"
_WITHIN = 1024
_SYSTEM = re.compile(r"<(EventID|Version|Level|Task|Opcode|Keywords|EventRecordID|Channel|Computer)>([^<]{0,256})</\1>")
_PROVIDER = re.compile(r'<Provider Name="([^"]{1,256})"')
_CREATED = re.compile(r'<TimeCreated SystemTime="([^"]{1,64})"')
_DATA = re.compile(r'<Data Name="([^"]{1,256})"(?:/>|>([^<]*)</Data>)')
_END = "</Event>"


class SysmonLinuxFormat:
    """Reads the XML of Sysmon for Linux."""

    name = "sysmon_linux"

    def __init__(self) -> None:
        self._windows = WindowsFormat()

    def recognises(self, record: dict[str, Any]) -> bool:
        """Never: as JSON such events are the Windows format's."""
        del record
        return False

    def recognises_line(self, line: bytes) -> bool:
        """`<Event>` with the provider `Linux-Sysmon`."""
        head = line[:_WITHIN]
        return _EVENT in head and _SYSMON in head

    def decode(self, line: bytes, received_at: Micros) -> dict[str, Any]:
        """The event's system part and its data, flat, by the names that rules use.

        Raises:
            ValueError: the XML ends early or has no event id.
        """
        del received_at
        said = as_text(line)
        if _END not in said:
            raise ValueError("the XML of the event is cut")
        system, _, data = said.partition("</System>")
        record: dict[str, Any] = dict(_SYSTEM.findall(system))
        if "EventID" not in record:
            raise ValueError("a Sysmon event needs its EventID")
        if record["EventID"].isascii() and record["EventID"].isdigit():
            record["EventID"] = int(record["EventID"][:9])
        for name, found in (("Provider_Name", _PROVIDER.search(system)), ("TimeCreated", _CREATED.search(system))):
            if found:
                record[name] = html.unescape(found[1])
        for name, value in _DATA.findall(data):
            record.setdefault(html.unescape(name), html.unescape(value))
        return record

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event.

        Raises:
            ValueError: it is no event of Sysmon for Linux.
        """
        if not is_sysmon_linux(record):
            raise ValueError("a Sysmon event needs its EventID and the channel of Linux-Sysmon")
        event = self._windows.parse(record, raw, tenant, source)
        event.format = "sysmon_linux"
        return event
