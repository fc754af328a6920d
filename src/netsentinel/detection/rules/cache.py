"""What reading and compiling rules gave, kept on disk: under a name made of everything that it was made from.

A cached thing can always be made again. Whatever is wrong with the folder or a file in it only costs that time.
"""

import contextlib
import os
import tempfile
from hashlib import blake2b
from pathlib import Path

_DIGEST_BYTES = 32
_MOST_FILES = 4_096
_LARGEST = 64 * 2**20
"""What is larger is not kept: few rules of a tenant may be read as hundreds of MiB, and refused thereafter."""
_MOST_BYTES = 2**30


class RuleCache:
    """A folder of cached bytes. Nobody else can read or write it.

    Args:
        folder: made when it is first written to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> bytes | None:
        """What was put under this key; None when there is nothing, or only something damaged."""
        try:
            content = (self._folder / key).read_bytes()
        except OSError:
            return None
        digest, body = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        return body if digest == _digest(body) else None

    def put(self, key: str, body: bytes) -> None:
        """Keep something, whole or not at all; something very large is not."""
        if len(body) > _LARGEST:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room()
            handle, temporary = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(_digest(body) + body)
                Path(temporary).replace(self._folder / key)
            except OSError:
                Path(temporary).unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Delete what is oldest until one more may come."""
        found = sorted(((file.stat(), file) for file in self._folder.iterdir()), key=lambda one: one[0].st_mtime)
        size = sum(kept.st_size for kept, _ in found)
        for at, (kept, file) in enumerate(found):
            if len(found) - at < _MOST_FILES and size <= _MOST_BYTES - _LARGEST:
                break
            file.unlink(missing_ok=True)
            size -= kept.st_size


def key_of(kind: str, *parts: bytes) -> str:
    """The name of a thing that was made from these parts."""
    digest = blake2b(digest_size=24)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return f"{kind}-{digest.hexdigest()}"


def user_cache() -> RuleCache:
    """The cache of commands that run without a server, in the user's own cache folder (XDG base directories)."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return RuleCache(Path(root) / "netsentinel" / "rules")


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=_DIGEST_BYTES).digest()
