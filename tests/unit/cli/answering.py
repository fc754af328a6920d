"""A server that commands reach without a socket: it notes what it is asked and gives prepared answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from netsentinel.cli.remote import Remote


@dataclass
class Answering:
    """Answers each request with what `reply` says of it."""

    reply: Callable[[httpx2.Request], Any]
    asked: list[httpx2.Request] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        said = self.reply(request)
        return said if isinstance(said, httpx2.Response) else httpx2.Response(200, content=json.dumps(said))

    def install(self, monkeypatch: pytest.MonkeyPatch) -> "Answering":
        """Let every command of this test find it."""

        def find(server: str, key: str, settings: object = None) -> Remote:
            return Remote(server or "http://127.0.0.1:1", key, transport=httpx2.MockTransport(self))

        monkeypatch.setattr(Remote, "find", find)
        return self
