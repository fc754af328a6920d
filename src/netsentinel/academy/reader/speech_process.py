"""The process that hears: `python -m netsentinel.academy.reader.speech_process MEBIBYTES SECONDS TRANSCRIBER`.

It leaves the network, makes the plug-in, gives up the rest, answers one order with a frame for each piece of speech and
an empty one at the end, and dies of what it hears without harm to anybody.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from netsentinel.academy.reader.errors import NoTranscriberError
from netsentinel.academy.reader.orders import Hear, Heard, Unreadable, hear_decoder
from netsentinel.academy.reader.speech import Transcriber, load_transcriber
from netsentinel.guards.confinement import allow_cpu, give_up, leave_network
from netsentinel.guards.frames import HEADER

_STILL_CONNECTED: Final = "The kernel lets no process leave the network; recordings are heard by one that has it."
_OUT_OF_MEMORY: Final = "Hearing it takes more memory than it may."


def main(arguments: Sequence[str]) -> int:
    """Serve one order."""
    memory_mib, cpu_s, name = int(arguments[0]), int(arguments[1]), arguments[2]
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the frames
    try:
        if not leave_network():  # before the plug-in, whose threads would stand in the way
            sys.stderr.write(f"{_STILL_CONNECTED}\n")
        transcriber = load_transcriber(name)
        give_up(memory_mib, devices=True)
        allow_cpu(cpu_s)
        (size,) = HEADER.unpack(orders.read(HEADER.size))
        for word in answered(hear_decoder.decode(orders.read(size)), transcriber):
            _say(answers, msgspec.msgpack.encode(word))
        _say(answers, b"")
    except NoTranscriberError as error:
        _say(answers, msgspec.msgpack.encode(Unreadable(error.detail)))
    except (BrokenPipeError, KeyboardInterrupt):
        return 0
    return 0


def answered(order: Hear, transcriber: Transcriber) -> Iterator[Heard | Unreadable]:
    """What is said, piece by piece; or why it cannot be heard."""
    try:
        for one in transcriber.transcribe(Path(order.path), order.media_type, order.language):
            yield Heard(int(one.begin_ms), int(one.end_ms), str(one.text))
    except ValueError as error:
        yield Unreadable(str(error)[:500] or "The transcriber cannot make anything of it.")
    except MemoryError:
        yield Unreadable(_OUT_OF_MEMORY)
    except OSError as error:
        yield Unreadable(f"Its bytes cannot be read: {error.strerror}.")


def _say(answers: BinaryIO, body: bytes) -> None:
    answers.write(HEADER.pack(len(body)))
    answers.write(body)
    answers.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
