"""Whether the packages of the extra `netsentinel[ml]` are there. Imports none of them."""

from importlib.util import find_spec

from netsentinel.detection.errors import MissingExtraError

PACKAGES = ("numpy", "scipy", "lightgbm")


def require() -> None:
    """Go on only where models can work.

    Raises:
        MissingExtraError: a package is missing.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"Models need {', '.join(missing)}. Install them with: pip install 'netsentinel[ml]'", packages=missing
        )
