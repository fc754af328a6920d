"""The process that reads media: `python -m netsentinel.academy.reader.process MEBIBYTES SECONDS FOLDER`.

It confines itself before it reads anything, answers orders on its standard input until that ends, and dies of what it
reads without harm to anybody.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from netsentinel.academy.extraction import Document, extract
from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.reader.files import read_file
from netsentinel.academy.reader.orders import (
    Answer,
    Extract,
    Extracted,
    Order,
    Read,
    Unreadable,
    WasRead,
    order_decoder,
)
from netsentinel.guards.confinement import allow_cpu, confine
from netsentinel.guards.frames import HEADER

_NOT_ALONE: Final = "The kernel does not keep it from other files; try again."
_OUT_OF_MEMORY: Final = "Reading it takes more memory than it may."
_TOO_DEEP: Final = "It is nested too deeply."


def main(arguments: Sequence[str]) -> int:
    """Serve until the input ends."""
    memory_mib, cpu_s, folder = int(arguments[0]), int(arguments[1]), Path(arguments[2])
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the frames
    files = confine(memory_mib, folder)
    try:
        while header := orders.read(HEADER.size):
            allow_cpu(cpu_s)
            (size,) = HEADER.unpack(header)
            order = order_decoder.decode(orders.read(size))
            if isinstance(order, Read) and order.is_alone and not files.see_only([Path(order.path)]) and files.version:
                _say(answers, Unreadable(_NOT_ALONE))
                continue
            _say(answers, answer(order))
    except (BrokenPipeError, KeyboardInterrupt):
        return 0
    return 0


def answer(order: Order) -> Answer:
    """Do what is asked."""
    try:
        match order:
            case Read():
                return WasRead(read_file(Path(order.path), order.name))
            case Extract():
                found = extract(order.document, order.known, order.state)
                return Extracted(replace(found, document=Document(order.document.title, ())))
    except UnreadableTextError as error:
        return Unreadable(error.detail, error.line)
    except MemoryError:
        return Unreadable(_OUT_OF_MEMORY)
    except RecursionError:
        return Unreadable(_TOO_DEEP)
    except OSError as error:
        return Unreadable(f"Its bytes cannot be read: {error.strerror}.")


def _say(answers: BinaryIO, word: Answer) -> None:
    body = msgspec.msgpack.encode(word)
    answers.write(HEADER.pack(len(body)))
    answers.write(body)
    answers.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
