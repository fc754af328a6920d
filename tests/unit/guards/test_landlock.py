import sys
from pathlib import Path

import pytest

import netsentinel
from netsentinel.guards.landlock import Landlock, libraries


def test_no_folder_above_what_is_to_be_seen_is_taken_for_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = tmp_path / "data" / "media"
    media.mkdir(parents=True)
    plugins = tmp_path / "plugins"
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), str(tmp_path / "data"), "/", str(plugins)])
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    found = set(libraries([media]))
    assert not found & {*media.parents, Path()}
    assert {plugins, tmp_path / "lib", Path(netsentinel.__file__).parent} <= found


def test_nothing_is_promised_where_the_kernel_does_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    files = Landlock()
    monkeypatch.setattr(files, "version", 0)
    assert not files.see_only([])
