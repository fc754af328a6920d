import json
from pathlib import Path

import pytest

from netsentinel.detection.errors import ModelSchemaError, TrainingDataError
from netsentinel.detection.models.flow_files import is_log, labels_of, read_flows
from netsentinel.detection.models.flows import FLOWS
from netsentinel.detection.models.read import read
from tests.unit.detection.models.rows import SCHEMA

ZEEK = """#separator \\x09
#set_separator\t,
#empty_field\t(empty)
#unset_field\t-
#path\tconn
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\torig_pkts\tresp_pkts\tlabel
#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tcount\tcount\tstring
1655071198.4\tC1\t10.0.0.5\t50000\t198.51.100.7\t443\ttcp\tssl\t1.5\t900\t4000\tSF\t9\t9\tBenign
1655071199.4\tC2\t203.0.113.9\t50000\t10.0.0.5\t23\ttcp\t-\t-\t-\t-\tS0\t1\t0\tMalicious
"""


def test_a_zeek_log_is_rows_of_flows_with_labels(tmp_path: Path) -> None:
    file = tmp_path / "conn.log.labeled"
    file.write_text(ZEEK)
    data = read(file, "label")
    assert (data.layout, data.table.schema, data.labels.bad.tolist()) == ("flows", FLOWS, [False, True])
    assert data.kinds == ("Benign", "Malicious")


def test_an_argus_log_is_too(tmp_path: Path) -> None:
    file = tmp_path / "flows.binetflow"
    file.write_text(
        "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,TotPkts,TotBytes,SrcBytes,Label\n"
        "2026/05/28 20:26:40.0,2.5,tcp,10.0.0.5,50000,->,198.51.100.7,443,FSPA_FSPA,22,6000,1200,normal\n"
        "2026/05/28 20:26:41.0,0.0,tcp,203.0.113.9,50000,->,10.0.0.5,23,S_RA,2,120,60,botnet\n"
    )
    assert read(file, "Label").labels.bad.tolist() == [False, True]


def test_eve_lines_that_are_no_flows_are_left_out_and_broken_ones_counted(tmp_path: Path) -> None:
    flow = {"timestamp": "2026-01-01T00:00:00Z", "event_type": "flow", "src_ip": "10.0.0.1", "dest_ip": "10.0.0.2"}
    lines = [json.dumps(one) for one in (flow, flow | {"event_type": "dns"}, {"x": 1}, [1], flow)]
    file = tmp_path / "eve.json"
    file.write_text("\n".join([*lines, "{broken"]) + "\n")
    told: list[str] = []
    assert len(read_flows(file, told.append)) == 2
    assert told == ["eve.json: 3 records could not be read."]


def test_a_label_is_found_in_other_letters(tmp_path: Path) -> None:
    file = tmp_path / "eve.json"
    flow = {"timestamp": "2026-01-01T00:00:00Z", "event_type": "flow", "src_ip": "10.0.0.1", "dest_ip": "10.0.0.2"}
    file.write_text(json.dumps(flow | {"Label": "bot"}) + "\n" + json.dumps(flow | {"label": "", "LABEL": "x"}) + "\n")
    flows = read_flows(file)
    assert labels_of(flows[:1], "label") == ["bot"]
    assert labels_of(flows, "LABEL") == ["", "x"]


def test_files_without_flows_or_labels_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "conn.log"
    file.write_text(ZEEK)
    with pytest.raises(TrainingDataError, match="No flow has a value in 'verdict'"):
        labels_of(read_flows(file), "verdict")
    file.write_text('{"timestamp": "2026-01-01T00:00:00Z", "event_type": "dns"}\n')
    with pytest.raises(TrainingDataError, match=r"conn.log holds no flows"):
        read_flows(file)


def test_a_log_does_not_fit_a_table_of_other_columns(tmp_path: Path) -> None:
    file = tmp_path / "conn.log"
    file.write_text(ZEEK)
    with pytest.raises(ModelSchemaError):
        read(file, "label", like=SCHEMA)


def test_logs_are_told_from_tables() -> None:
    assert is_log("#separator \\x09\n")
    assert is_log('{"ts":1}\n')
    assert is_log("StartTime,SrcAddr,DstAddr\n")
    assert not is_log("bytes,label\n")
