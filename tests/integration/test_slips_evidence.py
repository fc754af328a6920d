"""The evidence that the Slips data set asks for is raised, by the detector that docs/reference/detectors.md names."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from netsentinel.detection.build import build_pipeline
from netsentinel.detection.model import Finding
from netsentinel.detection.pipeline import Origin, Tally
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.conftest import DATA

pytestmark = pytest.mark.data

SET = DATA / "slips" / "slips_dataset.zip"


def content(ending: str) -> str:
    """The text of the member of the data set with this ending."""
    with zipfile.ZipFile(SET) as archive:
        (member,) = [name for name in archive.namelist() if name.endswith(ending) and "__MACOSX" not in name]
        return archive.read(member).decode("utf-8", "replace")


def from_tsv(said: str) -> Iterator[bytes]:
    """Test helper: Zeek's tab-separated log as the JSON that Zeek would have written."""
    log, fields, types = "", list[str](), list[str]()
    for line in said.splitlines():
        first, *rest = line.lstrip("\t").split("\t") if line.lstrip().startswith("#") else ("", *line.split("\t"))
        if first == "#path":
            log = rest[0]
        elif first == "#fields":
            fields = rest
        elif first == "#types":
            types = rest
        elif not first and len(rest) == len(fields):
            cells = zip(fields, types, rest, strict=True)
            record = {field: from_cell(kind, cell) for field, kind, cell in cells if cell != "-"}
            yield json.dumps({"_path": log, **record}).encode()


def from_cell(kind: str, cell: str) -> Any:
    """Test helper: one cell of such a log."""
    if kind in {"time", "interval", "double"}:
        return float(cell)
    if kind in {"count", "port", "int"}:
        return int(cell)
    if kind == "bool":
        return cell == "T"
    if kind.startswith(("vector", "set")):
        return [] if cell == "(empty)" else cell.split(",")
    return cell


def from_argus(said: str) -> Iterator[bytes]:
    """Test helper: Argus flows of TCP and UDP as lines of Zeek's conn.log."""
    for number, row in enumerate(csv.DictReader(io.StringIO(said))):
        if row["Proto"] not in {"tcp", "udp"}:
            continue
        at = datetime.strptime(row["StartTime"], "%Y/%m/%d %H:%M:%S.%f").replace(tzinfo=UTC).timestamp()
        answers = int(row["TotPkts"]) - int(row["SrcPkts"])
        record = {
            "_path": "conn",
            "ts": at,
            "uid": f"C{number}",
            "id.orig_h": row["SrcAddr"],
            "id.orig_p": int(row["Sport"] or 0),
            "id.resp_h": row["DstAddr"],
            "id.resp_p": int(row["Dport"] or 0),
            "proto": row["Proto"],
            "duration": float(row["Dur"]),
            "orig_bytes": int(row["SrcBytes"]),
            "resp_bytes": int(row["TotBytes"]) - int(row["SrcBytes"]),
            "orig_pkts": int(row["SrcPkts"]),
            "resp_pkts": answers,
            "conn_state": "SF" if answers else "S0",
        }
        yield json.dumps(record).encode()


def told(lines: Iterable[bytes], *, unreadable: int = 0) -> list[Finding]:
    """What the behaviour detectors say, without any rule."""
    tally = Tally()
    build_pipeline([]).pipeline.examine(lines, Origin(DEFAULT_TENANT, "slips"), tally)
    assert len(tally.rejected) == unreadable
    return tally.findings


def said(findings: Iterable[Finding]) -> set[tuple[str, str, str]]:
    """Detector, sign and whom it is about."""
    return {(finding.detector, finding.rule_id, finding.entity) for finding in findings}


def test_horizontal_scan_of_port_80() -> None:
    findings = told(from_tsv(content("port-scans/horizontal/conn.log")))
    assert said(findings) == {("port_scan", "port_scan.burst", "10.0.2.112")}
    assert findings[0].matched[1].value == "80/tcp"


def test_long_connection() -> None:
    findings = told(from_argus(content("test2-malicious.binetflow")))
    assert said(findings) == {("long_connection", "long_connection", "10.8.0.69")}


def test_horizontal_scan_of_port_3389() -> None:
    findings = told(from_argus(content("test3-mixed.binetflow")))
    assert ("port_scan", "port_scan.horizontal", "46.166.151.160") in said(findings)
    assert {finding.matched[1].value for finding in findings} == {"3389/tcp"}


def test_vertical_scans() -> None:
    findings = told(content("test6-malicious.suricata.json").encode().splitlines())
    assert ("port_scan", "port_scan.vertical", "193.46.255.92") in said(findings)
    assert {finding.dst_ip for finding in findings} == {"192.168.1.129"}


def test_malicious_ja3_and_arp() -> None:
    lines = content("test9-mixed-zeek-dir/ssl.log") + content("test9-mixed-zeek-dir/arp.log")
    findings = told(lines.encode().splitlines())
    assert said(findings) == {
        ("ja3", "ja3", "10.0.2.15"),
        ("arp", "arp.unsolicited", "192.168.1.15"),
        ("arp", "arp.foreign_address", "192.168.1.15"),
    }
    (print_,) = [finding for finding in findings if finding.detector == "ja3"]
    assert (print_.dst_ip, print_.matched[0].value) == ("123.33.22.11", "e7d705a3286e19ea42f587b344ee6865")


def test_txt_answer_with_high_entropy() -> None:
    findings = told(from_tsv(content("test10-mixed-zeek-dir/dns.log")))
    assert said(findings) == {("dns_tunnel", "dns_tunnel.text", "147.32.83.181")}
