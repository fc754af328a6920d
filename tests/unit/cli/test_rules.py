import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netsentinel.cli.rules import rules_app

GOOD = "title: t\nlogsource: {category: x}\ndetection:\n    s: {a: 1}\n    condition: s\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "good.yml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_when_all_load_the_exit_code_is_0(rules: Path) -> None:
    result = CliRunner().invoke(rules_app, ["check", str(rules), "-o", "json"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"loaded": 1, "failed": []})
    assert "1 rule loads, 0 fail." in result.stderr


def test_when_some_fail_the_exit_code_is_1_and_each_says_where(rules: Path) -> None:
    (rules / "bad.yml").write_text(GOOD.replace("a: 1", "a|bogus: 1"), encoding="utf-8")
    result = CliRunner().invoke(rules_app, ["check", str(rules), "-o", "json"])
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert said["loaded"] == 1
    assert said["failed"] == [{"path": f"{rules}/bad.yml", "line": 4, "column": 9, "error": "Unknown modifier 'bogus'"}]
    table = CliRunner().invoke(rules_app, ["check", str(rules)])
    assert "bad.yml:4:9" in table.stdout.replace("\n", "")


def test_nothing_found_is_exit_code_1_and_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# words", encoding="utf-8")
    result = CliRunner().invoke(rules_app, ["check", str(tmp_path)])
    assert result.exit_code == 1
    assert "No rule was found" in result.stderr


def test_archives_in_a_folder_are_read(rules: Path) -> None:
    with zipfile.ZipFile(rules / "more.zip", "w") as archive:
        archive.writestr("one.yml", GOOD.replace("a: 1", "a: 7"))
    result = CliRunner().invoke(rules_app, ["check", str(rules), "-o", "json"])
    assert (result.exit_code, json.loads(result.stdout)["loaded"]) == (0, 2)
