"""Any JSON object, and any row of a CSV: for records that no other format knows.

Rules speak their native fields. Neither recognises anything by itself: ask for them by their names, `json` and `csv`.
"""

from typing import Any

from netsentinel.events.columns import epoch_seconds, iso_time, number, text
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import Micros, TenantId

_TIMES = ("@timestamp", "timestamp", "time", "ts", "EventTime", "_time")
_SOURCES = ("src_ip", "source.ip", "SourceIp", "src", "c-ip", "client_ip", "src_host")
_DESTINATIONS = ("dst_ip", "dest_ip", "destination.ip", "DestinationIp", "dst", "dst_host")
_USERS = ("user", "username", "user.name", "User", "TargetUserName")
_DEVICES = ("host", "hostname", "host.name", "Computer", "device", "node_id", "sensor")
_SOURCE_PORTS = ("src_port", "source.port", "SourcePort", "sport")
_DESTINATION_PORTS = ("dst_port", "dest_port", "destination.port", "DestinationPort", "dport")
_PROTOCOLS = ("protocol", "proto", "network.transport", "Protocol")
_MESSAGES = ("message", "msg", "Message")
_UNKNOWN = Logsource()
_LATEST = 253_402_300_800.0
"""The year 10000: a larger number is no time in seconds."""


class GenericFormat:
    """Takes any JSON object as it is; common names fill the columns."""

    name = "json"

    def recognises(self, record: dict[str, Any]) -> bool:
        """Never: it would take everything."""
        del record
        return False

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event; never fails. `time` is 0 where none is stated."""
        return Event(
            tenant=tenant,
            source=source,
            format=self.name,
            time=_time(record),
            logsource=_UNKNOWN,
            src_ip=_any(record, _SOURCES),
            dst_ip=_any(record, _DESTINATIONS),
            user=_any(record, _USERS),
            src_port=number(_first(record, _SOURCE_PORTS)),
            dst_port=number(_first(record, _DESTINATION_PORTS)),
            protocol=_any(record, _PROTOCOLS).lower(),
            message=_any(record, _MESSAGES),
            device=_any(record, _DEVICES),
            native=record,
            raw=raw,
        )


class CsvFormat(GenericFormat):
    """Takes any row under a header as it is (`events/tables.py` reads the header); all values are texts."""

    name = "csv"


def _first(record: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((record[name] for name in names if name in record), None)


def _any(record: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((said for name in names if (said := text(record.get(name)))), "")


def _seconds(said: str) -> float | None:
    """Seconds in a text, as CSV has them."""
    try:
        return float(said)
    except ValueError:
        return None


def _time(record: dict[str, Any]) -> Micros:
    for name in _TIMES:
        value = record.get(name)
        if type(value) is str:
            try:
                return iso_time(value)
            except ValueError:
                value = _seconds(value)
        if (type(value) is int or type(value) is float) and 0 <= value < _LATEST:
            return epoch_seconds(value)
    return 0
