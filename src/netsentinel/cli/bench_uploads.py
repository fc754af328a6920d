"""How fast files arrive: a server of its own on loopback, pieces with checksums, beside what the disk itself takes."""

import asyncio
import base64
import contextlib
import hashlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, Final

from netsentinel.cli.remote import Remote
from netsentinel.cli.uploading import PIECE, UPLOADS
from netsentinel.kernel.child import child_environment
from netsentinel.kernel.data_folder import LOCAL_KEY_FILE, LOCAL_SERVER_FILE
from netsentinel.kernel.errors import UnavailableError

_MIB: Final = 1024 * 1024
_START_S: Final = 30.0
_ROUNDS: Final = 3
_TUS: Final = {"Tus-Resumable": "1.0.0"}


async def measure_uploads(folder: Path, mib: int) -> dict[str, Any]:
    """`upload_mb_per_s` and `disk_mb_per_s`, in megabytes of 1,000,000 bytes a second, each the median of three.

    - upload: so many MiB over loopback to a server in a process of its own, in pieces of 8 MiB, each with a SHA-256
      that the client works out and the server checks, and each on disk for good before it is acknowledged;
    - disk: the same pieces written to a file on the same disk and synced one by one, and the SHA-256 of the whole, in
      this process.

    Raises:
        UnavailableError: the server does not start.
    """
    block = os.urandom(PIECE)
    disk = [await asyncio.to_thread(_on_disk, folder / f"peer-{number}", block, mib) for number in range(_ROUNDS)]
    environment = {**child_environment(), "NETSENTINEL_DATA_DIR": str(folder / "data"), "NETSENTINEL_PORT": "0"}
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "netsentinel", "serve"),
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        url, key = await _started(server, folder / "data")
        async with Remote(url, key) as remote:
            sent = [await _upload(remote, block, mib) for _ in range(_ROUNDS)]
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.send_signal(signal.SIGTERM)
        await server.wait()
    disk.sort()
    sent.sort()
    figures = {"upload_mb_per_s": sent[_ROUNDS // 2], "disk_mb_per_s": disk[_ROUNDS // 2]}
    return {**figures, "upload_share_of_disk": round(sent[_ROUNDS // 2] / disk[_ROUNDS // 2], 3), "upload_mib": mib}


async def _upload(remote: Remote, block: bytes, mib: int) -> float:
    """Send so much as one piece that nobody joins, and delete it; megabytes a second."""
    length = mib * _MIB
    told = {**_TUS, "Upload-Length": str(length), "Upload-Concat": "partial"}
    place = (await remote.headers_of("POST", UPLOADS, headers=told))["Location"]
    began, offset = time.perf_counter(), 0
    while offset < length:
        body = block[: length - offset]
        checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
        told = {
            **_TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {checksum}",
        }
        offset = int((await remote.headers_of("PATCH", place, headers=told, body=body))["Upload-Offset"])
    took = time.perf_counter() - began
    await remote.headers_of("DELETE", place, headers=_TUS)
    return round(length / took / 1_000_000, 1)


def _on_disk(path: Path, block: bytes, mib: int) -> float:
    """Write so much, sync every block, and hash it; megabytes a second."""
    length, hashed = mib * _MIB, hashlib.sha256()
    began, written = time.perf_counter(), 0
    with path.open("wb", buffering=0) as file:
        while written < length:
            part = block[: length - written]
            file.write(part)
            hashed.update(part)
            os.fsync(file.fileno())
            written += len(part)
    took = time.perf_counter() - began
    path.unlink()
    return round(length / took / 1_000_000, 1)


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
