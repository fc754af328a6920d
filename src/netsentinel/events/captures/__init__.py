"""Packet captures: from packets to connections and the facts of DNS, HTTP, TLS, SSH, ARP and ICMP."""

from netsentinel.events.captures.container import MAGICS
from netsentinel.events.captures.records import CaptureAccount, capture_records

__all__ = ["MAGICS", "CaptureAccount", "capture_records"]
