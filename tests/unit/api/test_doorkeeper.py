"""How many strangers may hold a connection; the protocol itself is tested on sockets (test_slow_clients.py)."""

import pytest

from netsentinel.api.doorkeeper import Doorkeeper, DoorLimits


def entered(door: Doorkeeper, address: str, times: int) -> int:
    return sum(door.enter(address) is not None for _ in range(times))


def test_one_network_gets_so_many_places_and_others_have_theirs() -> None:
    door = Doorkeeper(DoorLimits(per_network=3, total=100))
    assert entered(door, "192.0.2.1", 5) == 3
    assert entered(door, "192.0.2.2", 5) == 3
    assert sum(entered(door, f"2001:db8:1:2::{last}", 1) for last in range(9)) == 3, "a /64 is one network"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.5"])
def test_loopback_and_proxies_speak_for_many_but_not_for_all(address: str) -> None:
    door = Doorkeeper(DoorLimits(per_network=3, total=10), ("10.0.0.5",))
    assert entered(door, address, 20) == 10
    assert entered(door, "192.0.2.1", 1) == 0


def test_a_place_that_was_left_is_free_again() -> None:
    door = Doorkeeper(DoorLimits(per_network=1, total=1))
    place = door.enter("192.0.2.1")
    assert place is not None
    assert door.enter("192.0.2.1") is None
    door.leave(place)
    assert (door.strangers, door.enter("192.0.2.1")) == (0, "192.0.2.1")
