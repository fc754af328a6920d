"""Where the bundled rules are: in the package of an installed NetSentinel, at the root of a checkout."""

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
