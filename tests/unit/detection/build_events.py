"""Events for the tests of the detectors, as the formats make them."""

from typing import Any

from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId

START = 1_780_000_000

ATTACKER = "203.0.113.66"


def zeek(log: str, second: float, *, tenant: TenantId = DEFAULT_TENANT, source: str = "zeek", **fields: Any) -> Event:
    ends = {"id.orig_h": ATTACKER, "id.orig_p": 50_000, "id.resp_h": "10.0.0.5", "id.resp_p": 22}
    named = {name.replace("__", "."): value for name, value in fields.items()}
    record = {"_path": log, "ts": START + second, "uid": f"C{second}", "proto": "tcp", **ends, **named}
    return FORMATS["zeek"].parse(record, b"", tenant, source)


def attempt(second: float, host: str, port: int, *, state: str = "S0", proto: str = "tcp", **more: Any) -> Event:
    """A connection attempt; nothing comes back unless the state says so."""
    fields = {"id__resp_h": host, "id__resp_p": port, "conn_state": state, "proto": proto, **more}
    return zeek("conn", second, **fields)


def login(second: float, *, success: bool, **more: Any) -> Event:
    """An SSH login as Zeek's ssh.log tells it."""
    return zeek("ssh", second, auth_success=success, **more)


def at(second: float) -> int:
    """The event time of a second of the story."""
    return int((START + second) * SECOND)


def plain_event(native: dict[str, Any], raw: bytes = b"") -> Event:
    """An event that has nothing but its native fields."""
    return Event(
        tenant=DEFAULT_TENANT, source="s", format="json", time=0, logsource=Logsource(), native=native, raw=raw
    )
