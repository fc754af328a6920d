"""Which addresses are public, and what the operator adds to them."""

from ipaddress import ip_address

import pytest
from structlog.testing import capture_logs

from netsentinel.outbound.errors import ForbiddenTargetError, InvalidUrlError
from netsentinel.outbound.reach import Reach

PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "100.128.0.1",
    "192.0.1.1",
    "223.255.255.254",
    "2606:4700::1111",
    "2a00:1450:4001::200e",
    "2001:4860:4860::8888",
    "2400:cb00::1",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_internet_is_open(address: str) -> None:
    Reach().check("example.org", [address])


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.9.8.7", "169.254.169.254", "100.64.0.1", "::1", "::ffff:1.1.1.1", "64:ff9b::808:808"]
)
def test_everything_else_is_not(address: str) -> None:
    assert not Reach().allows(ip_address(address))
    with pytest.raises(ForbiddenTargetError, match="outbound_networks"):
        Reach().check("host", [address])


def test_one_forbidden_address_of_a_name_is_enough() -> None:
    with pytest.raises(ForbiddenTargetError) as refused, capture_logs() as told:
        Reach().check("host", ["1.1.1.1", "10.0.0.1"])
    assert "10.0.0.1" not in refused.value.detail, "the names of the house are nobody's business"
    assert [(one["event"], one["address"]) for one in told] == [("outbound_refused", "10.0.0.1")]
    with pytest.raises(ForbiddenTargetError):
        Reach().check("host", [])


def test_the_operator_opens_networks_and_ports() -> None:
    reach = Reach.of(["10.20.0.0/16", "fd00:1234::/32"], [range(443, 444), range(8000, 9000)])
    reach.check("host", ["10.20.3.4", "fd00:1234::5"])
    assert not reach.allows(ip_address("10.21.0.1"))
    assert not reach.allows(ip_address("::ffff:10.20.3.4"))
    reach.check_port(8443)
    with pytest.raises(InvalidUrlError, match="outbound_ports"):
        reach.check_port(80)
    with pytest.raises(ValueError, match="has host bits set"):
        Reach.of(["10.0.0.1/8"])


def test_a_zone_is_never_public() -> None:
    with pytest.raises(ForbiddenTargetError):
        Reach().check("host", ["2606:4700::1111%eth0"])
