"""Flow records as text: Argus (`ra -c ,`, also .binetflow files) and nfdump (`-o csv`), read as rows under a header.

Source: ra(1) of Argus 5 for the column names, nfdump(1) for its csv output.
"""

from typing import Any

from netsentinel.events.columns import epoch_seconds, iso_time, number, text
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import Micros, TenantId

_LOGSOURCE = Logsource(product="netflow", category="firewall")
_NETWORK = 4001

_NAMES: dict[str, tuple[str, ...]] = {
    "time": ("StartTime", "ts", "first"),
    "duration": ("Dur", "td"),
    "protocol": ("Proto", "pr"),
    "src_ip": ("SrcAddr", "sa"),
    "src_port": ("Sport", "sp"),
    "dst_ip": ("DstAddr", "da"),
    "dst_port": ("Dport", "dp"),
    "packets": ("TotPkts",),
    "bytes": ("TotBytes",),
    "packets_out": ("SrcPkts", "ipkt"),
    "bytes_out": ("SrcBytes", "ibyt"),
    "packets_in": ("DstPkts", "opkt"),
    "bytes_in": ("DstBytes", "obyt"),
}
"""What a column holds -> its name in Argus, in nfdump."""

_UNANSWERED = frozenset({"S_", "S_R", "S_RA", "REQ", "INT", "RST"})
"""Argus: a SYN without an answer or with a reset, a request without a reply, a flow that was only begun."""


class NetflowFormat:
    """Reads the rows of Argus and nfdump."""

    name = "netflow"

    def recognises(self, record: dict[str, Any]) -> bool:
        """Argus' `SrcAddr` and `DstAddr`, or nfdump's `sa`, `da` and `pr`."""
        return ("SrcAddr" in record and "DstAddr" in record) or ("sa" in record and "da" in record and "pr" in record)

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event.

        Raises:
            ValueError: the flow's start is missing or cannot be read.
        """
        packets_out, bytes_out = number(_any(record, "packets_out")), number(_any(record, "bytes_out"))
        protocol, state = text(_any(record, "protocol")).lower(), text(record.get("State"))
        packets, size = number(_any(record, "packets")), number(_any(record, "bytes"))
        return Event(
            tenant=tenant,
            source=source,
            format="netflow",
            time=_time(_any(record, "time")),
            class_uid=_NETWORK,
            logsource=_LOGSOURCE,
            event_code=state,
            src_ip=text(_any(record, "src_ip")),
            src_port=_port(_any(record, "src_port")),
            dst_ip=text(_any(record, "dst_ip")),
            dst_port=_port(_any(record, "dst_port")),
            protocol=protocol,
            packets_out=packets_out,
            packets_in=number(_any(record, "packets_in")) or (max(0, packets - packets_out) if packets_out else 0),
            bytes_out=bytes_out,
            bytes_in=number(_any(record, "bytes_in")) or max(0, size - bytes_out),
            duration_us=_duration(_any(record, "duration")),
            action="failure" if state in _UNANSWERED and protocol == "tcp" else "",
            native=record,
            raw=raw,
        )


def _any(record: dict[str, Any], column: str) -> Any:
    return next((record[name] for name in _NAMES[column] if name in record), None)


def _port(value: Any) -> int:
    """A port; Argus writes ICMP's types there in hexadecimal."""
    said = text(value).strip()
    if said.lower().startswith("0x"):
        try:
            return int(said, 16)
        except ValueError:
            return 0
    return number(value)


def _duration(value: Any) -> Micros:
    try:
        return epoch_seconds(float(value))
    except (TypeError, ValueError):
        return 0


def _time(value: Any) -> Micros:
    said = text(value).strip()
    try:
        if said.replace(".", "", 1).isdigit():
            return epoch_seconds(float(said))
        return iso_time(said.replace("/", "-"))
    except ValueError:
        raise ValueError(f"{said[:64]!r} is no start of a flow") from None
