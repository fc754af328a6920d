"""The virus scanner over TCP, and as the settings put it before the library."""

from pathlib import Path

import pytest

from netsentinel.academy.reader.errors import InvalidMediumError
from netsentinel.bootstrap import open_library
from netsentinel.cli.serve import settings_from
from netsentinel.kernel.types import DEFAULT_TENANT, system_principal
from netsentinel.outbound import Clamd, ClamdAddress, ScanRefusedError, UnreachableError
from tests.clamd import EICAR, FakeClamd, clamd_on_tcp, clamd_on_unix

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("data", [b"", b"notes", bytes(range(256)) * 3_000], ids=["empty", "short", "three pieces"])
async def test_every_byte_goes_over_tcp(tmp_path: Path, data: bytes) -> None:
    fake, path = FakeClamd(), tmp_path / "blob"
    path.write_bytes(data)
    async with clamd_on_tcp(fake) as address:
        assert await Clamd(ClamdAddress.of(address)).scan(path) == ""
        assert await Clamd(ClamdAddress.of(address.replace("127.0.0.1", "localhost"))).scan(path) == ""
    assert fake.seen == [data, data]


async def test_over_tcp_a_file_beyond_its_limit_is_refused_although_it_hangs_up(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes(b"x" * 4_000_000)
    async with clamd_on_tcp(FakeClamd(most_bytes=1_000)) as address:
        with pytest.raises(ScanRefusedError, match="StreamMaxLength"):
            await Clamd(ClamdAddress.of(address)).scan(path)


async def test_nobody_at_the_port_is_worth_another_attempt(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes(b"notes")
    async with clamd_on_tcp(FakeClamd()) as address:
        pass
    with pytest.raises(UnreachableError, match="does not answer") as found:
        await Clamd(ClamdAddress.of(address)).scan(path)
    assert found.value.retryable


async def test_the_setting_puts_it_before_the_library(tmp_path: Path) -> None:
    fake = FakeClamd()
    settings = settings_from(data_dir=tmp_path / "data", database_url="", media_clamd=f"unix:{tmp_path}/c.ctl")
    async with open_library(settings, DEFAULT_TENANT) as media:
        with pytest.raises(UnreachableError):
            await media.import_text(system_principal(), "notes.md", b"# Notes\n")
        async with clamd_on_unix(fake, tmp_path / "c.ctl"):
            with pytest.raises(InvalidMediumError, match=r"found Eicar-Test-Signature in bad\.md"):
                await media.import_text(system_principal(), "bad.md", b"# Notes\n" + EICAR)
            assert (await media.page(DEFAULT_TENANT)).items == ()
            assert not [path for path in (tmp_path / "data" / "media").rglob("*") if path.is_file()]
            assert (await media.import_text(system_principal(), "notes.md", b"# Notes\n")).is_new
    assert len(fake.seen) == 2
