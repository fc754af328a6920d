"""The client connects to the address that was checked, to no other, and reads no more than it was told."""

import asyncio
from collections.abc import Sequence

import httpcore2
import pytest

from netsentinel.outbound import Answer, ForbiddenTargetError, InvalidUrlError, Outbound, Reach, UnreachableError
from tests.unit.outbound.recording import RecordingNetwork
from tests.unit.outbound.spellings import NAMES, PRIVATE, TRICKS

pytestmark = pytest.mark.anyio
ANY_PORT = Reach(ports=(range(1, 65_536),))


class Answering:
    """A resolver that gives one answer after the other, the last one for ever, and counts."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.asked: list[tuple[str, int]] = []
        self._left = list(answers)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


async def post(outbound: Outbound, url: str, *, max_bytes: int = 100, timeout_s: float = 5.0) -> Answer:
    return await outbound.post(url, b"{}", {"X-One": "1"}, timeout_s=timeout_s, max_bytes=max_bytes)


async def test_it_connects_to_the_checked_address_and_names_the_host() -> None:
    network, resolve = RecordingNetwork(), Answering(["93.184.216.34", "2606:4700::1111"])
    answer = await post(Outbound(Reach(), resolve=resolve, network=network), "http://example.org/hook?a=b")
    assert network.connected == [("93.184.216.34", 80)]
    assert resolve.asked == [("example.org", 80)]
    assert network.sent.startswith(b"POST /hook?a=b HTTP/1.1\r\nHost: example.org\r\n")
    assert network.sent.endswith(b"\r\n\r\n{}")
    assert (answer.status, answer.body, answer.is_cut) == (200, b"ok", False)


async def test_tls_checks_the_certificate_against_the_name() -> None:
    network = RecordingNetwork()
    await post(Outbound(Reach(), resolve=Answering(["1.1.1.1"]), network=network), "https://example.org/hook")
    assert network.connected == [("1.1.1.1", 443)]
    assert network.names == ["example.org"]


async def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    network = RecordingNetwork(refused=["2606:4700::1111"])
    resolve = Answering(["2606:4700::1111", "1.1.1.1"])
    await post(Outbound(Reach(), resolve=resolve, network=network), "http://example.org/")
    assert [host for host, _ in network.connected] == ["2606:4700::1111", "1.1.1.1"]
    assert len(resolve.asked) == 1


@pytest.mark.parametrize("host", PRIVATE)
async def test_no_spelling_of_a_private_address_is_connected_to(host: str) -> None:
    network = RecordingNetwork()
    with pytest.raises((ForbiddenTargetError, InvalidUrlError)):
        await post(Outbound(ANY_PORT, network=network), f"http://{host}/")
    assert network.connected == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00:ec2::254"])
async def test_no_name_leads_to_one(name: str, address: str) -> None:
    network = RecordingNetwork()
    with pytest.raises(ForbiddenTargetError):
        await post(Outbound(ANY_PORT, resolve=Answering(["1.1.1.1", address]), network=network), f"http://{name}/")
    assert network.connected == []


@pytest.mark.parametrize("url", TRICKS)
async def test_no_trick_leads_to_one(url: str) -> None:
    network = RecordingNetwork()
    with pytest.raises((ForbiddenTargetError, InvalidUrlError)):
        await post(Outbound(Reach(), resolve=Answering(["1.1.1.1"]), network=network), url)
    assert network.connected == []


async def test_a_name_that_flips_is_asked_once_a_call() -> None:
    network, resolve = RecordingNetwork(), Answering(["1.1.1.1"], ["127.0.0.1"], ["8.8.8.8"], ["10.0.0.1"])
    outbound = Outbound(Reach(), resolve=resolve, network=network)
    await post(outbound, "http://flip.example/")
    with pytest.raises(ForbiddenTargetError):
        await post(outbound, "http://flip.example/")
    await post(outbound, "http://flip.example/")
    for _ in range(20):
        with pytest.raises(ForbiddenTargetError):
            await post(outbound, "http://flip.example/")
    assert [host for host, _ in network.connected] == ["1.1.1.1", "8.8.8.8"]
    assert len(resolve.asked) == 23


async def test_a_redirect_is_an_answer() -> None:
    raw = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    network = RecordingNetwork(raw)
    answer = await post(Outbound(Reach(), resolve=Answering(["1.1.1.1"]), network=network), "http://example.org/")
    assert (answer.status, answer.header("location")) == (302, "http://127.0.0.1/")
    assert len(network.connected) == 1


async def test_no_more_is_read_than_was_asked_for() -> None:
    network = RecordingNetwork(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_000)
    answer = await post(Outbound(Reach(), resolve=Answering(["1.1.1.1"]), network=network), "http://example.org/")
    assert (len(answer.body), answer.is_cut) == (100, True)


@pytest.mark.parametrize(
    "raw", [b"SSH-2.0-OpenSSH_9.6\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"\x00" * 999]
)
async def test_what_is_no_http_is_no_answer(raw: bytes) -> None:
    network = RecordingNetwork(raw)
    with pytest.raises(UnreachableError) as caught:
        await post(Outbound(Reach(), resolve=Answering(["1.1.1.1"]), network=network), "http://example.org/")
    assert caught.value.reason == "answer"


async def test_a_name_that_nobody_knows() -> None:
    async def nobody(host: str, port: int) -> Sequence[str]:
        import socket

        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(UnreachableError) as caught:
        await post(Outbound(Reach(), resolve=nobody, network=RecordingNetwork()), "http://none.example/")
    assert caught.value.reason == "name"


async def test_one_time_out_covers_everything() -> None:
    async def slow(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return ["1.1.1.1"]

    with pytest.raises(UnreachableError) as caught:
        await post(Outbound(Reach(), resolve=slow, network=RecordingNetwork()), "http://example.org/", timeout_s=0.05)
    assert caught.value.reason == "timeout"


async def test_a_refused_connection_says_so() -> None:
    network = RecordingNetwork(refused=["1.1.1.1"])
    with pytest.raises(UnreachableError) as caught:
        await post(Outbound(Reach(), resolve=Answering(["1.1.1.1"]), network=network), "http://example.org/")
    assert caught.value.reason == "connection"
    assert isinstance(caught.value.__cause__, httpcore2.ConnectError)
