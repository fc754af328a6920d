"""Scenes that the behaviour detectors must see, as events of the formats they would come in."""

import random
from typing import Any

from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.detection.build_events import START, zeek

VICTIM = "10.9.0.21"
OUTSIDE = "198.51.100.77"


def dice(seed: int) -> random.Random:
    """Chance that is the same in every run."""
    return random.Random(seed)  # noqa: S311 - chance for tests, no secret


def call(second: float, *, host: str = OUTSIDE, port: int = 443, source: str = VICTIM, **more: Any) -> Event:
    """A connection from inside that carried data."""
    fields: dict[str, Any] = {
        "id__orig_h": source,
        "id__resp_h": host,
        "id__resp_p": port,
        "conn_state": "SF",
        "duration": 0.4,
        "orig_bytes": 312,
        "resp_bytes": 980,
        "orig_pkts": 8,
        "resp_pkts": 9,
        **more,
    }
    return zeek("conn", second, **fields)


def beacon(*, calls: int = 24, interval: float = 60, jitter: float = 2, seed: int = 7, **more: Any) -> list[Event]:
    """Calls at even intervals with some jitter, in seconds."""
    chance = dice(seed)
    return [call(number * interval + chance.uniform(-jitter, jitter), **more) for number in range(calls)]


def question(second: float, name: str, *, rcode: str = "NOERROR", source: str = VICTIM, **more: Any) -> Event:
    """A DNS question with its answer's code."""
    fields = {"query": name, "qtype_name": "A", "rcode_name": rcode, "proto": "udp", "id__resp_p": 53}
    return zeek("dns", second, id__orig_h=source, **{**fields, **more})


def random_label(chance: random.Random, length: int, letters: str = "abcdefghijklmnopqrstuvwxyz") -> str:
    """Letters by chance."""
    return "".join(chance.choice(letters) for _ in range(length))


def tunnel(*, names: int = 60, domain: str = "t.example.org") -> list[Event]:
    """Data that leaves in names."""
    chance = dice(11)
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return [question(number, f"{random_label(chance, 40, letters)}.{domain}") for number in range(names)]


def generated(*, names: int = 12) -> list[Event]:
    """Made-up domains that do not exist."""
    chance = dice(3)
    return [question(number, f"{random_label(chance, 14)}.com", rcode="NXDOMAIN") for number in range(names)]


def failed_logon(second: float, user: str, address: str, *, event_id: int = 4625) -> Event:
    """A logon as Windows' security log tells it."""
    stamp = f"2026-05-28T{20 + int(second) // 3600:02d}:{int(second) // 60 % 60:02d}:{int(second) % 60:02d}.000000Z"
    record = {
        "EventID": event_id,
        "Channel": "Security",
        "Computer": "dc-01.corp.example",
        "TimeCreated_SystemTime": stamp,
        "TargetUserName": user,
        "IpAddress": address,
    }
    return FORMATS["windows"].parse(record, b"{}", DEFAULT_TENANT, "windows")


def honeypot(product: str, second: float, source: str, **native: Any) -> Event:
    """An event of a honeypot, as its format makes it."""
    return Event(
        tenant=DEFAULT_TENANT,
        source=product,
        format=product,
        time=int((START + second) * 1_000_000),
        logsource=Logsource(product=product),
        src_ip=source,
        device="trap-01",
        native=native,
        raw=b"{}",
    )


def arp(second: float, operation: str, sender: str, target: str, **more: str) -> Event:
    """A line of Zeek's arp.log."""
    record = {
        "_path": "arp",
        "ts": START + second,
        "operation": operation,
        "src_mac": "02:00:00:00:00:15",
        "dst_mac": "02:00:00:00:00:01",
        "orig_h": sender,
        "resp_h": target,
        "orig_hw": "02:00:00:00:00:15",
        "resp_hw": "02:00:00:00:00:01",
        **more,
    }
    return FORMATS["zeek"].parse(record, b"{}", DEFAULT_TENANT, "zeek")


def everything() -> list[Event]:
    """All scenes one after the other, each event with a raw text."""
    day = 86_400
    events = [
        *beacon(),
        *(call(3_000 + number * 3_700, host="198.51.100.78", duration=3_600.0) for number in range(5)),
        *tunnel(),
        *generated(),
        *(failed_logon(number * 5, f"user{number}", "10.9.0.66") for number in range(12)),
        honeypot("opencanary", 50, VICTIM, logtype=4000, node_id="trap-01"),
        arp(60, "reply", "10.9.0.15", "10.9.0.1", dst_mac="ff:ff:ff:ff:ff:ff"),
        zeek("ssl", 70, id__orig_h=VICTIM, ja3="e7d705a3286e19ea42f587b344ee6865", cipher="x"),
        call(80, host="10.9.0.5", port=445),
        call(8 * day, host="10.9.0.5", port=4444),
    ]
    for event in events:
        event.raw = b"{}"
    return events
