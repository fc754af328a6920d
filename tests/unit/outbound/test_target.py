"""URLs are taken apart once, and what cannot be called is refused before anybody is asked about a name."""

import pytest

from netsentinel.outbound import ForbiddenTargetError, InvalidUrlError, Reach, Target
from tests.unit.outbound.spellings import PRIVATE, TRICKS

ANY_PORT = Reach(ports=(range(1, 65_536),))


@pytest.mark.parametrize("host", PRIVATE)
def test_no_spelling_of_a_private_address_is_registered(host: str) -> None:
    with pytest.raises((ForbiddenTargetError, InvalidUrlError)):
        Target.of(f"http://{host}/hook", ANY_PORT)


@pytest.mark.parametrize("url", TRICKS)
def test_a_url_that_means_something_else_is_refused(url: str) -> None:
    with pytest.raises((ForbiddenTargetError, InvalidUrlError)):
        Target.of(url, Reach())


def test_there_are_more_than_sixty_spellings() -> None:
    assert len(set(PRIVATE)) >= 60


@pytest.mark.parametrize(
    ("url", "expected", "origin"),
    [
        ("https://example.org", ("https", "example.org", 443, "/"), "https://example.org"),
        ("HTTP://Example.ORG:80/A?b=c", ("http", "example.org", 80, "/A?b=c"), "http://example.org"),
        ("https://bücher.example/x", ("https", "xn--bcher-kva.example", 443, "/x"), "https://xn--bcher-kva.example"),
        ("http://[2606:4700::1111]/", ("http", "2606:4700::1111", 80, "/"), "http://[2606:4700::1111]"),
        ("http://1.1.1.1:8080/h", ("http", "1.1.1.1", 8080, "/h"), "http://1.1.1.1:8080"),
    ],
)
def test_what_can_be_called(url: str, expected: tuple[str, str, int, str], origin: str) -> None:
    target = Target.of(url, ANY_PORT)
    assert (target.scheme, target.host, target.port, target.path) == expected
    assert target.origin == Target.origin_of(url) == origin


def test_a_port_must_be_allowed() -> None:
    with pytest.raises(InvalidUrlError, match="8080"):
        Target.of("https://example.org:8080/", Reach())


def test_a_url_has_a_length() -> None:
    with pytest.raises(InvalidUrlError, match="2,048"):
        Target.of("https://example.org/" + "a" * 2_048, Reach())


@pytest.mark.parametrize(
    "host", ["a" * 64 + ".example", "a..example", ".example", "example..", ".".join(["a" * 63] * 4)]
)
def test_labels_and_names_have_a_length(host: str) -> None:
    with pytest.raises(InvalidUrlError):
        Target.of(f"https://{host}/", Reach())


@pytest.mark.parametrize("host", ["a" * 63 + ".example", "example.org."])
def test_the_longest_and_the_root_are_fine(host: str) -> None:
    assert Target.of(f"https://{host}/", Reach()).host == host
