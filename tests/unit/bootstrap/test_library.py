"""The library alone, as the command line opens it."""

from pathlib import Path

import pytest

from netsentinel.bootstrap import open_library
from netsentinel.cli.serve import settings_from
from netsentinel.kernel.types import DEFAULT_TENANT, system_principal

pytestmark = pytest.mark.anyio


async def test_what_is_imported_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    settings = settings_from(data_dir=tmp_path, database_url="")
    async with open_library(settings, DEFAULT_TENANT) as media:
        done = await media.import_text(system_principal(), "a.md", b"# Notes\n\n## Silver fox\n\nPhishing.\n")
    assert done.medium.concepts == 2  # the heading's, and ATT&CK's
    async with open_library(settings, DEFAULT_TENANT) as media:
        assert await media.get(DEFAULT_TENANT, done.medium.id) == done.medium
        assert (await media.document(DEFAULT_TENANT, done.medium.id)).title == "Notes"
