"""The client lets a file pass after a clear answer to all of its bytes, and after nothing else."""

from pathlib import Path

import pytest

from netsentinel.kernel.errors import SettingsError
from netsentinel.outbound import Clamd, ClamdAddress, ClamdWaits, ScanRefusedError, UnreachableError
from tests.clamd import EICAR, FakeClamd, clamd_on_unix

pytestmark = pytest.mark.anyio
SHORT = ClamdWaits(connect_s=0.3, send_s=0.3, answer_s=0.3)


def kept(folder: Path, data: bytes) -> Path:
    path = folder / "blob"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("unix:/run/clamav/clamd.ctl", ClamdAddress(path="/run/clamav/clamd.ctl")),
        ("tcp:127.0.0.1:3310", ClamdAddress(host="127.0.0.1", port=3310)),
        ("tcp:[::1]:3310", ClamdAddress(host="::1", port=3310)),
        ("tcp:scanner.example.org:1", ClamdAddress(host="scanner.example.org", port=1)),
    ],
)
def test_addresses(text: str, address: ClamdAddress) -> None:
    assert ClamdAddress.of(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "/run/clamd.ctl",
        "unix:run/clamd.ctl",
        "tcp:3310",
        "tcp:host:",
        "tcp:host:0",
        "tcp:host:65536",
        "tcp:host:\u0663",
        "http:x:1",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="media_clamd is unix:"):
        ClamdAddress.of(text)


@pytest.mark.parametrize("data", [b"", b"notes", bytes(range(256)) * 3_000], ids=["empty", "short", "three pieces"])
async def test_every_byte_is_sent_and_a_clean_file_passes(tmp_path: Path, data: bytes) -> None:
    fake, path = FakeClamd(), kept(tmp_path, data)
    async with clamd_on_unix(fake, tmp_path / "c.ctl") as address:
        assert await Clamd(ClamdAddress.of(address)).scan(path) == ""
    assert fake.seen == [data]


async def test_a_virus_is_named(tmp_path: Path) -> None:
    async with clamd_on_unix(FakeClamd(), tmp_path / "c.ctl") as address:
        scanner = Clamd(ClamdAddress.of(address))
        assert await scanner.scan(kept(tmp_path, b"x" * 300_000 + EICAR)) == "Eicar-Test-Signature"


async def test_a_file_beyond_its_limit_is_refused_although_it_hangs_up(tmp_path: Path) -> None:
    fake, path = FakeClamd(most_bytes=1_000), kept(tmp_path, b"x" * 4_000_000)
    async with clamd_on_unix(fake, tmp_path / "c.ctl") as address:
        with pytest.raises(ScanRefusedError, match="StreamMaxLength"):
            await Clamd(ClamdAddress.of(address)).scan(path)


@pytest.mark.parametrize(
    "says",
    [
        b"",
        b"stream: OK",
        b"stream: OK, perhaps\0",
        b"OK\0",
        b"\0",
        b"COMMAND READ TIMED OUT ERROR\0",
        b"stream: Can't allocate memory ERROR\0",
        b"stream: \xff\xfe\0",
        b"x" * 9_000,
    ],
)
async def test_no_other_answer_lets_a_file_pass(tmp_path: Path, says: bytes) -> None:
    async with clamd_on_unix(FakeClamd(says=says), tmp_path / "c.ctl") as address:
        with pytest.raises(UnreachableError, match="The virus scanner"):
            await Clamd(ClamdAddress.of(address)).scan(kept(tmp_path, b"notes"))


async def test_a_name_is_shortened_and_holds_no_control_characters(tmp_path: Path) -> None:
    fake = FakeClamd(says=b"stream: A\x1b\n" + b"b" * 500 + b" FOUND\0")
    async with clamd_on_unix(fake, tmp_path / "c.ctl") as address:
        assert await Clamd(ClamdAddress.of(address)).scan(kept(tmp_path, b"notes")) == "A" + "b" * 199


async def test_ok_to_half_a_file_does_not_let_it_pass(tmp_path: Path) -> None:
    class Hasty(FakeClamd):
        async def _answer(self, reader) -> bytes:  # type: ignore[no-untyped-def] # noqa: ANN001 - as the class it is made from
            await reader.readuntil(b"\0")
            return b"stream: OK\0"

    async with clamd_on_unix(Hasty(), tmp_path / "c.ctl") as address:
        with pytest.raises(UnreachableError):
            await Clamd(ClamdAddress.of(address)).scan(kept(tmp_path, b"x" * 8_000_000))


async def test_one_that_hangs_is_given_up(tmp_path: Path) -> None:
    async with clamd_on_unix(FakeClamd(hangs=True), tmp_path / "c.ctl") as address:
        with pytest.raises(UnreachableError) as found:
            await Clamd(ClamdAddress.of(address), SHORT).scan(kept(tmp_path, b"notes"))
    assert found.value.reason == "answer"


async def test_one_that_is_away_is_worth_another_attempt(tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/nobody.ctl"
    with pytest.raises(UnreachableError, match="does not answer") as found:
        await Clamd(ClamdAddress.of(address), SHORT).scan(kept(tmp_path, b"notes"))
    assert found.value.retryable


async def test_ping(tmp_path: Path) -> None:
    async with clamd_on_unix(FakeClamd(), tmp_path / "c.ctl") as address:
        await Clamd(ClamdAddress.of(address)).ping()
    async with clamd_on_unix(FakeClamd(says=b"HELLO\0"), tmp_path / "d.ctl") as address:
        with pytest.raises(UnreachableError, match="HELLO"):
            await Clamd(ClamdAddress.of(address)).ping()
