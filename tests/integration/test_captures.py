"""Public captures: every packet accounted for, and the same facts as Suricata's own tests expect of them."""

import io
import json
import re
import zipfile
from collections import Counter
from typing import Any

import pytest

from netsentinel.detection.build import build_pipeline
from netsentinel.detection.pipeline import Origin, Tally
from netsentinel.events.captures import CaptureAccount, capture_records
from netsentinel.events.files import read_records
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.conftest import DATA

pytestmark = pytest.mark.data

FACTS = {
    "dns.rrname": ("dns", "query"),
    "dns.rrtype": ("dns", "qtype_name"),
    "dns.rcode": ("dns", "rcode_name"),
    "http.hostname": ("http", "host"),
    "http.url": ("http", "uri"),
    "http.http_method": ("http", "method"),
    "http.status": ("http", "status_code"),
    "http.http_user_agent": ("http", "user_agent"),
    "tls.sni": ("ssl", "server_name"),
    "ssh.client.software_version": ("ssh", "client"),
}
"""Suricata's fields, and where Zeek keeps them."""

NUMBERS = re.compile(r"\b\d[\d,]*")


def _number(text: str) -> int:
    return int(text.strip(",").replace(",", ""))


def _records(content: bytes) -> list[dict[str, Any]]:
    lines = capture_records(content[:4], io.BytesIO(content[4:]))
    return [json.loads(line) for line in lines if line.startswith(b"{")]


def test_the_facts_that_suricata_expects_are_found() -> None:
    """Every field of these ten that an expectation of an event names must stand in a record of the same capture."""
    compared, missing = 0, []
    lines = (DATA / "pcap" / "suricata_verify_expected.jsonl").read_text(encoding="utf-8").splitlines()
    with zipfile.ZipFile(DATA / "pcap" / "suricata_verify_cases.zip") as archive:
        for case in map(json.loads, lines):
            wanted = [
                (field, str(value).lower())
                for one in case["expected"]
                if one.get("count") != 0
                for field, value in one["match"].items()
                if field in FACTS
            ]
            if not wanted:
                continue
            records = _records(archive.read(f"{case['test']}/{case['pcap']}"))
            for field, value in wanted:
                log, name = FACTS[field]
                found = [str(one.get(name, "")).lower() for one in records if one["_path"] == log]
                compared += 1
                if not any(value in text for text in found):
                    missing.append((case["test"], field, value, found[:3]))
    assert missing == []
    assert compared == 1_108


@pytest.mark.parametrize(
    ("name", "captures", "packets", "rejected"),
    [("suricata_verify_cases.zip", 826, 91_997, 10), ("zeek_traces.zip", 281, 24_040, 0)],
)
def test_every_packet_is_accounted_for(name: str, captures: int, packets: int, rejected: int) -> None:
    """Many of these captures are broken on purpose."""
    said: list[str] = []
    records = Counter(type(line).__name__ for _, line in read_records([DATA / "pcap" / name], on_capture=said.append))
    assert len(said) == captures
    found = Counter[str]()
    for line in said:
        read, used, connections, arps, others, lost = map(_number, NUMBERS.findall(line.partition(".pcap")[2])[-6:])
        assert read == used + arps + others + lost
        found += Counter(packets=read, rejected=lost, connections=connections)
    assert (found["packets"], found["rejected"]) == (packets, rejected)
    assert records["Unreadable"] == rejected


def test_a_worm_in_a_capture_is_found() -> None:
    """test7 of the Slips project: a machine that tries one port everywhere."""
    pipeline = build_pipeline([], with_statistics=True).pipeline
    tally = Tally()
    with zipfile.ZipFile(DATA / "slips" / "slips_dataset.zip") as archive:
        content = archive.read("test7-malicious.pcap")
    accounts: list[CaptureAccount] = []
    lines = list(capture_records(content[:4], io.BytesIO(content[4:]), on_end=accounts.append))
    pipeline.examine(lines, Origin(DEFAULT_TENANT, "test7"), tally)
    assert (accounts[0].packets, accounts[0].connections, tally.rejections) == (2_000, 369, 0)
    assert {(one.detector, one.src_ip) for one in tally.findings} == {("port_scan", "192.168.2.16")}
