import asyncio
from pathlib import Path

import pytest

from netsentinel.cli.serve import _until_first_end, settings_from
from netsentinel.kernel.errors import SettingsError

pytestmark = pytest.mark.anyio


def test_what_is_stated_wins_and_what_is_not_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETSENTINEL_PORT", "9000")
    settings = settings_from(port=None, data_dir=Path("x"))
    assert (settings.port, settings.data_dir) == (9000, Path("x"))


def test_an_impossible_setting_is_named() -> None:
    with pytest.raises(SettingsError, match="port"):
        settings_from(port=99_999)


async def forever() -> None:
    await asyncio.Event().wait()


async def test_the_end_of_the_server_ends_what_runs_beside_it() -> None:
    beside = asyncio.create_task(forever())
    await _until_first_end(asyncio.create_task(asyncio.sleep(0)), [beside])
    assert beside.cancelled()


async def test_what_ends_by_itself_does_not_end_the_server() -> None:
    serving = asyncio.create_task(asyncio.sleep(0.05))
    await _until_first_end(serving, [asyncio.create_task(asyncio.sleep(0))])
    assert serving.done()
    assert not serving.cancelled()


async def test_a_crash_beside_the_server_ends_it_loudly() -> None:
    async def crash() -> None:
        message = "a fault"
        raise RuntimeError(message)

    serving = asyncio.create_task(forever())
    with pytest.raises(RuntimeError, match="a fault"):
        await _until_first_end(serving, [asyncio.create_task(crash())])
    assert serving.cancelled()
