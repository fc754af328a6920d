"""Every format that NetSentinel reads: one file each, all listed here."""

from collections.abc import Mapping

from netsentinel.events.formats.generic import GenericFormat
from netsentinel.events.formats.suricata import SuricataFormat
from netsentinel.events.formats.windows import WindowsFormat
from netsentinel.events.formats.zeek import ZeekFormat
from netsentinel.events.ports import Format

FORMATS: Mapping[str, Format] = {
    format_.name: format_ for format_ in (SuricataFormat(), ZeekFormat(), WindowsFormat(), GenericFormat())
}
"""By name, in the order in which a record is offered to them."""

__all__ = ["FORMATS", "GenericFormat", "SuricataFormat", "WindowsFormat", "ZeekFormat"]
