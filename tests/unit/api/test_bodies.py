"""A protocol that reads large pieces for another one."""

import asyncio

from netsentinel.api.bodies import LargeBody


class Heard(asyncio.Protocol):
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def data_received(self, data: bytes) -> None:
        self.calls.append(bytes(data))

    def eof_received(self) -> bool:
        self.calls.append("eof")
        return True

    def pause_writing(self) -> None:
        self.calls.append("pause")

    def resume_writing(self) -> None:
        self.calls.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.calls.append(exc)


def test_everything_is_passed_on() -> None:
    heard, gone = Heard(), ConnectionResetError()
    body = LargeBody(heard)
    for piece in (b"one", b"three"):
        room = body.get_buffer(65_536)
        assert len(room) > 65_536
        room[: len(piece)] = piece
        body.buffer_updated(len(piece))
    body.pause_writing()
    body.resume_writing()
    assert body.eof_received() is True
    body.connection_lost(gone)
    assert heard.calls == [b"one", b"three", "pause", "resume", "eof", gone]
