"""Where the bundled content is: in the package of an installed NetSentinel, at the root of a checkout."""

from pathlib import Path

from netsentinel.kernel.errors import NotFoundError

_PACKAGE = Path(__file__).resolve().parents[1]


def bundled_rules() -> Path:
    """The folder of the rules that come with NetSentinel.

    Raises:
        NotFoundError: this installation is incomplete.
    """
    for root in (_PACKAGE, _PACKAGE.parents[1]):
        folder = root / "content" / "rules"
        if folder.is_dir():
            return folder
    raise NotFoundError("The bundled rules are missing from this installation; please install NetSentinel again.")


def bundled_ja3() -> str:
    """The list of TLS fingerprints that comes with NetSentinel, as CSV.

    Raises:
        NotFoundError: this installation is incomplete.
    """
    return _intel("ja3.csv")


def bundled_words() -> list[str]:
    """The list of words that comes with NetSentinel: what names on the net are made of.

    Raises:
        NotFoundError: this installation is incomplete.
    """
    return [word for line in _intel("words.txt").splitlines() if not line.startswith("#") for word in line.split()]


def _intel(name: str) -> str:
    for root in (_PACKAGE, _PACKAGE.parents[1]):
        file = root / "content" / "intel" / name
        if file.is_file():
            return file.read_text(encoding="utf-8")
    raise NotFoundError(f"The bundled {name} is missing from this installation; please install NetSentinel again.")
