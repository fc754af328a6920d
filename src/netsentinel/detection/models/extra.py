"""Whether the packages of the extra `netsentinel[ml]` are there, and can be loaded."""

from importlib import import_module
from importlib.util import find_spec

from netsentinel.detection.errors import MissingExtraError

PACKAGES = ("numpy", "scipy", "lightgbm")

_LIBRARY = "libgomp"


def require_packages() -> None:
    """Go on only where the packages are installed. Loads none of them.

    Raises:
        MissingExtraError: one is not.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"Models need {', '.join(missing)}. Install them with: pip install 'netsentinel[ml]'", packages=missing
        )


def require() -> None:
    """Go on only where models can work. Loads LightGBM, and with it numpy.

    Raises:
        MissingExtraError: a package is missing, or a library of the system that one needs.
    """
    require_packages()
    try:
        import_module("lightgbm")
    except OSError as error:
        if _LIBRARY not in str(error):
            raise MissingExtraError(f"LightGBM cannot be loaded: {error}", packages=["lightgbm"]) from error
        raise MissingExtraError(
            "LightGBM needs the system's library libgomp.so.1. Install it with: apt-get install libgomp1"
            " (Debian, Ubuntu), dnf install libgomp (Fedora) or apk add libgomp (Alpine)",
            packages=["libgomp1"],
        ) from error
