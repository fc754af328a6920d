"""Made-up rows for `netsentinel bench models`, the same every time: an office's flows, windows of entities, a table."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from netsentinel.detection.models.ports import Labels
from netsentinel.detection.models.table import Category, Feature, Floats, Kind, Schema, Table
from netsentinel.detection.models.windows import WINDOWS
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.kernel.types import DEFAULT_TENANT

SCANNER = "198.51.100.250"
"""Who tries ports among an office's flows."""

_BEGIN_S = 1_780_000_000
_SCAN_EVERY, _SCAN = 450, 30
"""After so many flows of the office there are so many of the scanner."""
_MACHINES, _SITES = 40, 400
_SEGMENTS = ("address", "service", "user")
_BROWSES = 0.6
"""Share of the office's flows that are visits of sites; the others ask for names."""
_TELLS, _ZERO = 0.3, 0.4
"""Of the table: share of the numbers that a kind of attack changes, and of those that are zero."""


def office(count: int, rate: float, seed: int) -> list[bytes]:
    """Lines of Zeek's conn.log (JSON): machines that browse and ask for names, and every so often a scan of ports.

    Args:
        count: lines.
        rate: flows a second of the stream's own time.
        seed: of everything random.
    """
    random = np.random.default_rng(seed)
    machines, sites = random.integers(_MACHINES, size=count), random.integers(_SITES, size=count)
    browses, took = random.random(count) < _BROWSES, random.exponential(2.0, count)
    sent, got = random.lognormal(7, 0.5, count), random.lognormal(9, 0.5, count)
    found: list[bytes] = []
    for number in range(count):
        place = number % (_SCAN_EVERY + _SCAN)
        record: dict[str, Any] = {"_path": "conn", "ts": _BEGIN_S + number / rate, "uid": f"C{seed}{number}"}
        if place >= _SCAN_EVERY:
            record |= _probe(place - _SCAN_EVERY)
        elif browses[number]:
            record |= _visit(int(machines[number]), int(sites[number]))
            record |= {"duration": float(took[number]), "orig_bytes": int(sent[number]), "resp_bytes": int(got[number])}
        else:
            record |= _question(int(machines[number]), float(took[number]) / 100)
        found.append(msgspec.json.encode(record))
    return found


def events_of(lines: Sequence[bytes]) -> list[Event]:
    """Those lines as events."""
    zeek, decode = FORMATS["zeek"], msgspec.json.Decoder(dict[str, Any]).decode
    return [zeek.parse(decode(line), line, DEFAULT_TENANT, "bench") for line in lines]


def windows(rows: int, entities: int, seed: int) -> Table:
    """Windows of entities, each of which has a usual size of everything."""
    random = np.random.default_rng(seed)
    base, whose = random.lognormal(3, 1.5, (entities, 10)), random.integers(0, entities, rows)
    numbers = base[whose] * random.lognormal(0, 0.4, (rows, 10))
    kinds = Category(tuple(sorted(_SEGMENTS)), (whose * len(_SEGMENTS) // entities).astype(np.int64))
    names = tuple(f"10.{number // 250}.{number % 250}.1" for number in range(entities))
    return Table(WINDOWS, numbers, (kinds, Category(names, whose.astype(np.int64))))


def table(rows: int, seed: int) -> tuple[Table, Labels]:
    """Rows of 38 numbers and three categories, as wide as NSL-KDD; a bit less than half are of five kinds of attack."""
    random = np.random.default_rng(seed)
    kinds = random.choice(6, size=rows, p=[0.53, 0.33, 0.08, 0.04, 0.015, 0.005]).astype(np.int64)
    middles = random.normal(0, 1, (6, 38)) * (random.random((6, 38)) < _TELLS)
    numbers: Floats = np.exp(middles[kinds] + random.normal(0, 1.2, (rows, 38)))
    numbers[random.random((rows, 38)) < _ZERO] = 0
    features = [Feature(f"n{place}") for place in range(38)]
    features += [Feature(name, Kind.CATEGORY) for name in ("protocol", "service", "flag")]
    columns = tuple(
        Category(
            tuple(f"v{place:02}" for place in range(size)),
            (kinds * random.integers(0, 2, rows) * 3 + random.integers(0, size, rows)) % size,
        )
        for size in (3, 70, 11)
    )
    return Table(Schema.of(features), numbers, columns), Labels(kinds > 0, kinds)


def _visit(machine: int, site: int) -> dict[str, Any]:
    return {
        "id.orig_h": f"10.0.0.{10 + machine}",
        "id.orig_p": 50_000,
        "id.resp_h": f"203.0.113.{site % 250}",
        "id.resp_p": 443,
        "proto": "tcp",
        "service": "ssl",
        "orig_pkts": 12,
        "resp_pkts": 18,
        "conn_state": "SF",
        "history": "ShADadFf",
        "local_orig": True,
    }


def _question(machine: int, took: float) -> dict[str, Any]:
    return {
        "id.orig_h": f"10.0.0.{10 + machine}",
        "id.orig_p": 50_001,
        "id.resp_h": "10.0.0.1",
        "id.resp_p": 53,
        "proto": "udp",
        "service": "dns",
        "duration": took,
        "orig_bytes": 40,
        "resp_bytes": 120,
        "orig_pkts": 1,
        "resp_pkts": 1,
        "conn_state": "SF",
        "history": "Dd",
        "local_orig": True,
    }


def _probe(number: int) -> dict[str, Any]:
    return {
        "id.orig_h": SCANNER,
        "id.orig_p": 40_000,
        "id.resp_h": "10.0.0.5",
        "id.resp_p": 1 + number * 7,
        "proto": "tcp",
        "conn_state": "REJ",
        "history": "Sr",
        "orig_pkts": 1,
        "resp_pkts": 1,
        "local_orig": False,
    }
