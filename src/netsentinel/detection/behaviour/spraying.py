"""Password spraying: few passwords over many accounts, or one account from many places; harmless each by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from netsentinel.detection.behaviour.signs import Sign, tell
from netsentinel.detection.model import Finding
from netsentinel.detection.tables import Key
from netsentinel.detection.windows import Bounds, SlidingWindows
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Level, Micros

_LONGEST_ADDRESS = 64
_LONGEST_USER = 128
"""Characters; what is longer must not fill the tables."""
_HONEYPOTS = frozenset({"opencanary", "cowrie"})


@dataclass(frozen=True, slots=True)
class SprayingParameters:
    """When failed logins are spraying. The figures are our own.

    Lockout rules commonly count five to ten failures per account, so who sprays stays below that.
    """

    span: Micros = 30 * MINUTE
    users: int = 10
    """Different accounts that fail from one address."""
    tries_per_user: float = 3.0
    """More tries per account are guessing, which another detector tells."""
    sources: int = 10
    """Different addresses from which one account fails."""
    bounds: Bounds = field(default_factory=Bounds)
    """For each of the three tables."""


_ONE_SOURCE = Sign(
    "password_spraying.accounts",
    "Password spraying over many accounts",
    "Logins to many different accounts failed from one address within minutes, with few tries for each: one password "
    "is tried on all of them.",
    Level.HIGH,
    ("attack.credential-access", "attack.t1110.003"),
    ("A gateway or terminal server behind which many people log in", "A service that lost its directory"),
)
_MANY_SOURCES = Sign(
    "password_spraying.sources",
    "One account tried from many addresses",
    "Logins to one account failed from many different addresses within minutes: a botnet shares the work.",
    Level.MEDIUM,
    ("attack.credential-access", "attack.t1110.003", "attack.t1110.001"),
    ("Usual accounts (root, admin) on a server that everybody can reach", "A password that many devices still hold"),
)


class PasswordSpraying:
    """Finds spraying in every log that names the account and says that its login failed."""

    name = "password_spraying"
    remembers = True
    classes = frozenset[int]()

    def __init__(self, parameters: SprayingParameters | None = None) -> None:
        self._parameters = parameters or SprayingParameters()
        make = lambda: SlidingWindows(self._parameters.span, self._parameters.bounds)  # noqa: E731 - three of the same
        self._users, self._tries, self._sources = make(), make(), make()

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """What these events complete."""
        found: list[Finding] = []
        for event in events:
            if (
                event.action == "failure"
                and event.user
                and 0 < len(event.src_ip) <= _LONGEST_ADDRESS
                and not event.user.endswith("$")
                and event.logsource.product not in _HONEYPOTS
            ):
                self._look(event, found)
        return found

    def snapshot(self) -> bytes:
        """The three tables."""
        return msgspec.msgpack.encode((self._users.save(), self._tries.save(), self._sources.save()))

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start."""
        kept = msgspec.msgpack.decode(state, type=tuple[bytes, bytes, bytes]) if state else (b"", b"", b"")
        for windows, part in zip((self._users, self._tries, self._sources), kept, strict=True):
            windows.load(part)

    def _look(self, event: Event, found: list[Finding]) -> None:
        parameters = self._parameters
        seconds = parameters.span // SECOND
        service = event.app_protocol[:_LONGEST_ADDRESS] or "logon"
        user = event.user[:_LONGEST_USER].lower()
        address: Key = (event.tenant, event.source, service, event.src_ip)
        self._tries.add(
            address, f"{event.connection_uid[:_LONGEST_ADDRESS] or event.src_port}:{user}:{event.time}", event.time
        )
        if self._users.add(address, user, event.time) >= parameters.users:
            users, tries = self._users.count(address), self._tries.count(address)
            few = tries <= users * parameters.tries_per_user
            if users >= parameters.users and few and self._users.tell(address, event.time):
                matched = (
                    ("accounts", str(users), f"accounts >= {parameters.users} in {seconds} s"),
                    ("tries", str(tries), f"tries per account <= {parameters.tries_per_user:g}"),
                    ("service", service, "the same service"),
                )
                found.append(tell(_ONE_SOURCE, event, self.name, matched, about=service))
        account: Key = (event.tenant, event.source, service, user)
        if self._sources.add(account, event.src_ip, event.time) >= parameters.sources:
            count = self._sources.count(account)
            if count >= parameters.sources and self._sources.tell(account, event.time):
                matched = (
                    ("addresses", str(count), f"addresses >= {parameters.sources} in {seconds} s"),
                    ("account", event.user, "the same account"),
                    ("service", service, "the same service"),
                )
                found.append(tell(_MANY_SOURCES, event, self.name, matched, about=f"{service}:{user}"))
