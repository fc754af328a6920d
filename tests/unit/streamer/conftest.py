"""A hub on a journal in memory."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.streamer.live import Live, opened


@pytest.fixture
async def live() -> AsyncIterator[Live]:
    """A stage with the limits that PROTOCOL.md states."""
    async with opened() as stage:
        yield stage
