"""The syslog source on real sockets: what is sent arrives, a full inbox makes TCP wait, UDP's losses count."""

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from netsentinel.events.sources import Fence, Outgoing, Place, gathering
from netsentinel.events.sources.syslog import SyslogKind, SyslogOptions, SyslogSource
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError, UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.live_server import free_port

pytestmark = pytest.mark.anyio

MESSAGE = "<34>Oct 11 22:14:15 host su: message {}"


class Inbox:
    """A sink that keeps lines, and says "later" while it is closed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.is_closed = False
        self._ends: dict[str, int] = {}

    async def deliver(self, batch: Outgoing) -> int:
        if self.is_closed:
            raise UnavailableError("later", retry_after=0.01)
        assert batch.position is not None
        assert batch.position.start == self._ends.get(batch.position.stream, 0)
        self._ends[batch.position.stream] = batch.position.end
        self.lines += batch.body.decode().splitlines()
        return batch.position.end

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.lines) < count:
                await asyncio.sleep(0.01)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def around(tmp_path: Path, inbox: Inbox) -> Place:
    return Place(DEFAULT_TENANT, "fw", "", inbox, SystemClock(), tmp_path / "state", Fence(), 1_000_000)


@asynccontextmanager
async def listening(around: Place, **options: object) -> AsyncGenerator[tuple[SyslogSource, int]]:
    stated = SyslogOptions(port=free_port(), **options)  # type: ignore[arg-type] - as stated
    source = SyslogKind().build(stated, around)
    task = asyncio.create_task(source.run())
    async with asyncio.timeout(5):
        while not source.activity.note:
            await asyncio.sleep(0.005)
    try:
        yield source, stated.port
    finally:
        task.cancel()
        await asyncio.wait({task})


async def send(port: int, data: bytes) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def test_both_framings_and_both_transports_arrive(around: Place, inbox: Inbox) -> None:
    async with listening(around) as (source, port):
        await send(port, b"<34>by line\n<34>last")
        await inbox.until(2)
        await send(port, b"12 <34>by count8 <34>more")
        await inbox.until(4)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"<34>by datagram\nwith two lines\n", ("127.0.0.1", port))
            sender.sendto(b"\n", ("127.0.0.1", port))
        await inbox.until(5)
        assert source.activity.note == f"Listens on 127.0.0.1:{port} (TCP and UDP)."
        assert (source.activity.connections, source.activity.lost, source.activity.error) == (0, 0, "")
    assert inbox.lines == [
        "<34>by line",
        "<34>last",
        "<34>by count",
        "<34>more",
        "<34>by datagram#012with two lines",
    ]


async def test_a_full_inbox_makes_tcp_wait_and_loses_nothing(
    around: Place, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "FULL_BYTES", 200_000)
    sent = [MESSAGE.format(number) for number in range(400_000)]
    inbox.is_closed = True
    async with listening(around) as (source, port):
        sending = asyncio.create_task(send(port, "\n".join(sent).encode()))
        await asyncio.sleep(1)
        assert not sending.done(), "the sender does not have to wait"
        assert source.activity.waiting_bytes < 2_000_000
        assert source.activity.pauses > 0
        inbox.is_closed = False
        await inbox.until(len(sent))
        await sending
    assert inbox.lines == sent
    assert source.activity.lost == 0


async def test_what_udp_loses_is_counted(around: Place, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "FULL_BYTES", 20_000)
    inbox.is_closed = True
    async with listening(around) as (source, port):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for number in range(2_000):
                sender.sendto(MESSAGE.format(number).encode(), ("127.0.0.1", port))
                if number % 50 == 0:
                    await asyncio.sleep(0.001)
        await asyncio.sleep(0.3)
        lost = source.activity.lost
        assert lost > 1_000
        inbox.is_closed = False
        await inbox.until(2_000 - lost)
    assert len(inbox.lines) + lost == 2_000


async def test_what_could_not_be_handed_over_survives_a_restart(
    around: Place, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_LAST_WORDS_S", 0.1)
    sent = [MESSAGE.format(number) for number in range(50_000)]
    inbox.is_closed = True
    async with listening(around) as (_, port):
        await send(port, "\n".join(sent).encode())
        await asyncio.sleep(0.3)
    assert inbox.lines == []
    inbox.is_closed = False
    async with listening(around) as (_, port):
        await inbox.until(len(sent))
        async with asyncio.timeout(30):
            while list(around.state.iterdir()):
                await asyncio.sleep(0.01)
    assert inbox.lines == sent


async def test_only_stated_senders_are_heard(around: Place, inbox: Inbox) -> None:
    async with listening(around, senders=("192.0.2.0/24",)) as (source, port):
        await send(port, b"<34>who?\n")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"<34>who?", ("127.0.0.1", port))
        await asyncio.sleep(0.3)
        assert "127.0.0.1 sent, but is not among the senders" in source.activity.error
    assert inbox.lines == []
    async with listening(around, senders=("192.0.2.0/24", "127.0.0.0/8")) as (_, port):
        await send(port, b"<34>me\n")
        await inbox.until(1)


async def test_a_broken_framing_is_told_and_loses_nothing(around: Place, inbox: Inbox) -> None:
    async with listening(around) as (source, port):
        await send(port, b"7 <34>one<34>two\n")
        await inbox.until(2)
        assert "did not begin with its length" in source.activity.error
        assert source.activity.error_at > 0
    assert inbox.lines == ["<34>one", "<34>two"]


async def test_trying_it_out_says_what_is_there(around: Place, inbox: Inbox) -> None:
    kind = SyslogKind()
    async with listening(around) as (source, port):
        options = SyslogOptions(port=port)
        assert (await kind.test(options, around, source)).sentence.endswith("No message has come yet.")
        taken = await kind.test(options, around, None)
        assert (taken.ok, "cannot be opened: Address already in use" in taken.sentence) == (False, True)
        await send(port, (MESSAGE.format(1) + "\n").encode())
        await inbox.until(1)
        found = await kind.test(options, around, source)
        assert found.ok
        assert "1 of 1 line recognised: 1 as syslog." in found.sentence
        await send(port, b"nonsense\n")
        await inbox.until(2)
        assert not (await kind.test(options, around, source)).ok


async def test_a_taken_port_is_an_error_with_a_name(around: Place) -> None:
    async with listening(around) as (_, port):
        with pytest.raises(UnavailableError, match=f"127.0.0.1:{port} \\(UDP\\) cannot be opened"):
            await SyslogKind().build(SyslogOptions(port=port), around).run()


def test_what_may_not_be_is_refused(around: Place, tmp_path: Path) -> None:
    kind = SyslogKind()
    kind.check(SyslogOptions(), around)
    with pytest.raises(NotAllowedError):
        kind.check(SyslogOptions(port=514), around)
    with pytest.raises(InvalidInputError, match="certificate"):
        kind.check(SyslogOptions(tls=True, transports=("tcp",)), around)
    with_tls = replace(around, certificate=tmp_path / "none.pem")
    kind.check(SyslogOptions(tls=True, transports=("tcp",)), with_tls)
    with pytest.raises(InvalidInputError, match="transport tcp alone"):
        kind.check(SyslogOptions(tls=True), with_tls)
    for wrong in ({"address": "localhost"}, {"senders": ("192.0.2.0/33",)}):
        with pytest.raises(InvalidInputError):
            kind.check(SyslogOptions(**wrong), around)  # type: ignore[arg-type] - what is tested


async def test_tls_is_spoken_with_the_servers_certificate(around: Place, inbox: Inbox, tmp_path: Path) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl makes the certificate of this test")
    made, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(made), *names]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    with_tls = replace(around, certificate=made, private_key=key)
    async with listening(with_tls, tls=True, transports=("tcp",)) as (_, port):
        context = ssl.create_default_context(cafile=made)
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        writer.write(b"<34>in secret\n")
        await writer.drain()
        writer.close()
        await inbox.until(1)
    assert inbox.lines == ["<34>in secret"]
    broken = replace(around, certificate=tmp_path / "none.pem")
    with pytest.raises(InvalidInputError, match=r"certificate cannot be used: No such file or directory\.$"):
        await SyslogKind().build(SyslogOptions(port=free_port(), tls=True, transports=("tcp",)), broken).run()
