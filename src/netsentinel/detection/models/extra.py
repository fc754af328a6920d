"""Whether the packages of the extras `netsentinel[ml]` and `netsentinel[anomalib]` are there, and can be loaded."""

import os
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from netsentinel.detection.errors import MissingExtraError

PACKAGES = ("numpy", "scipy", "lightgbm")
FEATURE_MAPS: Final = "feature-maps"
"""The model that needs the extra `anomalib`."""
MORE: Mapping[str, tuple[str, ...]] = {FEATURE_MAPS: ("anomalib", "torch", "torchvision")}
"""Model -> what it needs beside `PACKAGES`."""

_LIBRARY = "libgomp"
_THREADS: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Who starts threads of their own for numbers, and reads this when it is loaded."""


def require_packages(model: str = "") -> None:
    """Go on only where the packages are installed. Loads none of them.

    Args:
        model: which one is wanted; without it, those that need no further extra.

    Raises:
        MissingExtraError: one is not.
    """
    missing = _missing(PACKAGES)
    if missing:
        raise MissingExtraError(
            f"Models need {', '.join(missing)}. Install them with: pip install 'netsentinel[ml]'", packages=missing
        )
    missing = _missing(MORE.get(model, ()))
    if missing:
        raise MissingExtraError(
            f"The model {model} needs {', '.join(missing)}. Install them with: pip install 'netsentinel[anomalib]'",
            packages=missing,
        )


def has_packages(model: str) -> bool:
    """Whether the packages of a further extra are installed that the model needs. Loads none of them."""
    return not _missing(MORE.get(model, ()))


def require() -> None:
    """Go on only where models can work. Loads LightGBM, and with it numpy, for one thread unless the environment says.

    Models have one core of the process that they are in, and more threads make small rows slower.

    Raises:
        MissingExtraError: a package is missing, or a library of the system that one needs.
    """
    require_packages()
    for name in _THREADS:
        os.environ.setdefault(name, "1")
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


def require_anomalib() -> None:
    """Go on only where feature maps can be judged. Loads Anomalib and PyTorch, which takes seconds.

    Raises:
        MissingExtraError: a package is missing, or cannot be loaded.
    """
    require_packages(FEATURE_MAPS)
    try:
        import_module("anomalib.deploy")
    except (ImportError, OSError) as error:
        raise MissingExtraError(f"Anomalib cannot be loaded: {error}", packages=["anomalib"]) from error


def _missing(packages: tuple[str, ...]) -> list[str]:
    return [name for name in packages if find_spec(name) is None]
