"""Files that count no more, kept on disk as long as somebody who began before may still read them."""

from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import contextmanager


class StruckFiles:
    """Which files may go: those that were struck off before every reader of now began."""

    def __init__(self) -> None:
        self._strikes = 0
        self._readers: Counter[int] = Counter()
        """How many read, by how often something had been struck off when they began."""
        self._files: list[tuple[int, str]] = []

    @contextmanager
    def reading(self) -> Generator[None]:
        """Begin before the list of files is read, and end when the files are needed no more."""
        began = self._strikes
        self._readers[began] += 1
        try:
            yield
        finally:
            self._readers[began] -= 1
            if not self._readers[began]:
                del self._readers[began]

    def add(self, paths: Iterable[str]) -> None:
        """These were struck off the list just now."""
        self._strikes += 1
        self._files += [(self._strikes, path) for path in paths]

    def take(self) -> list[str]:
        """The files that nobody can need any more, each once."""
        oldest = min(self._readers, default=self._strikes)
        free = [path for at, path in self._files if at <= oldest]
        self._files = [(at, path) for at, path in self._files if at > oldest]
        return free
