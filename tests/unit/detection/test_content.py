from pathlib import Path

import pytest

from netsentinel.detection import content
from netsentinel.detection.content import bundled_rules
from netsentinel.kernel.errors import NotFoundError


def test_a_checkout_has_them_at_its_root() -> None:
    assert (bundled_rules() / "web_shell_command" / "rule.yml").is_file()


def test_an_installation_has_them_in_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lib" / "site" / "netsentinel"
    (package / "content" / "rules").mkdir(parents=True)
    monkeypatch.setattr(content, "_PACKAGE", package)
    assert bundled_rules() == package / "content" / "rules"


def test_an_incomplete_installation_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_PACKAGE", tmp_path / "a" / "b" / "c")
    with pytest.raises(NotFoundError, match="install NetSentinel again"):
        bundled_rules()
