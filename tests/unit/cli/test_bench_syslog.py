"""The sender of `bench syslog`: what it says it sent is what it sent."""

import socket
import threading

import pytest

from netsentinel.cli.bench_syslog import send
from netsentinel.events.formats import SyslogFormat


@pytest.mark.usefixtures("socket_enabled")
def test_it_sends_as_many_messages_as_it_says() -> None:
    got = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def receive() -> None:
            stream, _ = server.accept()
            with stream:
                while piece := stream.recv(65_536):
                    got.extend(piece)

        reader = threading.Thread(target=receive)
        reader.start()
        told = send(server.getsockname()[1], 1_000, 0.2)
        reader.join(10)
    lines = bytes(got).splitlines()
    assert told["messages"] == len(lines) == 200
    assert told["seconds"] >= 0.15
    record = SyslogFormat().decode(lines[7], 1_800_000_000_000_000)
    assert (record["appname"], record["hostname"]) == ("sshd", "host7")
