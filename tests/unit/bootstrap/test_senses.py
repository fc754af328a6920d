from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from netsentinel.bootstrap.ground import open_ground
from netsentinel.bootstrap.senses import open_lake
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.settings import Settings

pytestmark = pytest.mark.anyio


async def test_no_two_servers_have_one_lake(tmp_path: Path) -> None:
    first, second = (Settings(data_dir=tmp_path / name) for name in ("a", "b"))
    first.lake_path.mkdir(parents=True)
    second.data_dir.mkdir()
    second.lake_path.symlink_to(first.lake_path)
    async with AsyncExitStack() as stack:
        await open_lake(stack, first, await stack.enter_async_context(open_ground(first)))
        (first.lake_path / "new.parquet").write_bytes(b"PAR1")
        ground = await stack.enter_async_context(open_ground(second))
        with pytest.raises(UnavailableError, match="Another server stores its events in"):
            await open_lake(stack, second, ground)
        assert (first.lake_path / "new.parquet").exists(), "what is not recorded yet"
    async with AsyncExitStack() as stack:
        await open_lake(stack, second, await stack.enter_async_context(open_ground(second)))
        assert [path.name for path in first.lake_path.iterdir()] == ["server.lock"]
