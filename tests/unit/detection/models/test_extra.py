import importlib
import os
import subprocess
import sys

import pytest

from netsentinel.detection.errors import MissingExtraError
from netsentinel.detection.models import extra


def test_it_is_quiet_where_models_can_work() -> None:
    extra.require()


@pytest.mark.skipif(sys.platform != "linux", reason="the threads of a process are counted by /proc")
def test_numbers_start_no_threads_of_their_own() -> None:
    multiply = (
        "import os; from netsentinel.detection.models import extra; extra.require(); import numpy;"
        "numpy.ones((600, 600)) @ numpy.ones((600, 600)); print(len(os.listdir('/proc/self/task')))"
    )
    plain = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    said = subprocess.run([sys.executable, "-c", multiply], env=plain, capture_output=True, check=True)
    assert said.stdout.strip() == b"1"


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "PACKAGES", ("numpy", "no_such_package"))
    with pytest.raises(MissingExtraError, match=r"need no_such_package.*pip install 'netsentinel\[ml\]'"):
        extra.require()


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("libgomp.so.1: cannot open shared object file: No such file or directory", "apt-get install libgomp1"),
        ("libomp.dylib: not loaded", "LightGBM cannot be loaded: libomp.dylib: not loaded"),
    ],
)
def test_a_missing_library_of_the_system_is_named(monkeypatch: pytest.MonkeyPatch, said: str, wanted: str) -> None:
    def fails(name: str) -> object:
        assert name == "lightgbm"
        raise OSError(said)

    monkeypatch.setattr(extra, "import_module", fails)
    with pytest.raises(MissingExtraError, match=wanted):
        extra.require()
    assert importlib.import_module is not fails
