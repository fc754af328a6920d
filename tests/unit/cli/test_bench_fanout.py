import asyncio
import json
import struct
from array import array
from pathlib import Path
from typing import Any, cast

from netsentinel.cli import bench_fanout as module
from netsentinel.cli.bench_fanout import Client, masked
from netsentinel.cli.fanout_frames import times_of

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


class Wire:
    """What a client wrote."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data


def frame(**fields: Any) -> bytes:
    data = json.dumps(fields, separators=(",", ":")).encode()
    head = bytes((0x81, len(data))) if len(data) < 126 else b"\x81\x7e" + len(data).to_bytes(2, "big")
    return head + data


def test_a_client_reads_frames_however_they_come() -> None:
    seen, ready = array("q"), list[int]()
    stream = UPGRADED + frame(type="welcome") + frame(type="pong", t=1)
    stream += frame(type="event", data={"n": 41, "text": "x" * 200}) + frame(type="event", data={"n": 42})
    for size in (1, 7, 1_000):
        client, wire = Client(1, seen, lambda: ready.append(1)), Wire()
        client.connection_made(cast("asyncio.BaseTransport", wire))
        for start in range(0, len(stream), size):
            client.data_received(stream[start : start + size])
        assert wire.written.count(b'"type":"subscribe"') == 1
        assert client.frame_bytes == len(json.dumps({"type": "event", "data": {"n": 42}}, separators=(",", ":")))
    assert [seen[at] for at in range(0, len(seen), 2)] == [41, 42] * 3
    assert len(ready) == 3


def test_frames_are_masked_as_clients_must() -> None:
    short, long = masked({"a": 1}), masked({"a": "x" * 200})
    assert (short[1], short[2:6], short[6:]) == (0x80 | 7, bytes(4), b'{"a":1}')
    assert long[1:4] == b"\xfe" + (208).to_bytes(2, "big")
    assert json.loads(long[8:]) == {"a": "x" * 200}


def test_latency_is_from_the_commit_to_the_arrival(tmp_path: Path) -> None:
    times = times_of(tmp_path)
    struct.pack_into("2q", times, 0, 1_000_000, 2_000_000)
    latencies = module._latencies(array("q", [0, 3_000_000, 1, 3_000_000, 0, 9_000_000]), times)
    assert sorted(latencies) == [1_000_000, 2_000_000, 8_000_000]
    assert (module._at(latencies, 0.5), module._at(latencies, 0.99)) == (2.0, 8.0)


def test_a_stalled_client_subscribes_to_a_lot_and_reads_nothing() -> None:
    seen, ready = array("q"), list[int]()
    client, paused = module.Stalled(1, seen, lambda: ready.append(1)), list[int]()

    class Line(Wire):
        def pause_reading(self) -> None:
            paused.append(1)

    wire = Line()
    client.connection_made(cast("asyncio.BaseTransport", wire))
    client.data_received(UPGRADED + frame(type="pong", t=1) + frame(type="event", data={"n": 1}))
    assert wire.written.count(b'"type":"subscribe"') == client.subscriptions
    assert (len(paused), len(ready), len(seen)) == (1, 1, 0)
