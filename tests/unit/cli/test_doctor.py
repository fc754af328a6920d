import json
from pathlib import Path

import pytest

from netsentinel.cli import doctor
from netsentinel.cli.program import run
from netsentinel.kernel.data_folder import LOCAL_SERVER_FILE
from netsentinel.kernel.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def test_this_machine_is_well(settings: Settings) -> None:
    for check in (doctor.check_python, doctor.check_sqlite, doctor.check_disk, doctor.check_memory, doctor.check_rules):
        finding = check(settings)
        assert finding.ok, finding
        assert finding.fix == ""


def test_an_open_data_folder_is_noticed(settings: Settings) -> None:
    assert doctor.check_data_folder(settings).ok
    settings.data_dir.mkdir(mode=0o755)
    settings.data_dir.chmod(0o755)
    finding = doctor.check_data_folder(settings)
    assert not finding.ok
    assert "chmod 700" in finding.fix


def test_a_full_disk_is_noticed(tmp_path: Path) -> None:
    finding = doctor.check_disk(Settings(data_dir=tmp_path, disk_reserve_mib=10**9))
    assert not finding.ok
    assert "Free space" in finding.fix


def test_a_broken_rule_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("title: [", encoding="utf-8")
    finding = doctor.check_rules(Settings(data_dir=tmp_path, rules=str(tmp_path / "bad.yml")))
    assert not finding.ok
    assert "bad.yml" in finding.fix


@pytest.mark.parametrize(
    ("host", "public_url", "ok"),
    [("127.0.0.1", "", True), ("0.0.0.0", "", False), ("0.0.0.0", "https://soc.example.org", True)],  # noqa: S104 - what is checked
)
def test_exposure(tmp_path: Path, host: str, public_url: str, *, ok: bool) -> None:
    assert doctor.check_exposure(Settings(data_dir=tmp_path, host=host, public_url=public_url)).ok is ok


@pytest.mark.parametrize(
    ("public_url", "proxies", "ok"),
    [
        ("", "", True),
        ("https://soc.example.org", "", False),
        ("https://soc.example.org", "127.0.0.1", True),
    ],
)
def test_a_proxy_that_is_not_believed_is_noticed(tmp_path: Path, public_url: str, proxies: str, *, ok: bool) -> None:
    finding = doctor.check_proxies(Settings(data_dir=tmp_path, public_url=public_url, trusted_proxies=proxies))
    assert finding.ok is ok
    assert ("NETSENTINEL_TRUSTED_PROXIES" in finding.fix) is not ok
    assert doctor.check_proxies in doctor.CHECKS


def test_the_dashboard_check_says_how_to_build_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from netsentinel.api import dashboard

    monkeypatch.setattr(dashboard, "FOLDER", settings.data_dir)
    finding = doctor.check_dashboard(settings)
    assert not finding.ok
    assert "make setup" in finding.fix


def test_a_scanner_that_does_not_answer_is_noticed(tmp_path: Path) -> None:
    assert doctor.check_scanner(Settings(data_dir=tmp_path)).found == "none is set"
    finding = doctor.check_scanner(Settings(data_dir=tmp_path, media_clamd=f"unix:{tmp_path}/nobody.ctl"))
    assert not finding.ok
    assert "Uploads wait for it" in finding.fix
    assert "tcp:host:port" in doctor.check_scanner(Settings(data_dir=tmp_path, media_clamd="clamd")).fix


def test_the_demo_is_checked_where_only_it_keeps_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    demo = tmp_path / "demo"
    demo.mkdir(mode=0o700)
    (demo / "netsentinel.db").touch()
    monkeypatch.setattr(doctor, "CHECKS", (doctor.check_data_folder,))
    assert run(["doctor", "--data-dir", str(tmp_path), "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["found"] == str(demo)


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> int:
    """The one port that something listens on."""
    monkeypatch.setattr(doctor, "_is_taken", lambda host, port: (host, port) == ("127.0.0.1", 4242))
    return 4242


def test_a_port_that_another_program_has_is_noticed(tmp_path: Path, listening: int) -> None:
    finding = doctor.check_port(Settings(data_dir=tmp_path, port=listening))
    assert not finding.ok
    assert "NETSENTINEL_PORT" in finding.fix


def test_a_server_of_the_folder_is_found_wherever_it_listens(tmp_path: Path, listening: int) -> None:
    (tmp_path / LOCAL_SERVER_FILE).write_text(f"http://127.0.0.1:{listening}\n", encoding="utf-8")
    finding = doctor.check_port(Settings(data_dir=tmp_path, port=1))
    assert finding.ok
    assert finding.found == f"the server of this folder answers at http://127.0.0.1:{listening}"


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("left", ["http://127.0.0.1:1", "http://127.0.0.1:x", "", "nonsense"])
def test_what_a_server_left_behind_that_is_gone_does_not_count(tmp_path: Path, left: str) -> None:
    (tmp_path / LOCAL_SERVER_FILE).write_text(left, encoding="utf-8")
    finding = doctor.check_port(Settings(data_dir=tmp_path, port=1))
    assert (finding.ok, finding.found) == (True, "127.0.0.1:1 is free")


def test_what_the_server_warns_of_is_told(tmp_path: Path, listening: int, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data_dir=tmp_path, port=1)
    assert doctor.check_server(settings).found == "does not run, so it was not asked"
    (tmp_path / LOCAL_SERVER_FILE).write_text(f"http://127.0.0.1:{listening}\n", encoding="utf-8")
    checks: list[dict[str, object]] = [{"name": "disk", "ok": True, "detail": "9 MiB free", "warns": False}]

    async def look(address: str, path: str) -> dict[str, object]:
        assert (address, path) == (f"http://127.0.0.1:{listening}", "/readyz")
        return {"checks": checks}

    monkeypatch.setattr("netsentinel.cli.remote.look", look)
    assert doctor.check_server(settings).ok
    checks.append({"name": "rules", "ok": True, "detail": "1 added pack is lost.", "warns": True})
    finding = doctor.check_server(settings)
    assert (finding.ok, finding.found, finding.fix) == (False, "needs attention", "1 added pack is lost.")
    checks.append({})
    assert "does not say how it is" in doctor.check_server(settings).found
