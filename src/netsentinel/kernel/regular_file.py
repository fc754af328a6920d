"""Opening files that somebody else put there: never waits, whatever lies at the path."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: Path, *, is_link_followed: bool = True) -> BinaryIO:
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
