from pathlib import Path

import pytest

from netsentinel.cli.folder import local_folder, settings_of_server
from netsentinel.cli.program import run
from netsentinel.kernel.errors import NotFoundError


def made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_the_folder_of_the_server_that_runs_is_meant_else_that_of_the_one_that_ran(tmp_path: Path) -> None:
    assert local_folder(tmp_path) == tmp_path
    made(tmp_path / "demo" / "netsentinel.db")
    assert local_folder(tmp_path) == tmp_path / "demo"
    made(tmp_path / "netsentinel.db")
    assert local_folder(tmp_path) == tmp_path
    running = made(tmp_path / "demo" / "server.url")
    assert local_folder(tmp_path) == tmp_path / "demo"
    made(tmp_path / "server.url")
    assert local_folder(tmp_path) == tmp_path
    running.unlink()
    assert local_folder(tmp_path) == tmp_path


def test_the_settings_are_those_of_the_server_that_has_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path / "data" / "demo" / "netsentinel.db")
    monkeypatch.chdir(tmp_path)
    assert settings_of_server(None).data_dir == Path("data/demo")
    assert settings_of_server(tmp_path / "data").data_dir == tmp_path / "data" / "demo"


def test_a_database_elsewhere_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETSENTINEL_DATABASE_URL", "postgresql://a:b@localhost/c")
    assert settings_of_server(tmp_path).data_dir == tmp_path


@pytest.mark.parametrize(
    "command", [["keys", "create", "sensor", "--scope", "events:write"], ["keys", "tier", "premium"]]
)
def test_no_second_database_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(command) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"No server has kept its data in {tmp_path}/data" in err
    assert "--data-dir" in err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_ours_is_no_server_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", forbidden)
    assert local_folder(tmp_path) == tmp_path
    with pytest.raises(NotFoundError, match="as the user that runs it"):
        settings_of_server(tmp_path)
