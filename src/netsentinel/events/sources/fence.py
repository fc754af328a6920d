"""What a configured source may open: folders, addresses and ports that the operator allowed, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netsentinel.kernel.errors import InvalidInputError, NotAllowedError

LOOPBACK: Final = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Fence:
    """Where sources may read and listen. Links are followed before anything is compared."""

    folders: Sequence[Path] = ()
    """With everything below them."""
    closed: Sequence[Path] = ()
    """Never read, whatever folder they are in: the server's own data. An allowed folder inside of one is still open."""
    addresses: Sequence[str] = LOOPBACK
    ports: Sequence[range] = (range(1024, 65536),)
    is_open: bool = False
    """For sources that the operator wrote into the server's own file: nothing is refused."""

    def path(self, path: str) -> Path:
        """The path as it may be opened, absolute and without links.

        Raises:
            InvalidInputError: the path is not absolute.
            NotAllowedError: it does not lie in a folder that sources of the tenant may read.
        """
        if not path.startswith("/") or "\0" in path:
            raise InvalidInputError("State an absolute path, one that begins with /.", field="path")
        found = Path(path).resolve()
        if self.is_open or any(self._is_in(found, folder.resolve()) for folder in self.folders):
            return found
        allowed = ", ".join(str(folder) for folder in self.folders) or "none"
        raise NotAllowedError(
            f"Sources of this tenant may not read {path}. Allowed: {allowed}. An operator of the server adds folders"
            " with the setting NETSENTINEL_SOURCE_FOLDERS.",
            field="path",
        )

    def listen(self, address: str, port: int) -> None:
        """Whether a source may listen there.

        Raises:
            NotAllowedError: the address or the port is not allowed.
        """
        if self.is_open:
            return
        if address not in self.addresses:
            raise NotAllowedError(
                f"Sources may not listen on {address}. Allowed: {', '.join(self.addresses)}. An operator of the server"
                " adds addresses with the setting NETSENTINEL_SOURCE_ADDRESSES.",
                field="address",
            )
        if not any(port in allowed for allowed in self.ports):
            spans = ", ".join(f"{one.start} to {one.stop - 1}" for one in self.ports)
            raise NotAllowedError(
                f"Sources may not listen on port {port}. Allowed: {spans}. An operator of the server adds ports with"
                " the setting NETSENTINEL_SOURCE_PORTS.",
                field="port",
            )

    def _is_in(self, path: Path, folder: Path) -> bool:
        closed = (one.resolve() for one in self.closed)
        return path.is_relative_to(folder) and not any(
            path.is_relative_to(one) and not folder.is_relative_to(one) for one in closed
        )
