"""Password guessing: one address whose logins fail again and again, and the login that then works."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from netsentinel.detection.fingerprint import clean, fingerprint
from netsentinel.detection.model import Finding, MatchedField
from netsentinel.detection.tables import Key
from netsentinel.detection.windows import Bounds, SlidingWindows
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Level, Micros

_NETWORK_ACTIVITY = 4001
_AUTHENTICATION = 3002
_SSH_PORT = 22

_HONEYPOTS = frozenset({"opencanary", "cowrie"})
"""Guessing there is guessing, but a login that works is a trap that closed: nobody's password was found."""

_LOGIN_SERVICES = frozenset(
    {
        "ssh",
        "ftp",
        "http",
        "rdp",
        "smb",
        "kerberos",
        "krb5",
        "ntlm",
        "mysql",
        "telnet",
        "imap",
        "pop3",
        "smtp",
        "radius",
    }
)


@dataclass(frozen=True, slots=True)
class GuessingParameters:
    """When failed logins are guessing.

    Sources: fail2ban's `jail.conf` bans after 5 failures in 10 minutes, read from the server's own log, where each
    wrong password is a line; Zeek's `protocols/ssh/detect-bruteforcing` takes 30 in 30 minutes, read from the network,
    where each failed connection is one. The defaults lie between, for what both kinds of log say.
    """

    span: Micros = 10 * MINUTE
    """fail2ban: `findtime`, 10 minutes."""
    failures: int = 10
    """Logins that a log states as failed, per address and service."""
    web_failures: int = 20
    """The same for HTTP, on paths that look like logins: pages and scripts there often fail by themselves."""
    short_connections: int = 30
    """SSH connections that were over before a session could begin. Zeek: `password_guesses_limit`, 30."""
    short_us: Micros = 20 * SECOND
    """OpenSSH ends a connection after 6 wrong passwords; with its delays that takes less than this."""
    short_bytes: int = 12_000
    """Key exchange and six tries stay below this in each direction; a session goes beyond it."""
    bounds: Bounds = field(default_factory=Bounds)
    """For each of the two tables."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the three things that are told."""

    rule_id: str
    title: str
    description: str
    level: Level
    tags: tuple[str, ...]
    false_positives: tuple[str, ...]


_GUESSING = _Kind(
    "password_guessing",
    "Password guessing",
    "Many logins from one address failed within minutes: passwords are being tried.",
    Level.HIGH,
    ("attack.credential-access", "attack.t1110", "attack.t1110.001"),
    ("A program that still uses an old password", "Web clients that probe without a password before each request"),
)
_SUCCESS = _Kind(
    "password_guessing.success",
    "Login after password guessing",
    "An address that had just failed many logins logged in: a password was probably found.",
    Level.CRITICAL,
    ("attack.credential-access", "attack.t1110", "attack.initial-access", "attack.t1078"),
    ("A person who finally remembered the password",),
)
_SHORT = _Kind(
    "password_guessing.short_connections",
    "Many short SSH connections",
    "One address opened many SSH connections that ended before a session could begin. The log does not say whether the "
    "logins failed; the pattern is that of password guessing.",
    Level.MEDIUM,
    ("attack.credential-access", "attack.t1110", "attack.t1110.001"),
    ("Configuration management and backup jobs that open one connection per command", "Monitoring of the SSH service"),
)


class PasswordGuessing:
    """Finds guessing in every log that says how a login ended, and in the shape of SSH connections."""

    name = "password_guessing"
    remembers = True
    classes = frozenset[int]()

    def __init__(self, parameters: GuessingParameters | None = None) -> None:
        self._parameters = parameters or GuessingParameters()
        self._failures = SlidingWindows(self._parameters.span, self._parameters.bounds)
        self._shorts = SlidingWindows(self._parameters.span, self._parameters.bounds)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """What these events complete."""
        found: list[Finding] = []
        for event in events:
            if event.class_uid == _NETWORK_ACTIVITY:
                if event.protocol == "tcp" and self._is_short_ssh(event):
                    self._count_short(event, found)
            elif event.action and event.src_ip and (event.app_protocol in _LOGIN_SERVICES or _is_login(event)):
                self._count_login(event, found)
        return found

    def snapshot(self) -> bytes:
        """Both tables."""
        return msgspec.msgpack.encode((self._failures.save(), self._shorts.save()))

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start."""
        failures, shorts = msgspec.msgpack.decode(state, type=tuple[bytes, bytes]) if state else (b"", b"")
        self._failures.load(failures)
        self._shorts.load(shorts)

    def _count_login(self, event: Event, found: list[Finding]) -> None:
        service = event.app_protocol or "logon"
        key: Key = (event.tenant, event.source, service, event.src_ip)
        limit = self._parameters.web_failures if service == "http" else self._parameters.failures
        if event.action == "failure":
            if self._failures.add(key, _attempt(event), event.time) >= limit:
                count = self._failures.count(key)
                if count >= limit and self._failures.tell(key, event.time):
                    found.append(self._finding(_GUESSING, event, service, count, limit))
        elif event.action == "success" and event.logsource.product not in _HONEYPOTS:
            count = self._failures.count_at(key, event.time)
            if count >= limit:
                found.append(self._finding(_SUCCESS, event, service, count, limit))

    def _count_short(self, event: Event, found: list[Finding]) -> None:
        key: Key = (event.tenant, event.source, event.src_ip, event.dst_ip)
        limit = self._parameters.short_connections
        if self._shorts.add(key, _attempt(event), event.time) >= limit:
            count = self._shorts.count(key)
            failed: Key = (event.tenant, event.source, "ssh", event.src_ip)
            known = self._failures.count_at(failed, event.time) >= self._parameters.failures
            if count >= limit and not known and self._shorts.tell(key, event.time):
                found.append(self._finding(_SHORT, event, "ssh", count, limit))

    def _is_short_ssh(self, event: Event) -> bool:
        if event.app_protocol != "ssh" and not (event.dst_port == _SSH_PORT and not event.app_protocol):
            return False
        most = self._parameters.short_bytes
        answered = 0 < event.bytes_in <= most and 0 < event.bytes_out <= most and event.action != "failure"
        return answered and event.duration_us <= self._parameters.short_us and bool(event.src_ip)

    def _finding(self, kind: _Kind, event: Event, service: str, count: int, limit: int) -> Finding:
        seconds = self._parameters.span // SECOND
        what = "short connections" if kind is _SHORT else "failed logins"
        return Finding(
            tenant=event.tenant,
            source=event.source,
            detector=self.name,
            rule_id=kind.rule_id,
            title=f"{kind.title} ({service})",
            description=kind.description,
            level=kind.level,
            tags=kind.tags,
            time=event.time,
            src_ip=clean(event.src_ip),
            dst_ip=clean(event.dst_ip),
            user=clean(event.user),
            device=clean(event.device),
            entity=clean(event.src_ip),
            entity_kind="address",
            matched=(
                MatchedField(field=what, value=str(count), condition=f"{what} >= {limit} in {seconds} s"),
                MatchedField(field="service", value=service, condition="the same service"),
            ),
            false_positives=kind.false_positives,
            fingerprint=fingerprint(event.tenant, f"{kind.rule_id}:{service}", clean(event.src_ip)),
            raw=event.raw,
        )


def _is_login(event: Event) -> bool:
    return event.class_uid == _AUTHENTICATION


def _attempt(event: Event) -> str:
    """What makes an attempt one of its own: a line that is sent twice counts once."""
    return f"{event.connection_uid or event.src_port}:{event.time}"
