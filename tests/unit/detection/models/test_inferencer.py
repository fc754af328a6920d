"""What can be said of the network without the extra; the rest is tried by `make test-anomalib`."""

import sys

import numpy as np
import pytest

from netsentinel.detection.errors import MissingExtraError
from netsentinel.detection.models import extra
from netsentinel.detection.models.inferencer import Inferencer


def test_no_file_of_it_is_read_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "MORE", {extra.FEATURE_MAPS: ("numpy", "no_such_package")})
    assert not extra.has_packages(extra.FEATURE_MAPS)
    with pytest.raises(MissingExtraError, match="needs no_such_package"):
        Inferencer.restored({"weights": np.zeros(1, dtype=np.float32)})


def test_a_package_that_cannot_be_loaded_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(name: str) -> object:
        raise OSError("libcudart.so.13: cannot open shared object file")

    monkeypatch.setattr(extra, "MORE", {})
    monkeypatch.setattr(extra, "import_module", fails)
    with pytest.raises(MissingExtraError, match="Anomalib cannot be loaded: libcudart"):
        extra.require_anomalib()


def test_it_is_loaded_when_it_is_needed_and_not_before() -> None:
    if extra.has_packages(extra.FEATURE_MAPS):
        pytest.skip("the extra anomalib is installed, and may have been loaded")
    assert "torch" not in sys.modules
