import pytest

from netsentinel.demo.conversations import converse, dice


@pytest.mark.parametrize(
    ("client", "server", "crosses"),
    [("10.1.1.1", "10.2.2.2", False), ("10.1.1.1", "203.0.113.5", True), ("198.51.100.9", "10.2.2.2", True)],
)
def test_the_perimeter_sees_what_crosses_the_border(client: str, server: str, crosses: bool) -> None:
    assert converse(dice("test"), client, server, 80, start=0, duration=1).crosses_border is crosses


def test_a_conversation_ends_after_its_duration() -> None:
    assert converse(dice("test"), "10.1.1.1", "10.2.2.2", 80, start=5, duration=7).end == 12
