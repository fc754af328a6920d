from typing import Any

import numpy as np
import pytest

from netsentinel.detection.models.flows import FLOWS, TECHNIQUES, FlowFeatures, is_flow
from netsentinel.detection.models.table import Kind, Table
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from tests.unit.detection.build_events import START, attempt, zeek
from tests.unit.detection.models.deployed import by_time, scan, usual

ZEEK = {
    "_path": "conn", "ts": START, "uid": "C1", "id.orig_h": "10.0.0.5", "id.orig_p": 50000, "id.resp_h": "198.51.100.7",
    "id.resp_p": 443, "proto": "tcp", "service": "ssl", "duration": 2.5, "orig_bytes": 1200, "resp_bytes": 4800,
    "orig_pkts": 10, "resp_pkts": 12, "conn_state": "SF",
}  # fmt: skip
SURICATA = {
    "timestamp": "2026-05-28T20:26:42.500000+0000", "event_type": "flow", "src_ip": "10.0.0.5", "src_port": 50000,
    "dest_ip": "198.51.100.7", "dest_port": 443, "proto": "TCP", "app_proto": "tls",
    "flow": {"bytes_toserver": 1200, "bytes_toclient": 4800, "pkts_toserver": 10, "pkts_toclient": 12,
             "start": "2026-05-28T20:26:40.000000+0000", "end": "2026-05-28T20:26:42.500000+0000", "state": "closed"},
    "tcp": {"state": "closed"},
}  # fmt: skip
ARGUS = {
    "StartTime": "2026/05/28 20:26:40.000000", "Dur": "2.5", "Proto": "tcp", "SrcAddr": "10.0.0.5", "Sport": "50000",
    "DstAddr": "198.51.100.7", "Dport": "443", "State": "FSPA_FSPA", "TotPkts": "22", "SrcPkts": "10",
    "TotBytes": "6000", "SrcBytes": "1200",
}  # fmt: skip
NFDUMP = {
    "ts": "2026-05-28 20:26:40", "td": "2.5", "pr": "TCP", "sa": "10.0.0.5", "sp": "50000", "da": "198.51.100.7",
    "dp": "443", "ipkt": "10", "ibyt": "1200", "opkt": "12", "obyt": "4800",
}  # fmt: skip


def event_of(record: dict[str, Any]) -> Event:
    format_ = next(one for one in FORMATS.values() if one.recognises(record))
    return format_.parse(record, b"", DEFAULT_TENANT, "s")


def cell(table: Table, name: str, row: int = -1) -> float | str:
    if name in table.schema.numbers:
        return float(table.numbers[row, table.schema.numbers.index(name)])
    column = table.categories[table.schema.categories.index(name)]
    code = int(column.codes[row])
    return column.values[code] if code >= 0 else ""


@pytest.mark.parametrize("record", [ZEEK, SURICATA, ARGUS, NFDUMP], ids=["zeek", "suricata", "argus", "nfdump"])
def test_every_source_of_flows_gives_the_same_features(record: dict[str, Any]) -> None:
    row = FlowFeatures().rows([event_of(record)])
    reference = FlowFeatures().rows([event_of(ZEEK)])
    for name in (*FLOWS.numbers, *FLOWS.categories):
        if name == "service" and record in (ARGUS, NFDUMP):
            assert cell(row, name) == "", "they do not say it"
        else:
            assert cell(row, name) == pytest.approx(cell(reference, name), nan_ok=True), name


def test_what_a_flow_says_itself() -> None:
    row = FlowFeatures().rows([event_of(ZEEK)])
    said = {name: cell(row, name) for name in (*FLOWS.numbers, *FLOWS.categories)}
    gap = said.pop("gap")
    assert isinstance(gap, float)
    assert np.isnan(gap)
    assert said == {
        "duration": 2.5, "bytes_out": 1200, "bytes_in": 4800, "packets_out": 10, "packets_in": 12, "mean_out": 120,
        "mean_in": 400, "share_out": 0.2, "source_flows": 1, "source_hosts": 1, "source_ports": 1, "source_failed": 0,
        "target_flows": 1, "target_sources": 1, "protocol": "tcp", "service": "tls", "port": "443",
        "outcome": "answered", "direction": "inside to outside",
    }  # fmt: skip


def test_a_flow_without_bytes_states_no_means() -> None:
    row = FlowFeatures().rows([attempt(0, "10.0.0.5", 22)])
    assert np.isnan([cell(row, name) for name in ("mean_out", "mean_in", "share_out")]).all()
    assert (cell(row, "outcome"), cell(row, "direction")) == ("failed", "outside to inside")


def test_windows_count_what_the_source_did() -> None:
    rows = FlowFeatures().rows(scan(30))
    assert [cell(rows, name) for name in ("source_flows", "source_hosts", "source_ports", "source_failed")] == [
        30, 1, 30, 1,
    ]  # fmt: skip
    many = FlowFeatures().rows([attempt(0, "10.0.0.9", 22, id__orig_h=f"198.51.100.{n}") for n in range(9)])
    assert (cell(many, "target_flows"), cell(many, "target_sources")) == (9, 9)


def test_the_span_before_fades() -> None:
    first = 60 - START % 60  # where a span begins
    features = FlowFeatures()
    features.rows([attempt(first + n, f"10.0.1.{n}", 22) for n in range(40)])
    (half,) = [features.rows([attempt(first + 90, "10.0.2.1", 22)])]
    assert cell(half, "source_flows") == pytest.approx(1 + 40 / 2)
    assert cell(half, "source_hosts") == pytest.approx(40 / 2)
    later = features.rows([attempt(first + 200, "10.0.2.1", 22)])
    assert cell(later, "source_flows") == 1


def test_latecomers_count_now_and_a_clock_that_goes_back_starts_again() -> None:
    features = FlowFeatures()
    features.rows([attempt(n, "10.0.1.1", 22) for n in range(320, 350)])
    assert cell(features.rows([attempt(200, "10.0.1.1", 22)]), "source_flows") == 31
    assert cell(features.rows([attempt(-3_600, "10.0.1.1", 22)]), "source_flows") == 1


def test_the_gap_is_since_the_same_call() -> None:
    features = FlowFeatures()
    features.rows([attempt(0, "10.0.0.5", 443)])
    assert cell(features.rows([attempt(7, "10.0.0.5", 443)]), "gap") == 7
    assert np.isnan(cell(features.rows([attempt(8, "10.0.0.5", 80)]), "gap"))


def test_tenants_share_nothing() -> None:
    features = FlowFeatures()
    features.rows(scan(50))
    other = features.rows(scan(1, start=5, tenant=TenantId("other")))
    assert (cell(other, "source_flows"), cell(other, "target_flows")) == (1, 1)


@pytest.mark.parametrize("cut", [0, 1, 77, 200])
def test_where_batches_end_makes_no_difference_and_state_is_exact(cut: int) -> None:
    events = by_time(usual(120), scan(80, start=30))
    whole = FlowFeatures()
    expected = whole.rows(events)
    first, second = FlowFeatures(), FlowFeatures()
    before = first.rows(events[:cut])
    second.load(first.save())
    after = second.rows(events[cut:])
    assert np.array_equal(np.concatenate([before.numbers, after.numbers]), expected.numbers, equal_nan=True)
    assert second.save() == whole.save()


def test_what_is_remembered_is_bounded() -> None:
    features = FlowFeatures(keys=10)
    many = [attempt(n, f"10.0.{n % 200}.{n // 200}", n, id__orig_h=f"198.51.100.{n % 250}") for n in range(900)]
    features.rows(many)
    size = len(features.save())
    features.rows(many)
    assert len(features.save()) == pytest.approx(size, rel=0.5)
    assert size < 10_000


def test_numbers_that_no_state_could_hold_are_cut() -> None:
    features = FlowFeatures()
    row = features.rows([attempt(0, "10.0.0.5", 10**30, orig_bytes=10**400)])
    assert (cell(row, "bytes_out"), cell(row, "port")) == (2.0**62, "dynamic")
    other = FlowFeatures()
    other.load(features.save())
    assert other.save() == features.save()


def test_only_flows_with_both_ends_are_flows() -> None:
    assert is_flow(attempt(0, "10.0.0.5", 22))
    assert not is_flow(zeek("dns", 0))
    assert not is_flow(attempt(0, "", 22))


def test_no_flows_are_no_rows() -> None:
    assert len(FlowFeatures().rows([])) == 0


def test_every_feature_says_what_it_is() -> None:
    assert all(one.says and one.source for one in FLOWS.features)
    assert all(one.window for one in FLOWS.features if one.name.startswith(("source_", "target_")))
    assert TECHNIQUES.keys() <= {one.name for one in FLOWS.features if one.kind is Kind.NUMBER}
