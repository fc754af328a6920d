import pytest

from netsentinel.demo.conversations import community_id, converse, dice, zeek_id


@pytest.mark.parametrize(
    ("client", "client_port", "server", "server_port", "protocol", "expected"),
    [  # from the baseline of github.com/corelight/community-id-spec
        ("128.232.110.120", 34855, "66.35.250.204", 80, "tcp", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
        ("66.35.250.204", 80, "128.232.110.120", 34855, "tcp", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
        ("192.168.1.52", 54585, "8.8.8.8", 53, "udp", "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
    ],
)
def test_the_community_id_is_that_of_the_specification(
    client: str, client_port: int, server: str, server_port: int, protocol: str, expected: str
) -> None:
    talk = converse(
        dice("test"),
        client,
        server,
        server_port,
        start=0,
        duration=1,
        protocol=protocol,
        client_port=client_port,
    )
    assert community_id(talk) == expected


def test_ids_have_the_shape_of_zeeks() -> None:
    assert len(zeek_id(dice("test"))) == 18
    assert zeek_id(dice("test"), "F").startswith("F")


def test_a_client_uses_an_ephemeral_port() -> None:
    talk = converse(dice("test"), "10.0.0.1", "10.0.0.2", 80, start=0, duration=1)
    assert 49_152 <= talk.client_port <= 65_535
