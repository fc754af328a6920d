import pytest

from netsentinel.events.captures.http import HttpConversation
from tests.unit.events.captures.craft import Talk, Tape, taped

ASK = b"GET /a?b=c HTTP/1.1\r\nHost: example.org\r\nUser-Agent: curl/8\r\nReferer: http://x/\r\n\r\n"
POST = b"POST /login HTTP/1.1\r\nHost: h\r\nAuthorization: Basic YWRhOnNlY3JldA==\r\nContent-Length: 5\r\n\r\nabcde"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
CHUNKED = (
    b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10;x=y\r\n" + bytes(16) + b"\r\n0\r\n\r\n"
)


def talk() -> Talk:
    return Talk(Tape()).open()


def test_a_request_and_its_answer() -> None:
    found = taped(talk().says(ASK).hears(OK).close().tape).one("http")
    assert (found["method"], found["host"], found["uri"], found["version"]) == ("GET", "example.org", "/a?b=c", "1.1")
    assert (found["user_agent"], found["referrer"], found["trans_depth"]) == ("curl/8", "http://x/", 1)
    assert (found["status_code"], found["status_msg"], found["response_body_len"]) == (200, "OK", 3)


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_many_on_one_connection_in_pieces_of_any_size(size: int) -> None:
    made = talk()
    asked, answered = ASK + POST + ASK, b"HTTP/1.1 100 Continue\r\n\r\n" + OK + CHUNKED + OK
    for text, say in ((asked, made.says), (answered, made.hears)):
        for at in range(0, len(text), size):
            say(text[at : at + size])
    found = taped(made.close().tape).of("http")
    assert [(one["trans_depth"], one["status_code"]) for one in found] == [(1, 200), (2, 404), (3, 200)]
    assert (found[1]["request_body_len"], found[1]["response_body_len"], found[1]["username"]) == (5, 19, "ada")
    assert "secret" not in str(found)


def test_bodies_that_have_no_length() -> None:
    head = b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"
    made = talk().says(head).hears(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    made.says(ASK).hears(b"HTTP/1.1 304 Not Modified\r\n\r\n").says(ASK).hears(b"HTTP/1.0 200 OK\n\nrest")
    found = taped(made.hears(b" of it").close().tape).of("http")
    assert [(one["status_code"], one["response_body_len"]) for one in found] == [(200, 0), (304, 0), (200, 10)]


def test_a_tunnel_and_an_unanswered_request() -> None:
    made = talk().says(b"CONNECT h:443 HTTP/1.1\r\n\r\n").hears(b"HTTP/1.1 200 Fine\r\n\r\n")
    found = taped(made.says(b"\x16\x03\x01GET / HTTP/1.1\r\n\r\n").tape).one("http")
    assert (found["method"], found["uri"], found["status_code"]) == ("CONNECT", "h:443", 200)
    assert "status_code" not in taped(talk().says(ASK).tape).one("http")


def test_a_gap_ends_a_direction_only() -> None:
    made = talk().says(ASK)
    made.seqs[0] += 50_000
    for _ in range(80):
        made.hears(bytes(1_000))
    found = taped(made.says(ASK).tape).of("http")
    assert [one["trans_depth"] for one in found] == [1, 2]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (b"GET \r\n\r\n" * 3, b"HTTP/1.1 banana\r\n\r\n"),
        (ASK, b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
        (ASK, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n"),
        (ASK, b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 500 + b"\r\n\r\n"),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * 200_000, b"\x00" * 200_000),
        (ASK * 500, b""),
        (b"\r\n" * 5_000 + ASK, b""),
    ],
)
def test_hostile_bytes_are_bounded(asked: bytes, answered: bytes) -> None:
    reader = HttpConversation()
    found = []
    for orig, text in ((True, asked), (False, answered)):
        for at in range(0, len(text), 1_400):
            found += reader.feed(text[at : at + 1_400], 1, orig=orig)
            assert reader.held <= 300_000
    found += reader.finish(2)
    assert len(found) <= 500
    reader.gap(orig=True)
    reader.gap(orig=False)
    assert reader.feed(ASK, 3, orig=True) == []
