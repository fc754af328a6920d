"""`netsentinel doctor`: checks of this machine and this installation, each with what to do about it."""

import asyncio
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from netsentinel.cli.folder import local_folder
from netsentinel.cli.output import Output, OutputOption, print_json, print_table
from netsentinel.cli.serve import DataOption, settings_from
from netsentinel.kernel.data_folder import LOCAL_SERVER_FILE
from netsentinel.kernel.disk import free_bytes
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.types import MIB

if TYPE_CHECKING:
    from netsentinel.kernel.settings import Settings

_LEAST_MEMORY_MIB = 512


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    check: str
    ok: bool
    found: str
    fix: str
    """What to do; empty when all is well."""


Check = Callable[["Settings"], Finding]


def doctor(*, data_dir: DataOption = None, output: OutputOption = Output.TABLE) -> None:
    """Check this machine and this installation. Exit code 1 when something needs attention.

    Where only the demo of `make run` keeps its data in the folder, it is the demo that is checked.
    """
    settings = settings_from(data_dir=data_dir)
    settings = settings.model_copy(update={"data_dir": local_folder(settings.data_dir)})
    findings = [check(settings) for check in CHECKS]
    if output is Output.JSON:
        print_json([asdict(finding) for finding in findings])
    else:
        print_table(
            ("", "CHECK", "FOUND", "WHAT TO DO"),
            [("ok" if item.ok else "!!", item.check, item.found, item.fix) for item in findings],
        )
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _finding(check: str, found: str, *, ok: bool, fix: str) -> Finding:
    return Finding(check, ok, found, "" if ok else fix)


def check_python(_settings: "Settings") -> Finding:
    """Python 3.11 or newer."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    return _finding("python", found, ok=sys.version_info >= (3, 11), fix="Install Python 3.11 or newer.")


def check_sqlite(_settings: "Settings") -> Finding:
    """The bundled SQLite is newer than the WAL-reset fault (fixed in 3.51.3)."""
    import apsw

    from netsentinel.storage.sqlite import OLDEST_SAFE_SQLITE

    version = apsw.sqlite_lib_version()
    ok = apsw.SQLITE_VERSION_NUMBER >= OLDEST_SAFE_SQLITE
    return _finding("sqlite", version, ok=ok, fix="Upgrade apsw: this SQLite can corrupt a WAL database.")


def check_data_folder(settings: "Settings") -> Finding:
    """The data folder can be written and is private."""
    folder = settings.data_dir
    if not folder.exists():
        return _finding("data folder", f"{folder} (made on first start)", ok=True, fix="")
    private = folder.stat().st_mode & 0o077 == 0
    return _finding(
        "data folder", str(folder.resolve()), ok=private, fix=f"It is open to other users: chmod 700 {folder}"
    )


def check_disk(settings: "Settings") -> Finding:
    """Free space above the reserve."""
    free = free_bytes(settings.data_dir) // MIB
    return _finding(
        "disk space",
        f"{free:,} MiB free",
        ok=free >= settings.disk_reserve_mib,
        fix=f"Free space until {settings.disk_reserve_mib} MiB are left, or lower NETSENTINEL_DISK_RESERVE_MIB.",
    )


def check_memory(_settings: "Settings") -> Finding:
    """Enough memory for the server and the detection process."""
    meminfo = Path("/proc/meminfo")
    if not meminfo.exists():
        return _finding("memory", "unknown on this system", ok=True, fix="")
    fields = dict(line.split(":", 1) for line in meminfo.read_text(encoding="ascii").splitlines())
    available = int(fields["MemAvailable"].split()[0]) // 1024
    return _finding(
        "memory",
        f"{available:,} MiB available",
        ok=available >= _LEAST_MEMORY_MIB,
        fix=f"NetSentinel wants {_LEAST_MEMORY_MIB} MiB: stop something, or add memory.",
    )


def check_rules(settings: "Settings") -> Finding:
    """Every rule loads."""
    from netsentinel.detection.content import bundled_rules
    from netsentinel.detection.rules.load import load_rules

    loaded = load_rules([bundled_rules(), *settings.rules])
    failed = "; ".join(str(error) for error in loaded.failed[:3])
    return _finding(
        "rules",
        f"{len(loaded.rules)} loaded, {len(loaded.failed)} failed",
        ok=not loaded.failed,
        fix=f"Correct them (netsentinel rules check shows all): {failed}",
    )


def check_dashboard(_settings: "Settings") -> Finding:
    """The dashboard is built."""
    from netsentinel.api.dashboard import FOLDER

    built = (FOLDER / "index.html").is_file()
    return _finding(
        "dashboard", "built" if built else "not built", ok=built, fix="Install Node 20 or newer and run: make setup"
    )


def check_port(settings: "Settings") -> Finding:
    """The folder's server runs, wherever it listens, or the port is free for it."""
    running = _running(settings.data_dir / LOCAL_SERVER_FILE)
    if running:
        return _finding("port", f"the server of this folder answers at {running}", ok=True, fix="")
    taken = _is_taken(settings.host, settings.port)
    return _finding(
        "port",
        f"{settings.host}:{settings.port} is {'in use' if taken else 'free'}",
        ok=not taken,
        fix="Another program has it: state another NETSENTINEL_PORT.",
    )


def check_server(settings: "Settings") -> Finding:
    """What the folder's server says of itself, where it runs."""
    running = _running(settings.data_dir / LOCAL_SERVER_FILE)
    if not running:
        return _finding("server", "does not run, so it was not asked", ok=True, fix="")
    from netsentinel.cli.remote import look

    try:
        checks = asyncio.run(look(running, "/readyz"))["checks"]
        faults = [str(one["detail"]) for one in checks if not one["ok"] or one.get("warns")]
    except (UnavailableError, LookupError, TypeError):
        return _finding("server", f"{running} does not say how it is", ok=False, fix="Look at what the server logged.")
    found = "needs attention" if faults else "says that all is well"
    return _finding("server", found, ok=not faults, fix=" ".join(faults))


def _running(file: Path) -> str:
    """The address that a server left in its folder, where something listens there; empty otherwise."""
    try:
        address = file.read_text(encoding="utf-8").strip()
        url = urlsplit(address)
        return address if url.hostname and url.port and _is_taken(url.hostname, url.port) else ""
    except (OSError, ValueError):
        return ""


def _is_taken(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def check_exposure(settings: "Settings") -> Finding:
    """Listening beyond loopback needs a public https address."""
    loopback = settings.host in ("127.0.0.1", "::1", "localhost")
    ok = loopback or settings.public_url.startswith("https://")
    return _finding(
        "exposure",
        f"listens on {settings.host}",
        ok=ok,
        fix="Put a TLS proxy before it and set NETSENTINEL_PUBLIC_URL=https://...",
    )


def check_proxies(settings: "Settings") -> Finding:
    """Behind a TLS proxy, its word about its clients is believed: otherwise all of them share one address."""
    stated = ", ".join(settings.trusted_proxies)
    return _finding(
        "proxies",
        f"believes {stated}" if stated else "believes none",
        ok=bool(stated) or not settings.public_url.startswith("https://"),
        fix="Set NETSENTINEL_TRUSTED_PROXIES to the proxy's address, or a few wrong logins lock everybody out.",
    )


def check_scanner(settings: "Settings") -> Finding:
    """The virus scanner, where one is set, answers."""
    from netsentinel.kernel.errors import NetSentinelError
    from netsentinel.outbound import Clamd, ClamdAddress

    stated = settings.media_clamd
    if not stated:
        return _finding("virus scanner", "none is set", ok=True, fix="")
    try:
        asyncio.run(Clamd(ClamdAddress.of(stated)).ping())
    except NetSentinelError as error:
        fix = f"{error.detail} Uploads wait for it: start clamd, or correct NETSENTINEL_MEDIA_CLAMD."
        return _finding("virus scanner", stated, ok=False, fix=fix)
    return _finding("virus scanner", f"{stated} answers", ok=True, fix="")


CHECKS: tuple[Check, ...] = (
    check_python,
    check_sqlite,
    check_data_folder,
    check_disk,
    check_memory,
    check_rules,
    check_dashboard,
    check_port,
    check_server,
    check_exposure,
    check_proxies,
    check_scanner,
)
