"""Holds a client's driver against the lying server: nothing twice, no gap unsaid, every request answered once.

A driver is a program that takes the server's URL and a file for positions, subscribes to `alerts` until the event
`test:end`, makes the requests of `REQUESTS` meanwhile, and prints one JSON object a line:
`{"event": SEQ, "stored": POSITION}`, `{"gap": [FROM, TO, REASON]}`, `{"result": NAME, "value": ...}`,
`{"failed": NAME, "code": CODE}`, `{"refused": CODE}`. It ends by itself.
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from fake_server import FakeServer, Script, serve

REQUESTS: dict[str, dict[str, Any]] = {
    **{f"long-{n}": {"action": "test.long", "payload": {"n": n}} for n in range(8)},
    **{f"short-{n}": {"action": "test.short", "payload": {"n": n}} for n in range(8)},
    "refused": {"action": "test.refused", "payload": {}},
    "fails": {"action": "test.fails", "payload": {}},
    "large": {"action": "test.large", "payload": {"n": 1}},
}

SCENARIOS: dict[str, Script] = {
    "plain": Script(seed=1),
    "cuts": Script(seed=2, cut=0.05),
    "repeats": Script(seed=3, repeat=0.3),
    "losses": Script(seed=4, lose=0.1, cut=0.01),
    "gaps": Script(seed=5, gap=0.1, cut=0.02),
    "gaps behind losses": Script(seed=14, lose=0.2, gap=0.2),
    "garbage": Script(seed=6, garbage=0.5),
    "answers lost": Script(seed=7, lose_answers=0.3),
    "progress out of order": Script(seed=8, swap_progress=True),
    "everything": Script(
        seed=9, cut=0.03, lose=0.05, repeat=0.1, garbage=0.2, gap=0.05, lose_answers=0.1, swap_progress=True
    ),
    "failed while away": Script(seed=15, fails_away=True),
    "silence": Script(seed=10, silent_after=20, heartbeat_ms=100),
    "blocked": Script(seed=11, blocked=True),
    "journal rebuilt": Script(seed=12, cut=0.05, epoch_after=2),
    "refused": Script(seed=13, refuse=401),
}


Lines = list[dict[str, Any]]
Drive = Callable[[str, float], Awaitable[tuple[Lines, list[str]]]]
"""A driver that is no program: takes the server's URL and the seconds it has, gives the lines and what went wrong."""


async def faults(script: Script, driver: Sequence[str] | Drive, *, within_s: float = 60) -> list[str]:
    """What a driver did wrong under a script; nothing, for a good client."""
    server = FakeServer(script)
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(server, started.set_result))
    try:
        url = await started
        lines, ended = await driver(url, within_s) if callable(driver) else await _run(driver, url, within_s)
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    if script.refuse:
        return [] if lines == [{"refused": "not-authenticated"}] else [f"a refusal was taken for {lines}"]
    return [*ended, *_faults_of_events(server, lines), *_faults_of_requests(server, lines)]


async def _run(driver: Sequence[str], url: str, within_s: float) -> tuple[Lines, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        return await _drive([*driver, url, str(Path(folder) / "positions.json")], within_s)


async def _drive(command: list[str], within_s: float) -> tuple[list[dict[str, Any]], list[str]]:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    found: list[str] = []
    try:
        async with asyncio.timeout(within_s):
            out, err = await process.communicate(json.dumps(REQUESTS).encode())
    except TimeoutError:
        process.kill()
        out, err = await process.communicate()
        found.append(f"it did not end within {within_s:g} s: {err.decode()[-500:]}")
    else:
        if process.returncode:
            found.append(f"it ended with {process.returncode}: {err.decode()[-2_000:]}")
    return [json.loads(line) for line in out.decode().splitlines() if line.startswith("{")], found


def _faults_of_events(server: FakeServer, lines: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    last = 0
    told: set[int] = set()
    covered: list[tuple[int, int]] = []
    for line in lines:
        if "event" in line:
            seq = line["event"]
            if seq <= last:
                found.append(f"event {seq} came after {last}")
            if line["stored"] < seq:
                found.append(f"event {seq} was delivered while {line['stored']} was stored")
            last = seq
            told.add(seq)
        elif "gap" in line:
            start, to, reason = line["gap"]
            if reason == "epoch":
                last, told, covered = 0, set(), []
            else:
                covered.append((start, to))
                last = max(last, to)
    silent = [
        seq for seq, _ in server.journal if seq not in told and not any(start < seq <= to for start, to in covered)
    ]
    if silent:
        found.append(f"{len(silent)} events are missing and no gap was said: {silent[:5]}")
    if strange := told - {seq for seq, _ in server.journal}:
        found.append(f"events that never were: {sorted(strange)[:5]}")
    return found


def _faults_of_requests(server: FakeServer, lines: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    answers: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        name = line.get("result") or line.get("failed")
        if name:
            answers.setdefault(name, []).append(line)
    polled = server.script.blocked
    failure = "ended" if server.script.fails_away else "failed"
    for name, request in REQUESTS.items():
        given = answers.get(name, [])
        if len(given) != 1:
            found.append(f"{name} was answered {len(given)} times")
        elif not _is_right(name, request, given[0], polled=polled, failure=failure):
            found.append(f"{name} was answered with {given[0]}")
    return found


def _is_right(name: str, request: dict[str, Any], given: dict[str, Any], *, polled: bool, failure: str) -> bool:
    if polled:  # the fake's tasks all succeed
        return given.get("value") == {"action": request["action"], "payload": request["payload"]}
    if name == "refused":
        return given.get("code") == "invalid-input"
    if name == "fails":
        return given.get("code") == failure
    if name.startswith("short"):
        return given.get("value") == request["payload"]
    return given.get("value") == {"action": request["action"], "payload": request["payload"]}
