"""How fast files arrive: a server of its own on loopback, pieces with checksums, beside what the disk itself takes."""

import asyncio
import contextlib
import hashlib
import os
import signal
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Final

from netsentinel.cli.remote import Remote
from netsentinel.cli.uploading import PIECE, TUS, UPLOADS, Trip, Uploader
from netsentinel.kernel.child import child_environment
from netsentinel.kernel.data_folder import LOCAL_KEY_FILE, LOCAL_SERVER_FILE
from netsentinel.kernel.errors import UnavailableError

_MIB: Final = 1024 * 1024
_START_S: Final = 30.0
_ROUNDS: Final = 5


async def measure_uploads(folder: Path, mib: int) -> dict[str, Any]:
    """`upload_mb_per_s` and `disk_mb_per_s`, in megabytes of 1,000,000 bytes a second, each the median of five.

    - upload: a file of so many MiB over loopback to a server in a process of its own, sent as `learn import` sends it:
      in pieces, each with a SHA-256 that the client works out and the server checks, and each on disk for good before
      it is acknowledged;
    - disk: the same bytes written to a file on the same disk, synced once, and their SHA-256, in this process.

    They take turns, because a disk is not always equally fast.

    Raises:
        UnavailableError: the server does not start.
    """
    file = folder / "file"
    await asyncio.to_thread(_make, file, mib)
    environment = {**child_environment(), "NETSENTINEL_DATA_DIR": str(folder / "data"), "NETSENTINEL_PORT": "0"}
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "netsentinel", "serve"),
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    disk: list[float] = []
    sent: list[float] = []
    try:
        url, key = await _started(server, folder / "data")
        async with Remote(url, key) as remote:
            for number in range(_ROUNDS + 1):
                took = await asyncio.to_thread(_on_disk, folder / "peer", file), await _upload(remote, file)
                if number:  # the first one warms up: threads, the files' pages
                    disk.append(took[0])
                    sent.append(took[1])
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.send_signal(signal.SIGTERM)
        await server.wait()
    upload_mb, disk_mb = (round(mib * _MIB / statistics.median(times) / 1_000_000, 1) for times in (sent, disk))
    shares = [peer / own for own, peer in zip(sent, disk, strict=True)]
    return {
        "upload_mb_per_s": upload_mb,
        "disk_mb_per_s": disk_mb,
        "upload_share_of_disk": round(statistics.median(shares), 3),
        "upload_mib": mib,
    }


def _make(path: Path, mib: int) -> None:
    with path.open("wb") as file:
        for _ in range(mib):
            file.write(os.urandom(_MIB))


async def _upload(remote: Remote, path: Path) -> float:
    """Send a file as one piece that nobody joins, and delete it; the seconds."""
    size = (await asyncio.to_thread(path.stat)).st_size
    told = {**TUS, "Upload-Length": str(size), "Upload-Concat": "partial"}
    with await asyncio.to_thread(path.open, "rb") as file:
        began = time.perf_counter()
        place = (await remote.headers_of("POST", UPLOADS, headers=told))["Location"]
        await Uploader(remote).pour(Trip(file, size, "", place), 0, lambda _: None)
        took = time.perf_counter() - began
    await remote.headers_of("DELETE", place, headers=TUS)
    return took


def _on_disk(path: Path, source: Path) -> float:
    """Write the bytes of a file, sync them once, and hash them; the seconds."""
    hashed = hashlib.sha256()
    began = time.perf_counter()
    with path.open("wb", buffering=0) as file, source.open("rb", buffering=0) as given:
        while part := given.read(PIECE):
            file.write(part)
            hashed.update(part)
        os.fsync(file.fileno())
    took = time.perf_counter() - began
    path.unlink()
    return took


async def _started(server: asyncio.subprocess.Process, data: Path) -> tuple[str, str]:
    """Address and key of the server, once it answers."""
    began = time.perf_counter()
    while server.returncode is None and time.perf_counter() - began < _START_S:
        with contextlib.suppress(FileNotFoundError, UnavailableError):
            url = (await asyncio.to_thread((data / LOCAL_SERVER_FILE).read_text)).strip()
            key = (await asyncio.to_thread((data / LOCAL_KEY_FILE).read_text)).strip()
            async with Remote(url, key) as remote:
                await remote.get("/api/v2/media", {"limit": 1})
            return url, key
        await asyncio.sleep(0.1)
    raise UnavailableError("The server that is to be measured does not start.")
