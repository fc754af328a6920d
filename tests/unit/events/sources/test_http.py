import asyncio
from pathlib import Path
from typing import Any

import pytest

from netsentinel.events.sources import Fence, Place
from netsentinel.events.sources.http import HttpKind, HttpOptions
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.types import DEFAULT_TENANT

pytestmark = pytest.mark.anyio


async def test_it_is_open_while_it_runs_and_says_where() -> None:
    sink: Any = None
    around = Place(DEFAULT_TENANT, "door", "", sink, SystemClock(), Path("unused"), Fence(), 1_000)
    kind = HttpKind()
    kind.check(HttpOptions(), around)
    source = kind.build(HttpOptions(), around)
    task = asyncio.create_task(source.run())
    await asyncio.sleep(0)
    found = await kind.test(HttpOptions(), around, source)
    assert (found.ok, found.sentence) == (True, "Takes POST /api/v2/events?source=door and /ws/sensor?source=door.")
    assert not task.done()
    task.cancel()
    assert not (await kind.test(HttpOptions(), around, None)).ok
