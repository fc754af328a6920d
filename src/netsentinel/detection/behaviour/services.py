"""New services: a machine inside answers on a port on which it never answered while the network was learnt."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from netsentinel.detection.behaviour.networks import Place, place
from netsentinel.detection.behaviour.signs import Sign, tell
from netsentinel.detection.model import Finding
from netsentinel.detection.tables import StalestFirst
from netsentinel.events.model import Event
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.types import Level, Micros

_NETWORK_ACTIVITY = 4001
_EPHEMERAL = 32768


@dataclass(frozen=True, slots=True)
class NewServiceParameters:
    """When a service is new. The figures are our own: a week shows what a network does at the weekend as well."""

    learning: Micros = 7 * DAY
    """From a source's first event on; nothing is told before."""
    services: int = 50_000
    """Services that are remembered; one that was not used for longest is forgotten first, and then new again."""
    sources: int = 1_000


class _Service(msgspec.Struct, array_like=True):
    used: Micros = -1


class _Learning(msgspec.Struct, array_like=True):
    since: Micros = -1


_SIGN = Sign(
    "new_service",
    "New service on a machine inside",
    "A machine inside answered on a TCP port on which it had not been seen to answer before. Back doors and tools that "
    "somebody brought along listen like that.",
    Level.LOW,
    ("attack.persistence", "attack.t1133", "attack.command-and-control", "attack.t1571"),
    ("A service that you set up", "A machine that got another machine's address"),
)


class NewServices:
    """Finds new services in connection logs, after a learning time per source; those of one machine are one alert."""

    name = "new_service"
    remembers = True
    classes = frozenset({_NETWORK_ACTIVITY})

    def __init__(self, parameters: NewServiceParameters | None = None) -> None:
        self._parameters = parameters or NewServiceParameters()
        self._services = StalestFirst(_Service, self._parameters.services)
        self._sources = StalestFirst(_Learning, self._parameters.sources)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """The services that these events show for the first time."""
        found: list[Finding] = []
        for event in events:
            if (
                event.class_uid == _NETWORK_ACTIVITY
                and event.bytes_in
                and 0 < event.dst_port < _EPHEMERAL
                and event.protocol == "tcp"
                and event.action != "failure"
                and place(event.dst_ip) is Place.INSIDE
            ):
                self._look(event, found)
        return found

    def snapshot(self) -> bytes:
        """Both tables."""
        return msgspec.msgpack.encode((self._services.save(), self._sources.save()))

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start."""
        services, sources = msgspec.msgpack.decode(state, type=tuple[bytes, bytes]) if state else (b"", b"")
        self._services.load(services)
        self._sources.load(sources)

    def _look(self, event: Event, found: list[Finding]) -> None:
        source = self._sources.touch((event.tenant, event.source))
        if source.since < 0:
            source.since = event.time
        port = f"{event.dst_port}/tcp"
        service = self._services.touch((event.tenant, event.source, event.dst_ip, port))
        new = service.used < 0
        service.used = max(service.used, event.time)
        learning = self._parameters.learning
        if new and event.time >= source.since + learning:
            matched = (
                ("service", f"{event.dst_ip}:{port}", f"not seen in the {learning // DAY} days or more before"),
                ("client", event.src_ip, "who was answered"),
            )
            found.append(tell(_SIGN, event, self.name, matched, entity=event.dst_ip))
