"""How long the API takes to answer, against a real server with alerts in it: python benchmarks/api_latency.py [ROUNDS].

Prints the median and the 99th percentile per route in milliseconds, over one kept-alive connection on loopback.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

import httpx2

from netsentinel.demo import story
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.data_folder import LOCAL_KEY_FILE, LOCAL_SERVER_FILE

ROUTES = ("/livez", "/readyz", "/api/v2/me", "/api/v2/alerts", "/api/v2/threats", "/api/v2/sources", "/api/v2/entries")
LINES = {"Content-Type": "application/x-ndjson"}


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory(prefix="netsentinel-latency-") as folder:
        data = Path(folder)
        environment = {**os.environ, "NETSENTINEL_DATA_DIR": folder, "NETSENTINEL_LOG_LEVEL": "warning"}
        command = [sys.executable, "-m", "netsentinel", "serve", "--port", "0"]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            while not ((data / LOCAL_SERVER_FILE).exists() and (data / LOCAL_KEY_FILE).exists()):
                time.sleep(0.05)
            measure(data, rounds)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def measure(data: Path, rounds: int) -> None:
    """Fill the server with the demo's story, then time each route."""
    url = (data / LOCAL_SERVER_FILE).read_text(encoding="ascii").strip()
    key = (data / LOCAL_KEY_FILE).read_text(encoding="ascii").strip()
    with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
        body = b"\n".join(line.line for line in story(SystemClock().now()))
        http.post("/api/v2/events", content=body, headers=LINES).raise_for_status()
        while len(http.get("/api/v2/threats").json()["items"]) < 3:
            time.sleep(0.1)
        first = http.get("/api/v2/alerts?limit=1").json()["items"][0]
        print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, {rounds} requests a route, milliseconds")
        for route in (*ROUTES, f"/api/v2/alerts/{first['id']}", f"/api/v2/threats/{first['entity']}"):
            took: list[float] = []
            for _ in range(rounds):
                began = time.perf_counter()
                http.get(route).raise_for_status()
                took.append((time.perf_counter() - began) * 1_000)
            cuts = quantiles(took, n=100)
            print(f"{cuts[49]:8.1f} {cuts[98]:8.1f}  {route}")


if __name__ == "__main__":
    main()
