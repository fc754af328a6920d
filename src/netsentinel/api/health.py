"""Health: `/livez` never touches a dependency, `/readyz` looks at all of them and says which one is red."""

import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from netsentinel.kernel.errors import NetSentinelError

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found."""

    name: str
    ok: bool
    detail: str
    took_ms: float


@dataclass(frozen=True, slots=True)
class ReadinessReport:
    """All checks, and whether the server can do its work."""

    ready: bool
    checks: tuple[CheckResult, ...]


Check = Callable[[], Awaitable[str]]
"""Returns a sentence when all is well; raises a NetSentinelError that says what is not."""


class Readiness:
    """Runs the named checks."""

    def __init__(self, checks: dict[str, Check]) -> None:
        self._checks = checks

    async def report(self) -> ReadinessReport:
        """Every check's result."""
        results = tuple([await self._run(name, check) for name, check in self._checks.items()])
        return ReadinessReport(all(result.ok for result in results), results)

    async def _run(self, name: str, check: Check) -> CheckResult:
        started = time.perf_counter()
        try:
            detail, ok = await check(), True
        except NetSentinelError as error:
            detail, ok = error.detail, False
        return CheckResult(name, ok, detail, round((time.perf_counter() - started) * 1_000, 2))


def free_disk_mib(folder: Path) -> int:
    """Free space of the disk that holds the folder, in MiB."""
    return shutil.disk_usage(folder).free // MIB
