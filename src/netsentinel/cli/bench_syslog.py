"""`netsentinel bench syslog`: a sender in a process of its own, a real server, and what became of every message."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netsentinel.cli.remote import Remote

_SOURCE = "bench"
_LOOK_AGAIN_S = 0.1
_PATIENCE_S = 120.0
_TICK_S = 0.01


async def measure(remote: "Remote", server: int, seconds: float, rate: int) -> dict[str, Any]:
    """Send `rate` messages a second over one TCP connection, and wait until each is processed.

    Args:
        remote: the server under test.
        server: its process id.
        seconds: how long to send.
        rate: messages a second.
    """
    port = _free_port()
    options = {"port": port, "transports": ["tcp"]}
    body = json.dumps({"name": _SOURCE, "kind": "syslog", "options": options}).encode()
    await remote.call("POST", "/api/v2/sources", body=body, headers={"Content-Type": "application/json"})
    await _until_it_listens(remote)
    cpu_before, began = _cpu_seconds(server), time.perf_counter()
    command = [sys.executable, "-m", "netsentinel.cli.bench_syslog", str(port), str(rate), str(seconds)]
    sender = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    told, _ = await sender.communicate()
    sent = json.loads(told)
    item = await _until_processed(remote, sent["messages"])
    took = time.perf_counter() - began
    arrived = item["events"] + item["rejected"]
    return {
        "messages_sent": sent["messages"],
        "sent_per_s": round(sent["messages"] / sent["seconds"]),
        "arrived": arrived,
        "lost": sent["messages"] - arrived,
        "rejected": item["rejected"],
        "processed_per_s": round(arrived / took),
        "seconds_until_processed": round(took, 1),
        "server_cpu_s": round(_cpu_seconds(server) - cpu_before, 1),
        "pauses": item["pauses"],
    }


async def _until_it_listens(remote: "Remote") -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if (await remote.get(f"/api/v2/sources/{_SOURCE}", {}))["note"]:
            return
        await asyncio.sleep(_LOOK_AGAIN_S)


async def _until_processed(remote: "Remote", messages: int) -> dict[str, Any]:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        item: dict[str, Any] = await remote.get(f"/api/v2/sources/{_SOURCE}", {})
        if item["events"] + item["rejected"] >= messages or time.monotonic() > deadline:
            return item
        await asyncio.sleep(_LOOK_AGAIN_S)


def _cpu_seconds(server: int) -> float:
    """Processor seconds of the server and the processes that it started (Linux; elsewhere 0)."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(folder.name) == server or int(fields[1]) == server:
            total += int(fields[11]) + int(fields[12])
    return total / ticks


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def send(port: int, rate: int, seconds: float) -> dict[str, float]:
    """Send at a steady rate, in the classic form of RFC 3164, one message to a line; how many, in what time."""
    stamp = time.strftime("%b %d %H:%M:%S", time.gmtime())
    total, sent = int(rate * seconds), 0
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as stream:
        while sent < total:
            due = min(total, int((time.perf_counter() - began) * rate) + 1)
            if due > sent:
                stream.sendall(b"".join(_message(stamp, number) for number in range(sent, due)))
                sent = due
            time.sleep(_TICK_S)
    return {"messages": sent, "seconds": time.perf_counter() - began}


def _message(stamp: str, number: int) -> bytes:
    address = f"192.0.2.{number % 250}"
    text = f"sshd[{number % 30_000}]: Connection from {address} port {number % 60_000} on 198.51.100.1 port 22"
    return f"<38>{stamp} host{number % 50} {text}\n".encode()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(send(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))
