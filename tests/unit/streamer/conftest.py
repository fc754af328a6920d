"""A hub on a journal in memory."""

from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.unit.streamer.live import Live, opened


@pytest.fixture
async def live() -> AsyncIterator[Live]:
    """A stage with the limits that PROTOCOL.md states."""
    async with opened() as stage:
        yield stage


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged; faults made on purpose are not worth rendering."""
    with capture_logs() as entries:
        yield entries
