import gzip
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from netsentinel.cli import detect as detect_module
from netsentinel.cli.detect import detect
from netsentinel.demo import story
from netsentinel.detection import pipeline as pipeline_module
from netsentinel.events.captures.packets import SYN
from tests.unit.events.captures.craft import Talk, Tape, pcap

RULE = """title: Whoami
id: 6e1f4a1c-0f0e-4b7a-9a5c-3a2d1b0c9e8f
tags: [attack.t1033]
level: high
logsource: {product: windows, category: process_creation}
detection:
    selection: {Image|endswith: '\\whoami.exe', CommandLine|contains: '/all'}
    condition: selection
"""

SYSMON = {
    "Event": {
        "System": {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational"},
        "EventData": {"Image": "C:\\Windows\\System32\\whoami.exe", "CommandLine": "whoami /ALL"},
    }
}
GENERIC = {"Image": "C:\\Windows\\System32\\whoami.exe", "CommandLine": "whoami /all"}


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(detect)
    return app


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "rule.yml").write_text(RULE, encoding="utf-8")
    (tmp_path / "events").mkdir()
    lines = "\n".join(json.dumps(record) for record in (SYSMON, GENERIC, {"Image": "x"}))
    (tmp_path / "events" / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode() + b"\nno JSON\n"))
    return tmp_path


def run(app: typer.Typer, *arguments: object) -> tuple[list[dict[str, object]], str]:
    result = CliRunner().invoke(app, [str(argument) for argument in (*arguments, "-o", "json")])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_findings_have_room_however_many_were_told_before(
    app: typer.Typer, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline_module, "MOST_FOUND", 5_000)
    monkeypatch.setattr(detect_module, "_CHUNK_RECORDS", 4)
    (files / "many.jsonl").write_text(f"{json.dumps(SYSMON)}\n" * 40, encoding="utf-8")
    findings, talk = run(app, "--rules", files / "rule.yml", "--input", files / "many.jsonl")
    assert len(findings) == 40
    assert "not all findings" not in talk
    monkeypatch.setattr(detect_module, "_CHUNK_RECORDS", 20)
    findings, talk = run(app, "--rules", files / "rule.yml", "--input", files / "many.jsonl")
    assert 0 < len(findings) < 20
    assert talk.count("not all findings are told") == 2


def test_one_finding_per_line_with_the_event_as_given(app: typer.Typer, files: Path) -> None:
    findings, talk = run(app, "--rules", files / "rule.yml", "--input", files / "events")
    assert [finding["event"] for finding in findings] == [SYSMON, GENERIC]
    finding = findings[0]
    assert finding["rule_id"] == "6e1f4a1c-0f0e-4b7a-9a5c-3a2d1b0c9e8f"
    assert (finding["title"], finding["level"], finding["tags"]) == ("Whoami", "high", ["attack.t1033"])
    assert finding["source"] == f"{files}/events/a.jsonl.gz"
    assert "2 findings by 1 rule in 3 events; 1 record could not be read." in talk
    assert "a record was left out: the line is no JSON" in talk


def test_the_bundled_rules_and_statistics_are_the_default(app: typer.Typer, tmp_path: Path) -> None:
    lines = b"\n".join(line.line for line in story(1_780_000_000_000_000) if line.source == "zeek")
    (tmp_path / "zeek.log").write_bytes(lines)
    with_all, _ = run(app, tmp_path / "zeek.log")
    assert {finding["detector"] for finding in with_all} == {"sigma", "port_scan", "password_guessing"}
    without, _ = run(app, "--no-statistics", "--input", tmp_path / "zeek.log")
    assert {finding["detector"] for finding in without} == {"sigma"}


def test_statistics_are_off_with_rules_of_ones_own_unless_asked_for(app: typer.Typer, files: Path) -> None:
    logins = [
        {"_path": "ssh", "ts": n, "uid": f"C{n}", "id.orig_h": "203.0.113.66", "auth_success": False} for n in range(20)
    ]
    (files / "ssh.log").write_text("\n".join(json.dumps(login) for login in logins), encoding="utf-8")
    assert run(app, "--rules", files / "rule.yml", "--input", files / "ssh.log")[0] == []
    asked, _ = run(app, "--rules", files / "rule.yml", "--statistics", "--input", files / "ssh.log")
    assert [finding["detector"] for finding in asked] == ["password_guessing"]


def test_a_rule_that_fails_is_told_and_the_rest_work(app: typer.Typer, files: Path) -> None:
    (files / "bad.yml").write_text("title: [\n", encoding="utf-8")
    findings, talk = run(app, "--rules", files, "--input", files / "events")
    assert len(findings) == 2
    assert f"left out: {files}/bad.yml:1:1: " in talk


def test_a_table_for_people(app: typer.Typer, files: Path) -> None:
    result = CliRunner().invoke(app, ["--rules", str(files / "rule.yml"), "--input", str(files / "events")])
    assert result.exit_code == 0
    assert "Whoami" in result.stdout
    assert "high" in result.stdout


def test_a_stated_format_is_used(app: typer.Typer, files: Path) -> None:
    findings, _ = run(app, "--rules", files / "rule.yml", "--input", files / "events", "--format", "json")
    assert [finding["event"] for finding in findings] == [GENERIC]


def test_without_input_it_says_what_is_missing(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, [])
    assert result.exit_code == 2
    assert "--input" in result.output


def test_what_is_not_read_is_told(app: typer.Typer, files: Path) -> None:
    (files / "events" / "b.bin").write_bytes(b"\xd4\xc3\xb2\xa1")
    assert "events: 1 file(s) were not read, by their endings: .bin (1)." in run(app, "--input", files / "events")[1]


def test_rules_for_zeek_see_a_capture(app: typer.Typer, tmp_path: Path) -> None:
    tape = Tape()
    for port in range(60):
        Talk(tape, dport=1_000 + port).send(flags=SYN)
    (tmp_path / "scan.pcap").write_bytes(pcap(tape.packets))
    out, told = run(app, "--input", tmp_path / "scan.pcap")
    assert [finding["detector"] for finding in out] == ["port_scan"]
    assert "60 packets: 60 in 60 connections" in told
