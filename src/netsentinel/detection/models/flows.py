"""Features of flows, the same for training and for serving, from Zeek, Suricata, Argus, nfdump and our own captures.

A flow is an event of OCSF class 4001 with both addresses. What its source calls things does not matter: features are
made of the event's normalised columns, and of what was seen shortly before it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter

import numpy as np

from netsentinel.detection.behaviour.networks import Place, place
from netsentinel.detection.models.columns import PORTS_END, Cell, FlowColumns, coded
from netsentinel.detection.models.recent import MOST_KEYS, RecentFlows
from netsentinel.detection.models.table import Category, Feature, Floats, Ints, Kind, Schema, Table
from netsentinel.events.model import Event
from netsentinel.kernel.clock import SECOND

NETWORK_ACTIVITY = 4001

_FLOW = "the flow"
_SOURCE = "flows from its source address"
_TARGET = "flows to its destination"
_PAIR = "flows of the same source to the same destination and port"


def _flow(name: str, says: str, unit: str = "", kind: Kind = Kind.NUMBER) -> Feature:
    return Feature(name, kind, unit, "", _FLOW, says)


def _window(name: str, says: str, source: str, unit: str = "") -> Feature:
    return Feature(name, Kind.NUMBER, unit, "60 s", source, says)


FLOWS = Schema.of(
    [
        _flow("duration", "how long it took", "s"),
        _flow("bytes_out", "sent by the source", "bytes"),
        _flow("bytes_in", "sent back", "bytes"),
        _flow("packets_out", "sent by the source", "packets"),
        _flow("packets_in", "sent back", "packets"),
        _flow("mean_out", "mean size of what the source sent", "bytes/packet"),
        _flow("mean_in", "mean size of what came back", "bytes/packet"),
        _flow("share_out", "share of all bytes that the source sent"),
        _window("source_flows", "flows from the same source", _SOURCE, "flows"),
        _window("source_hosts", "different hosts that the source called", _SOURCE, "hosts"),
        _window("source_ports", "different ports that the source called", _SOURCE, "ports"),
        _window("source_failed", "share of the source's flows that came to nothing", _SOURCE),
        _window("target_flows", "flows to the same host and port", _TARGET, "flows"),
        _window("target_sources", "different sources that called the same host and port", _TARGET, "sources"),
        Feature("gap", Kind.NUMBER, "s", "", _PAIR, "since the source last called this host and port"),
        _flow("protocol", "transport protocol", kind=Kind.CATEGORY),
        _flow("service", "application protocol", kind=Kind.CATEGORY),
        _flow("port", "destination port, where it is a usual one; else its range", kind=Kind.CATEGORY),
        _flow("outcome", "whether an answer came", kind=Kind.CATEGORY),
        _flow("direction", "from where to where", kind=Kind.CATEGORY),
    ]
)
"""What a flow is told by. Counts of a window include the flow itself; different hosts, ports and sources are counted up
to `recent.MOST_DIFFERENT`."""

TECHNIQUES: Mapping[str, tuple[str, ...]] = {
    "bytes_out": ("attack.exfiltration", "attack.t1048"),
    "mean_out": ("attack.exfiltration", "attack.t1048"),
    "share_out": ("attack.exfiltration", "attack.t1048"),
    "source_flows": ("attack.discovery", "attack.t1046"),
    "source_hosts": ("attack.discovery", "attack.t1046"),
    "source_ports": ("attack.discovery", "attack.t1046"),
    "source_failed": ("attack.discovery", "attack.t1046"),
    "target_flows": ("attack.impact", "attack.t1498"),
    "target_sources": ("attack.impact", "attack.t1498"),
}
"""What an attack is likely to be that stands out by a feature: ATT&CK's exfiltration, discovery and flooding."""

OTHER_TECHNIQUE = ("attack.command-and-control", "attack.t1071")
"""The same for all other features."""

_PORTS = frozenset(
    {20, 21, 22, 23, 25, 53, 67, 68, 69, 80, 88, 110, 111, 123, 135, 137, 138, 139, 143, 161, 389, 443, 445, 465, 500}
    | {514, 587, 636, 993, 995, 1433, 1521, 1723, 1883, 1900, 2049, 2222, 2375, 3128, 3306, 3389, 4444, 4500, 5060}
    | {5353, 5355, 5432, 5900, 5985, 6379, 6443, 6667, 8000, 8080, 8443, 8888, 9100, 9200, 11211, 27017}
)
"""Ports told apart: common services (IANA's registry), and 4444, which attack tools listen on by default."""

_SERVICES: Mapping[str, str] = {"ssl": "tls", "dce_rpc": "dcerpc", "krb": "krb5", "krb_tcp": "krb5", "krb_udp": "krb5"}
"""What Zeek calls a protocol -> what Suricata calls it."""

_LAST_SYSTEM, _LAST_REGISTERED = 1023, 49151
"""RFC 6335, section 6."""

MOST_STATED = 2**62
"""A sender may state any number: larger ones count as this one, which can be added up, saved and told as a float."""

NEVER_MEASURED = frozenset({"windows", "sysmon_linux"})
"""Formats whose connections have no sizes and no end: a model would take them for flows that carried nothing."""

_PLACES = tuple(Place)
_DIRECTIONS = tuple(f"{source} to {target}" for source in _PLACES for target in _PLACES)
_OUTCOMES = ("failed", "answered", "one-way")

_own = attrgetter("duration_us", "bytes_out", "bytes_in", "packets_out", "packets_in")


def is_flow(event: Event) -> bool:
    """Whether an event has the features of a flow."""
    is_between = event.class_uid == NETWORK_ACTIVITY and bool(event.src_ip) and bool(event.dst_ip)
    return is_between and event.format not in NEVER_MEASURED


class FlowFeatures:
    """Turns flows, in the order in which they come, into rows of `FLOWS`; remembers what their windows need.

    Where batches end makes no difference.

    Args:
        keys: sources and destinations that are remembered (see `RecentFlows`).
    """

    def __init__(self, keys: int = MOST_KEYS) -> None:
        self._recent = RecentFlows(keys)

    def rows(self, flows: Sequence[Event], columns: FlowColumns | None = None) -> Table:
        """One row a flow.

        Args:
            flows: events for which `is_flow` holds.
            columns: of the same flows, where somebody has them.
        """
        own = _numbers([_own(flow) for flow in flows]).reshape(len(flows), 5) if columns is None else columns.own.T
        numbers = np.empty((len(flows), len(FLOWS.numbers)))
        numbers[:, 0] = own[:, 0] / SECOND
        numbers[:, 1:5] = np.maximum(own[:, 1:], 0)
        sizes, packets = numbers[:, 1:3], numbers[:, 3:5]
        numbers[:, 5:7] = np.divide(sizes, packets, out=np.full_like(sizes, np.nan), where=packets > 0)
        total = sizes.sum(axis=1)
        numbers[:, 7] = np.divide(sizes[:, 0], total, out=np.full_like(total, np.nan), where=total > 0)
        numbers[:, 8:] = self._recent.features(flows, columns)
        return Table(FLOWS, numbers, _categories(flows) if columns is None else _categories_of(columns))

    def save(self) -> bytes:
        """Everything that is remembered."""
        return self._recent.save()

    def load(self, state: bytes) -> None:
        """Take over what `save` gave; empty bytes mean a fresh start."""
        self._recent.load(state)


def _categories(flows: Sequence[Event]) -> tuple[Category, ...]:
    return (
        _category([flow.protocol for flow in flows], str),
        _category([flow.app_protocol for flow in flows], _service),
        _category([flow.dst_port for flow in flows], _port),
        _category([_outcome(flow) for flow in flows], str),
        _category([_direction(flow.src_ip, flow.dst_ip) for flow in flows], str),
    )


def _categories_of(flows: FlowColumns) -> tuple[Category, ...]:
    """The same from columns."""
    sources, targets = (np.array([*map(_place_of, names)]) for names in (flows.source_names, flows.target_names))
    directions = sources[flows.source] * len(_PLACES) + targets[flows.target]
    answered = (flows.own[2] != 0) | (flows.own[4] != 0)
    return (
        _named(flows.kind, [protocol for protocol, _, _ in flows.kinds]),
        _named(flows.kind, [_service(said) for _, said, _ in flows.kinds]),
        _named(*_present(_PORT_NAMES[flows.port], _NAMES_OF_PORTS)),
        _named(*_present(np.where(flows.failed, 0, np.where(answered, 1, 2)), _OUTCOMES)),
        _named(*_present(directions, _DIRECTIONS)),
    )


def _outcome(flow: Event) -> str:
    if flow.action == "failure":
        return "failed"
    return "answered" if flow.packets_in or flow.bytes_in else "one-way"


def _service(said: str) -> str:
    """One name for each protocol; where Zeek saw several in one connection, the first."""
    first = said.partition(",")[0]
    return _SERVICES.get(first, first)


def _port(port: int) -> str:
    if port in _PORTS:
        return str(port)
    return "system" if port <= _LAST_SYSTEM else "registered" if port <= _LAST_REGISTERED else "dynamic"


_NAMES_OF_PORTS = (*sorted({str(port) for port in _PORTS}), "system", "registered", "dynamic")


def _names_of_all_ports() -> Ints:
    """For each port the place of its name."""
    system, registered, dynamic = range(len(_PORTS), len(_PORTS) + 3)
    found = np.full(PORTS_END, dynamic)
    found[: _LAST_REGISTERED + 1] = registered
    found[: _LAST_SYSTEM + 1] = system
    for place_of, name in enumerate(_NAMES_OF_PORTS[:system]):
        found[int(name)] = place_of
    return found


_PORT_NAMES = _names_of_all_ports()


@lru_cache(maxsize=16_384)
def _place_of(address: str) -> int:
    """The place of an address among all."""
    return _PLACES.index(place(address))


@lru_cache(maxsize=16_384)
def _direction(source: str, target: str) -> str:
    return f"{place(source)} to {place(target)}"


def _numbers(rows: list[tuple[int, ...]]) -> Floats:
    """Whole numbers as floats; a sender may state more than a float can hold."""
    try:
        return np.array(rows, dtype=np.float64)
    except OverflowError:
        return np.array([[max(-MOST_STATED, min(one, MOST_STATED)) for one in row] for row in rows], dtype=np.float64)


def _category(cells: Sequence[Cell], name: Callable[[Cell], str]) -> Category:
    """As `Category.of` of the cells' names, but fast for few rows with few values: each value is named once."""
    ids, found = coded(cells)
    return _named(ids, [name(cell) for cell in found])


def _named(ids: Ints, names: Sequence[str]) -> Category:
    """The column of these names by their places, each of which occurs; an empty one is missing."""
    values = sorted({text for text in names if text})
    codes = {value: code for code, value in enumerate(values)}
    codes[""] = -1
    return Category(tuple(values), np.array([codes[text] for text in names], dtype=np.int64)[ids])


def _present(places: Ints, names: Sequence[str]) -> tuple[Ints, list[str]]:
    """Those of the names that occur, and the place of each row's name among them."""
    found = np.flatnonzero(np.bincount(places, minlength=len(names)))
    among = np.zeros(len(names), dtype=np.int64)
    among[found] = np.arange(len(found))
    return among[places], [names[place] for place in found.tolist()]
