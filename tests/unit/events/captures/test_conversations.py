import pytest

from netsentinel.events.captures.conversations import conversation_of


@pytest.mark.parametrize(
    ("dport", "protocol", "data", "orig", "service"),
    [
        (8_080, 6, b"GET / HTTP/1.1", True, "http"),
        (8_080, 6, b"HTTP/1.1 200", False, "http"),
        (8_080, 6, b"HTTP/1.1 200", True, ""),
        (2_222, 6, b"SSH-2.0-x", False, "ssh"),
        (4_444, 6, b"\x16\x03\x01", True, "ssl"),
        (53, 6, b"\x00", True, "dns"),
        (53, 17, b"", True, "dns"),
        (5_353, 17, b"", True, "dns"),
        (123, 17, b"GET / HTTP/1.1", True, ""),
        (80, 6, b"\x00\x01", True, ""),
        (80, 132, b"GET / HTTP/1.1", True, ""),
    ],
)
def test_the_first_bytes_say_the_protocol(dport: int, protocol: int, data: bytes, orig: bool, service: str) -> None:
    found = conversation_of((b"", 40_000, b"", dport, protocol), data, orig=orig)
    assert (found.service if found is not None else "") == service
