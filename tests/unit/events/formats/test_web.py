import pytest

from netsentinel.events.formats import WebFormat
from netsentinel.events.model import Event
from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import DEFAULT_TENANT

TIME = "[21/Nov/2026:08:59:01 +0100]"


def parse(line: str) -> Event:
    form = WebFormat()
    return form.parse(form.decode(line.encode(), 0), line.encode(), DEFAULT_TENANT, "s")


def test_common() -> None:
    event = parse(f'127.0.0.1 - frank {TIME} "GET /a.gif?x=1 HTTP/1.0" 200 2326')
    assert event.time == from_iso("2026-11-21T07:59:01Z")
    assert (event.src_ip, event.user, event.url, event.http_method) == ("127.0.0.1", "frank", "/a.gif?x=1", "GET")
    assert (event.http_status, event.bytes_in, event.class_uid, event.action) == (200, 2326, 4002, "")
    assert event.logsource.category == "webserver"
    assert event.native["cs-uri-stem"] == "/a.gif"


def test_combined() -> None:
    event = parse(f'203.0.113.9 - - {TIME} "POST /login HTTP/1.1" 401 - "http://x/" "curl \\"8\\""')
    assert (event.user, event.referrer, event.user_agent, event.bytes_in) == ("", "http://x/", 'curl \\"8\\"', 0)
    assert event.action == "failure"


def test_with_the_virtual_host_and_more_behind() -> None:
    event = parse(f'shop.example:443 2001:db8::1 - - {TIME} "GET / HTTP/1.1" 200 5 "-" "-" 0.005 "x"')
    assert (event.src_ip, event.domain, event.native["more"]) == ("2001:db8::1", "shop.example", '0.005 "x"')


@pytest.mark.parametrize(
    ("request_", "method", "url"),
    [
        ("GET /a b c HTTP/1.1", "GET", "/a b c"),
        ("GET /", "GET", "/"),
        ("\\x16\\x03\\x01", "", "\\x16\\x03\\x01"),
        ("-", "", "-"),
        ("", "", ""),
        ('GET /\\"x HTTP/1.1', "GET", '/\\"x'),
    ],
)
def test_strange_requests(request_: str, method: str, url: str) -> None:
    event = parse(f'1.2.3.4 - - {TIME} "{request_}" 400 0 "-" "-"')
    assert (event.http_method, event.url) == (method, url)


def test_a_host_name_is_no_address() -> None:
    event = parse(f'client.example - - {TIME} "GET / HTTP/1.1" 200 5')
    assert (event.src_ip, event.native["c-ip"]) == ("", "client.example")


@pytest.mark.parametrize(
    "line",
    [
        f'1.2.3.4 - - {TIME} "GET / HTTP/1.1" abc 5',
        '1.2.3.4 - - [21/Foo/2026:08:59:01 +0100] "GET / HTTP/1.1" 200 5',
        '1.2.3.4 - - [41/Nov/2026:08:59:01 +0100] "GET / HTTP/1.1" 200 5',
    ],
)
def test_broken_lines(line: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(line)
