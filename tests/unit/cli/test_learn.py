"""`netsentinel learn`."""

import json
from pathlib import Path

import pytest
from pytest_socket import disable_socket, enable_socket

from netsentinel.cli.program import run

SHEET = "# Web sessions\n\nA **session cookie** is a cookie that holds the session identifier of a user.\n"


@pytest.fixture
def offline() -> object:
    """No socket but those of the machine itself, which the event loop needs."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


def learn(data: Path, *arguments: str) -> int:
    return run(["learn", *arguments, "--data-dir", str(data)])


def test_a_folder_is_imported_listed_and_removed_without_a_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], offline: object
) -> None:
    folder, data = tmp_path / "notes", tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "web.md").write_text(SHEET)
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / "link.md").symlink_to(folder / "deep" / "web.md")
    assert learn(data, "import", str(folder), "-o", "json") == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["name"], one["done"], one["title"]) == ("deep/web.md", "added", "Web sessions")
    assert one["concepts"] > 0
    assert learn(data, "import", str(folder), "-o", "json") == 0
    assert json.loads(capsys.readouterr().out)[0]["done"] == "unchanged"
    assert learn(data, "list", "-o", "json") == 0
    assert [item["id"] for item in json.loads(capsys.readouterr().out)] == [one["id"]]
    assert learn(data, "remove", "deep/web.md") == 0
    assert learn(data, "list", "-o", "json") == 0
    assert json.loads(capsys.readouterr().out.strip()) == []


def test_files_that_fail_are_named_and_the_others_are_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.md"
    good.write_text("Some text.")
    bad.write_bytes(b"\x00")
    assert learn(tmp_path / "data", "import", str(bad), str(good), str(tmp_path / "none.md")) == 1
    told = capsys.readouterr()
    assert "good.txt" in told.out
    assert "bad.md: bad.md is no text" in told.err
    assert "1 files imported, 2 failed" in told.err
