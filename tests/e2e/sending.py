"""Events on their way to a server, waited for until nothing of them waits any more."""

from collections.abc import Iterable
from itertools import groupby

from netsentinel.demo import StoryLine
from tests.e2e.browser import WAIT_S
from tests.live_server import NDJSON, LiveServer, wait_for


def send(server: LiveServer, lines: Iterable[StoryLine]) -> None:
    """Send each line under its source's name; returns when the alerts that they raise are there."""
    by_source = sorted(lines, key=lambda line: line.source)  # stable: a source's lines stay in order
    with server.client() as client:
        for name, own in groupby(by_source, key=lambda line: line.source):
            body = b"\n".join(line.line for line in own)
            answer = client.post(f"/api/v2/events?source={name}", content=body, headers=NDJSON)
            assert answer.status_code == 202, answer.text
    settle(server)


def settle(server: LiveServer) -> None:
    """Wait until everything that was taken in went through detection."""
    with server.client() as client:
        wait_for(lambda: all(not item["waiting"] for item in client.get("/api/v2/sources").json()["items"]), WAIT_S)
