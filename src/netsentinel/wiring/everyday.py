"""Actions that belong to no feature: an echo, to try a connection with, and the server's own health."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Final, Protocol

import msgspec
from msgspec import Meta

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Permission
from netsentinel.tasks import Action, Reporter, action

_STEPS_A_SECOND: Final = 10


class Check(Protocol):
    """What one check found."""

    @property
    def name(self) -> str:
        """Of what was looked at."""
        ...

    @property
    def ok(self) -> bool:
        """Whether it is well."""
        ...

    @property
    def detail(self) -> str:
        """A sentence."""
        ...


class Health(Protocol):
    """All checks."""

    @property
    def ready(self) -> bool:
        """Whether the server can do its work."""
        ...

    @property
    def checks(self) -> Sequence[Check]:
        """Each of them."""
        ...


class Echo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to say back, and when."""

    text: Annotated[str, Meta(max_length=10_000)] = ""
    seconds: Annotated[float, Meta(ge=0, le=60)] = 0.0
    """How long to take over it, with progress."""


class Echoed(msgspec.Struct, frozen=True):
    """What was said."""

    text: str


class Checked(msgspec.Struct, frozen=True):
    """What one check found."""

    name: str
    ok: bool
    detail: str


class HealthReport(msgspec.Struct, frozen=True):
    """The server's health."""

    ready: bool
    checks: tuple[Checked, ...]


class Nobody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An input without fields."""


class Everyday:
    """These actions."""

    def __init__(self, health: Callable[[], Awaitable[Health]]) -> None:
        self._health = health

    def actions(self) -> tuple[Action[Any, Any], ...]:
        """All of them."""
        echo = action(
            "echo",
            permission=Permission.LIVE_CONNECT,
            timeout=2 * MINUTE,
            reads_only=True,
            keeps_failures=False,
            estimated_duration=lambda wanted: int(wanted.seconds * SECOND),
        )
        health = action(
            "health.report", permission=Permission.LIVE_CONNECT, timeout=MINUTE, reads_only=True, keeps_failures=False
        )
        return (echo(self.echo), health(self.report))

    async def echo(self, wanted: Echo, reporter: Reporter) -> Echoed:
        """Say a text back, after some seconds if wanted: to try a connection with."""
        steps = int(wanted.seconds * _STEPS_A_SECOND)
        for step in range(steps):
            reporter.progress(100 * step / steps, "waiting", f"{step / _STEPS_A_SECOND:.1f} of {wanted.seconds:g} s")
            await asyncio.sleep(wanted.seconds / steps)
        return Echoed(wanted.text)

    async def report(self, _input: Nobody, _reporter: Reporter) -> HealthReport:
        """Report the server's health: every check with a sentence."""
        health = await self._health()
        return HealthReport(health.ready, tuple(Checked(one.name, one.ok, one.detail) for one in health.checks))
