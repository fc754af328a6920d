import pytest

from netsentinel.events.captures.connections import Connections, Line
from netsentinel.events.captures.packets import ACK, FIN, RST, SYN, decode
from tests.unit.events.captures.craft import CLIENT, SERVER, Talk, Tape, ip, taped, udp

REQUEST = b"GET /a HTTP/1.1\r\nHost: example.org\r\n\r\n"


def talk() -> Talk:
    return Talk(Tape())


@pytest.mark.parametrize(
    ("state", "history", "steps"),
    [
        ("SF", "ShADdFf", lambda one: one.open().says(b"x").hears(b"yz").send() or one.close()),
        ("S0", "S", lambda one: one.send(flags=SYN)),
        ("REJ", "Sr", lambda one: one.send(flags=SYN) or one.reset()),
        ("S1", "ShA", lambda one: one.open()),
        ("S2", "ShAF", lambda one: one.open().send(flags=FIN | ACK)),
        ("S3", "ShAf", lambda one: one.open().send(flags=FIN | ACK, client=False)),
        ("RSTO", "ShADR", lambda one: one.open().says(b"x").reset(client=True)),
        ("RSTR", "ShADr", lambda one: one.open().says(b"x").reset()),
        ("RSTOS0", "SR", lambda one: one.send(flags=SYN) or one.send(flags=RST)),
        ("RSTRH", "^hr", lambda one: one.send(flags=SYN | ACK, client=False) or one.reset()),
        ("SH", "SF", lambda one: one.send(flags=SYN) or one.send(flags=FIN)),
        ("SHR", "^hf", lambda one: one.send(flags=SYN | ACK, client=False) or one.send(flags=FIN, client=False)),
        ("OTH", "Dd", lambda one: one.says(b"x").hears(b"y")),
        ("OTH", "^dD", lambda one: one.hears(b"y").says(b"x")),
    ],
)
def test_states_are_zeeks(state: str, history: str, steps: object) -> None:
    made = talk()
    steps(made)  # type: ignore[operator]
    conn = taped(made.tape).one("conn")
    assert (conn["conn_state"], conn["history"]) == (state, history)
    assert (conn["id.orig_h"], conn["id.orig_p"], conn["id.resp_h"], conn["id.resp_p"]) == (CLIENT, 40_000, SERVER, 80)


def test_counts_of_a_whole_connection() -> None:
    made = talk().open().says(REQUEST).hears(b"x" * 300)
    made.send(b"x" * 300, ACK, client=False, seq=made.seqs[0] - 300)
    conn = taped(made.close().tape).one("conn")
    assert (conn["orig_pkts"], conn["resp_pkts"], conn["orig_bytes"], conn["resp_bytes"]) == (5, 4, len(REQUEST), 300)
    assert conn["orig_ip_bytes"] == 5 * 40 + len(REQUEST)
    assert conn["duration"] == pytest.approx(0.08)
    assert (conn["proto"], conn["service"], conn["uid"][0], len(conn["uid"])) == ("tcp", "http", "C", 17)


def test_udp_and_icmp() -> None:
    tape = Tape()
    tape.udp(b"abc", 4_000, 9_999)
    tape.udp(b"answer", 4_000, 9_999, back=True)
    tape.put(ip(b"\x08\x00\x00\x00\x00\x01\x00\x01ping", 1))
    tape.put(ip(b"\x00\x00\x00\x00\x00\x01\x00\x01ping", 1, SERVER, CLIENT))
    tape.put(ip(b"\x03\x01\x00\x00\x00\x00\x00\x00" + bytes(28), 1, SERVER, CLIENT))
    tape.put(ip(b"gossip", 89))
    found = {(one["proto"], one["id.orig_p"], one["id.resp_p"]): one for one in taped(tape).of("conn")}
    assert found.keys() == {("udp", 4_000, 9_999), ("icmp", 8, 0), ("icmp", 3, 1), ("unknown_transport", 0, 0)}
    sent = found["udp", 4_000, 9_999]
    assert (sent["conn_state"], sent["history"], sent["orig_bytes"], sent["resp_bytes"]) == ("SF", "Dd", 3, 6)
    assert (found["icmp", 8, 0]["id.orig_h"], found["icmp", 8, 0]["resp_pkts"]) == (CLIENT, 1)
    assert found["icmp", 3, 1]["id.orig_h"] == SERVER
    assert found["unknown_transport", 0, 0]["ip_proto"] == 89


def test_the_same_ports_again_are_a_new_connection_and_silence_ends_one() -> None:
    made = talk().open().says(b"x").close()
    again = Talk(made.tape, seqs=[9_000, 8_000]).open().reset()
    made.tape.time += 10
    late = Talk(made.tape, sport=40_001).open()
    made.tape.time += 301
    late.says(b"x")
    states = [(one["id.orig_p"], one["conn_state"]) for one in taped(again.tape).of("conn")]
    assert states == [(40_000, "SF"), (40_000, "RSTR"), (40_001, "S1"), (40_001, "OTH")]


def test_ids_are_the_same_every_time_and_all_different() -> None:
    tape = Tape()
    for port in range(50):
        Talk(tape, sport=30_000 + port).send(flags=SYN)
    first, second = taped(tape), taped(tape)
    assert first.records == second.records
    assert len({one["uid"] for one in first.of("conn")}) == 50


def fed(connections: Connections, tape: Tape) -> list[Line]:
    found: list[Line] = []
    for time, data in tape.packets:
        packet = decode(1, data, round(time * 1e6))
        found += connections.add(packet)  # type: ignore[arg-type]
    return found + list(connections.finish())


def test_a_flood_does_not_fill_the_table() -> None:
    tape, connections = Tape(), Connections(limit=10)
    for port in range(100):
        Talk(tape, sport=10_000 + port).send(flags=SYN)
        tape.put(ip(udp(10_000 + port, 9, b"x"), 17))
        tape.time -= 0.019
    found = fed(connections, tape)
    assert len([line for line in found if line[0] == "conn"]) == 200 == connections.opened


def test_what_is_held_of_contents_is_bounded_and_connections_still_count() -> None:
    tape, connections = Tape(), Connections(held=20_000)
    for port in range(40):
        Talk(tape, sport=10_000 + port).open().says(b"GET /" + b"a" * 1_000)
    found = fed(connections, tape)
    assert len([line for line in found if line[0] == "conn"]) == 40
    assert connections._held == 0
    assert {line[3].get("service") for line in found if line[0] == "conn"} == {"http"}
