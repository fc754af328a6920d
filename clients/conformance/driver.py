"""Drives the Python client for `check.py`."""

import asyncio
import json
import sys
from typing import Any

from netsentinel_client import Client, FilePositions, Gap, ProblemError, RefusedError, TaskFailedError


class Recording(FilePositions):
    """Positions in a file, and the last of them at hand."""

    stored = -1

    def save(self, epoch: str, positions: dict[str, int]) -> None:
        super().save(epoch, positions)
        self.stored = positions["alerts"]


def say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


async def ask(client: Client, name: str, request: dict[str, Any]) -> None:
    newest = -1.0

    def on_progress(progress: Any) -> None:
        nonlocal newest
        if progress.percent is not None and progress.percent < newest:
            say(backward=name)
        newest = progress.percent or 0

    try:
        value = await client.request(request["action"], request["payload"], on_progress=on_progress)
    except ProblemError as problem:
        say(failed=name, code=problem.code)
    except TaskFailedError as failure:
        say(failed=name, code=failure.status)
    else:
        say(result=name, value=value)


async def main(url: str, path: str) -> None:
    requests = json.load(sys.stdin)
    positions = Recording(path)

    def on_gap(gap: Gap) -> None:
        say(gap=[gap.from_seq, gap.to_seq, gap.reason])

    try:
        async with (
            Client(url, "key", positions=positions, poll_every_s=0.05, probe_every_s=1) as client,
            asyncio.TaskGroup() as group,
        ):
            subscription = client.subscribe("alerts", from_seq=0, on_gap=on_gap)
            for name, request in requests.items():
                group.create_task(ask(client, name, request))
            async for event in subscription:
                say(event=event.seq, stored=positions.stored)
                if event.name == "test:end":
                    break
    except* RefusedError as refused:
        say(refused=refused.exceptions[0].code)


asyncio.run(main(*sys.argv[1:]))
