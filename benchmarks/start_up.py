"""How long starting takes and what an idle server weighs: python benchmarks/start_up.py [ROUNDS]."""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

IDLE_S = 10.0


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}, {rounds} rounds")
    helps = [timed([sys.executable, "-m", "netsentinel", "--help"]) for _ in range(rounds)]
    print(f"--help: median {statistics.median(helps) * 1000:.0f} ms, worst {max(helps) * 1000:.0f} ms")
    starts, weights = zip(*(start() for _ in range(rounds)), strict=True)
    print(f"serve to /readyz: median {statistics.median(starts):.2f} s, worst {max(starts):.2f} s")
    print(f"idle memory (server and detection process): median {statistics.median(weights):.0f} MB")


def timed(argv: list[str]) -> float:
    """Seconds that a command takes."""
    began = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def start() -> tuple[float, float]:
    """Seconds from `serve` on an empty folder to /readyz, and megabytes after some idle seconds."""
    with tempfile.TemporaryDirectory(prefix="netsentinel-start-") as folder:
        environment = {**os.environ, "NETSENTINEL_DATA_DIR": folder, "NETSENTINEL_LOG_LEVEL": "warning"}
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "netsentinel", "serve", "--port", "0"],
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        try:
            address = Path(folder) / "server.url"
            while not (address.exists() and ready(address.read_text(encoding="ascii").strip())):
                time.sleep(0.01)
            took = time.perf_counter() - began
            time.sleep(IDLE_S)
            return took, megabytes(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def ready(url: str) -> bool:
    """Whether /readyz answers 200."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310 - our own loopback address
            return answer.status == 200
    except OSError:
        return False


def megabytes(pid: int) -> float:
    """Resident memory of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    total = 0
    for process in (pid, *children):
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        total += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return total / 1024


if __name__ == "__main__":
    main()
