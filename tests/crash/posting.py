"""A program that posts to a server while it is killed."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx2

from netsentinel.kernel.data_folder import LOCAL_KEY_FILE
from tests.crash.harness import Child
from tests.live_server import NO_TLS

Post = Callable[[httpx2.Client, Iterator[int]], Iterable[str]]
"""Posts once, with the next numbers; what was acknowledged."""


class Poster:
    """Posts without end; no number comes twice, whatever becomes of its post."""

    def __init__(self, post: Post, *, pause_s: float = 0.0) -> None:
        self._post = post
        self._pause_s = pause_s
        self._numbers = itertools.count(1)

    def __call__(self, child: Child, acknowledge: Callable[[str], None]) -> None:
        url, folder = child.ready.split()
        key = (Path(folder) / LOCAL_KEY_FILE).read_text(encoding="ascii").strip()
        with (
            suppress(httpx2.TransportError),
            httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=10, verify=NO_TLS) as http,
        ):
            while not child.killed.is_set():
                for name in self._post(http, self._numbers):
                    acknowledge(name)
                child.killed.wait(self._pause_s)
