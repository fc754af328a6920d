import struct
from hashlib import md5

import pytest

from netsentinel.events.captures.tls import SshConversation, TlsConversation
from tests.unit.events.captures.craft import Talk, Tape, taped

JA3 = "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0"
"""The example of JA3's own documentation, with its fingerprint below."""
FINGERPRINT = "ada70206e40642a3e4461f35503241d5"


def extension(kind: int, data: bytes) -> bytes:
    return struct.pack("!HH", kind, len(data)) + data


def numbers(*values: int) -> bytes:
    return struct.pack(f"!{len(values)}H", *values)


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("!BHH", kind, 0x0301, len(data)) + data


def handshake(kind: int, data: bytes) -> bytes:
    return record(22, bytes([kind]) + len(data).to_bytes(3, "big") + data)


def client_hello(*, grease: bool = False, name: bytes = b"example.org") -> bytes:
    ciphers = [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4]
    groups = [23, 24, 25]
    if grease:
        ciphers.insert(0, 0x2A2A)
        groups.insert(0, 0xFAFA)
    entry = b"\x00" + struct.pack("!H", len(name)) + name
    found = extension(0x1A1A, b"") if grease else b""
    found += extension(0, struct.pack("!H", len(entry)) + entry)
    found += extension(10, struct.pack("!H", 2 * len(groups)) + numbers(*groups)) + extension(11, b"\x01\x00")
    body = b"\x03\x01" + bytes(32) + b"\x04" + bytes(4) + struct.pack("!H", 2 * len(ciphers)) + numbers(*ciphers)
    return handshake(1, body + b"\x01\x00" + struct.pack("!H", len(found)) + found)


def server_hello() -> bytes:
    found = extension(43, b"\x03\x04") + extension(16, b"\x00\x03\x02h2")
    return handshake(2, b"\x03\x03" + bytes(32) + b"\x00" + b"\x13\x01\x00" + struct.pack("!H", len(found)) + found)


@pytest.mark.parametrize("size", [1, 3, 50, 5_000])
@pytest.mark.parametrize("grease", [False, True])
def test_hellos_in_pieces_of_any_size(size: int, *, grease: bool) -> None:
    made = Talk(Tape(), dport=8_443).open()
    for hello, say in ((client_hello(grease=grease), made.says), (server_hello(), made.hears)):
        for at in range(0, len(hello), size):
            say(hello[at : at + size])
    if size > 3:
        for say in (made.says, made.hears):
            say(record(20, b"\x01") + record(23, bytes(3_000)))
    found = taped(made.close().tape).one("ssl")
    assert (found["ja3"], found["server_name"]) == (FINGERPRINT, "example.org")
    assert (found["version"], found["cipher"], found["next_protocol"]) == ("TLSv13", "TLS_AES_128_GCM_SHA256", "h2")
    assert found["ja3s"] == md5(b"771,4865,43-16", usedforsecurity=False).hexdigest()
    assert found["established"] is (size > 3)


def test_the_fingerprint_is_of_the_documented_text() -> None:
    assert md5(JA3.encode(), usedforsecurity=False).hexdigest() == FINGERPRINT


def test_an_alert_is_told() -> None:
    made = Talk(Tape(), dport=443).open().says(client_hello()).hears(record(21, b"\x02\x28"))
    found = taped(made.reset().tape).one("ssl")
    assert (found["last_alert"], found["established"]) == ("handshake_failure", False)


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\xff\xff" + bytes(100),
        b"\x16\x03\x01\x00\x00" * 1_000,
        handshake(1, b"\x03\x01" + bytes(32) + b"\xff"),
        handshake(1, client_hello()[9:60]),
        record(22, b"\x01\xff\xff\xff" + bytes(16_000)) * 20,
        record(99, b"x"),
    ],
)
def test_hostile_bytes_are_bounded(data: bytes) -> None:
    reader = TlsConversation()
    for at in range(0, len(data), 1_000):
        assert reader.feed(data[at : at + 1_000], 1, orig=True) == []
        assert reader.held < 100_000
    reader.finish(2)


def test_ssh_says_what_it_is() -> None:
    made = Talk(Tape(), dport=2_222).open().hears(b"SSH-2.0-OpenSSH_9.9\r\n").says(b"SSH-2.0-libssh_0.9\r\nmore")
    found = taped(made.tape)
    assert (found.one("ssh")["client"], found.one("ssh")["server"]) == ("SSH-2.0-libssh_0.9", "SSH-2.0-OpenSSH_9.9")
    assert (found.one("ssh")["version"], found.one("conn")["service"]) == (2, "ssh")
    one_side = SshConversation()
    one_side.feed(b"SSH-1.5-x" + b"y" * 10_000, 1, orig=False)
    assert one_side.held == 255
    (fact,) = one_side.finish(2)
    assert (fact[2]["version"], "client" in fact[2]) == (1, False)
