import pytest

from netsentinel.detection.behaviour.networks import leaves, place


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("10.1.2.3", "inside"),
        ("172.31.0.1", "inside"),
        ("100.64.0.9", "inside"),
        ("fe80::1", "inside"),
        ("fd00::1", "inside"),
        ("203.0.113.9", "outside"),
        ("2001:db8::1", "outside"),
        ("10.0.0.255", "nowhere"),
        ("224.0.0.251", "nowhere"),
        ("ff02::fb", "nowhere"),
        ("127.0.0.1", "nowhere"),
        ("0.0.0.0", "nowhere"),  # noqa: S104 - an address to judge
        ("169.254.1.1", "nowhere"),
        ("", "nowhere"),
        ("host", "nowhere"),
        ("1" * 100_000, "nowhere"),
    ],
)
def test_where_an_address_lies(address: str, where: str) -> None:
    assert place(address) == where


def test_leaving() -> None:
    assert leaves("10.0.0.1", "203.0.113.9")
    assert not leaves("203.0.113.9", "10.0.0.1")
    assert not leaves("10.0.0.1", "10.0.0.2")
