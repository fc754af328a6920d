"""How the application is served."""

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from netsentinel.api.server import configure, warn_of_proxy
from netsentinel.kernel.settings import Settings


@pytest.mark.parametrize(
    ("public_url", "proxies", "said"),
    [
        ("", "", []),
        ("https://soc.example.org", "", ["proxy_not_trusted"]),
        ("https://soc.example.org", "10.0.0.5", []),
    ],
)
def test_a_proxy_that_is_not_believed_is_said_at_the_start(public_url: str, proxies: str, said: list[str]) -> None:
    with capture_logs() as lines:
        warn_of_proxy(Settings(_env_file=None, public_url=public_url, trusted_proxies=proxies))  # type: ignore[arg-type] - split
    assert [line["event"] for line in lines] == said


def test_there_is_a_place_for_every_websocket() -> None:
    config = configure(FastAPI(), Settings(_env_file=None, ws_max_connections=20_000))
    assert config.limit_concurrency is not None
    assert config.limit_concurrency > 20_000
