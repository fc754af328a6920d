"""Opening files that somebody else put there: never waits, whatever lies at the path."""

import errno
import os
import stat
from hashlib import blake2b, file_digest
from io import BufferedReader
from pathlib import Path

_DIGEST_BYTES = 16


def open_regular(path: Path, *, is_link_followed: bool = True) -> BufferedReader:
    """A regular file, to be read. A pipe would wait for its writer, and a device may never end: they are refused.

    Args:
        path: of the file.
        is_link_followed: whether the last part of the path may be a link.

    Raises:
        OSError: it is no regular file, or cannot be opened.
    """
    links = 0 if is_link_followed else os.O_NOFOLLOW
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | links)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return os.fdopen(descriptor, "rb")


def digest_of(path: Path) -> str:
    """BLAKE2b of a regular file, 16 bytes in hexadecimal: tells whether it is still what it was.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    with open_regular(path) as file:
        return file_digest(file, lambda: blake2b(digest_size=_DIGEST_BYTES)).hexdigest()
