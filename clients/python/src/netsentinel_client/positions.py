"""How far each subscription has come. A position is written down before its event is delivered."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, cast


class Positions(Protocol):
    """Where a client remembers its positions between runs."""

    def load(self) -> tuple[str, dict[str, int]]:
        """The journal's epoch, and the position of each subscription; empty when nothing is remembered."""
        ...

    def save(self, epoch: str, positions: dict[str, int]) -> None:
        """Remember all of them; returns when they are safe."""
        ...


class MemoryPositions:
    """Remembers as long as the process lives: a reconnect resumes, a restart begins anew."""

    def __init__(self) -> None:
        self._kept: tuple[str, dict[str, int]] = ("", {})

    def load(self) -> tuple[str, dict[str, int]]:
        """The last saved positions."""
        return self._kept[0], dict(self._kept[1])

    def save(self, epoch: str, positions: dict[str, int]) -> None:
        """Keep a copy."""
        self._kept = (epoch, dict(positions))


class FilePositions:
    """Remembers in a file, so that a restarted program goes on where it was.

    The file is replaced in one step. It is not forced to the disk: after a power cut the program may see the last
    events again, and never misses one, because an older position is always a safe one.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def load(self) -> tuple[str, dict[str, int]]:
        """What the file holds; nothing when there is none.

        Raises:
            ValueError: the file is not one of these.
        """
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return "", {}
        return _parsed(text, self._path)

    def save(self, epoch: str, positions: dict[str, int]) -> None:
        """Replace the file.

        Raises:
            OSError: it cannot be written.
        """
        aside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            aside.write_text(json.dumps({"epoch": epoch, "positions": positions}), encoding="utf-8")
            aside.replace(self._path)
        except OSError:
            with suppress(OSError):
                aside.unlink()
            raise


def _parsed(text: str, path: Path) -> tuple[str, dict[str, int]]:
    try:
        kept = cast("dict[str, Any]", json.loads(text))
        epoch, positions = kept["epoch"], cast("dict[str, Any]", kept["positions"])
        if isinstance(epoch, str) and all(isinstance(seq, int) for seq in positions.values()):
            return epoch, dict(positions)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    message = f"{path} holds no positions. Name another file, or delete it to begin anew."
    raise ValueError(message)
