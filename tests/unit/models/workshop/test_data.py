from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.flows import FLOWS, FlowFeatures
from netsentinel.detection.models.histories import HISTORIES, Histories
from netsentinel.detection.models.windows import WINDOWS, EntityWindows, rows_of
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.models.orders import LabelSource, Rows, RowsOf, Span
from netsentinel.models.workshop.data import event_of, known
from tests.unit.detection.models.deployed import SCANNER, scan, usual
from tests.unit.models.test_gathering import stored
from tests.unit.models.workshop.tables import write_csv


def keep(path: Path, events: list[Event]) -> Rows:
    """The events as the server writes them aside: newest first."""
    lines = [msgspec.json.encode(of_event(event, number)) for number, event in enumerate(events)]
    path.write_bytes(b"\n".join(reversed(lines)) + b"\n")
    return Rows(path=str(path), is_events=True)


def of_event(event: Event, number: int) -> Any:
    names = [name for name in Event.__struct_fields__ if name not in ("native", "raw", "logsource")]
    source = {name: getattr(event.logsource, name) for name in ("product", "category", "service")}
    return stored(number, **{name: getattr(event, name) for name in names}, **source)


def test_stored_flows_give_the_very_rows_that_detection_judges(tmp_path: Path) -> None:
    events = sorted([*usual(100), *scan(50, start=60.0)], key=lambda event: event.time)
    data = known(keep(tmp_path / "events.jsonl", events))
    live = FlowFeatures().rows(events)
    assert data.table.schema.version == FLOWS.version
    assert np.array_equal(data.table.numbers, live.numbers, equal_nan=True)
    for one, other in zip(data.table.categories, live.categories, strict=True):
        assert [one.values[code] for code in one.codes] == [other.values[code] for code in other.codes]
    assert not data.labels.bad.any()
    assert data.sources == {"nobody: benign": 150}
    assert data.hosts is not None
    assert data.times is not None
    assert len(set(data.hosts)) == 11


def test_flows_are_labelled_by_entity_and_time_and_a_person_counts_more(tmp_path: Path) -> None:
    events = [*usual(40), *scan(100, start=100.0)]
    begin = events[40].time
    rows = keep(tmp_path / "events.jsonl", events)
    span = Span(entity=SCANNER, since=begin, until=begin + SECOND, bad=True, source=LabelSource.RULE, kind="scan")
    bad = known(msgspec.structs.replace(rows, spans=(span,)))
    assert int(bad.labels.bad.sum()) == 100
    assert set(bad.labels.kinds[bad.labels.bad]) == {1}
    judged = msgspec.structs.replace(span, bad=False, source=LabelSource.VERDICT)
    fine = known(msgspec.structs.replace(rows, spans=(span, judged)))
    assert (int(fine.labels.bad.sum()), fine.sources["verdict: benign"]) == (0, 100)
    early = msgspec.structs.replace(span, since=begin - 10 * MINUTE, until=begin - 5 * MINUTE)
    assert not known(msgspec.structs.replace(rows, spans=(early,))).labels.bad.any()


def test_a_fingerprint_is_of_the_rows_and_not_of_the_file(tmp_path: Path) -> None:
    one = known(Rows(path=str(write_csv(tmp_path / "one.csv", 200)))).fingerprint()
    assert one == known(Rows(path=str(write_csv(tmp_path / "two.csv", 200)))).fingerprint()
    assert one != known(Rows(path=str(write_csv(tmp_path / "three.csv", 200, seed=1)))).fingerprint()


def test_columns_of_a_table_say_time_and_host(tmp_path: Path) -> None:
    path = str(write_csv(tmp_path / "rows.csv", 200))
    data = known(Rows(path=path, time_column="at", host_column="host"))
    assert data.times is not None
    assert data.hosts is not None
    assert (data.times[0], data.times[-1]) == (0, 199)
    assert data.hosts[0].startswith("10.0.0.")
    assert "at" not in data.table.schema.numbers
    with pytest.raises(TrainingDataError):
        known(Rows(path=path, time_column='no"such'))


def test_windows_of_entities_are_the_rows_that_detection_judges_and_are_labelled_by_whom_they_are_about(
    tmp_path: Path,
) -> None:
    events = sorted([*usual(900), *scan(100, start=600.0)], key=lambda event: event.time)
    begin = next(event.time for event in events if event.src_ip == SCANNER)
    span = Span(entity=SCANNER, since=begin, until=begin + SECOND, bad=True, source=LabelSource.RULE, kind="scan")
    rows = msgspec.structs.replace(keep(tmp_path / "events.jsonl", events), rows_of=RowsOf.WINDOWS, spans=(span,))
    data, live = known(rows), EntityWindows().take(events)
    assert data.table.schema.version == WINDOWS.version
    assert np.array_equal(data.table.numbers, rows_of(live).numbers)
    bad = [(one.segment, one.entity) for one, flag in zip(live, data.labels.bad, strict=True) if flag]
    assert bad == [("address", SCANNER)]
    assert data.times is not None
    assert min(data.times) // MINUTE % 5 == 0
    histories = known(msgspec.structs.replace(rows, rows_of=RowsOf.HISTORIES))
    assert np.array_equal(histories.table.numbers, Histories().rows(live).numbers)
    assert np.array_equal(histories.labels.bad, data.labels.bad)
    assert known(rows, like=HISTORIES).table.schema.version == HISTORIES.version
    flows = msgspec.structs.replace(rows, rows_of=RowsOf.FLOWS)
    assert known(flows, like=WINDOWS).table.schema.version == WINDOWS.version
    assert known(rows, like=FLOWS).table.schema.version == FLOWS.version


def test_a_stretch_in_which_no_window_is_over_cannot_be_learnt_from(tmp_path: Path) -> None:
    rows = msgspec.structs.replace(keep(tmp_path / "events.jsonl", usual(20)), rows_of=RowsOf.WINDOWS)
    with pytest.raises(TrainingDataError, match="over more than 15 minutes"):
        known(rows)


def test_events_without_flows_cannot_be_learnt_from(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(msgspec.json.encode(stored(1, class_uid=3002)) + b"\n")
    with pytest.raises(TrainingDataError):
        known(Rows(path=str(path), is_events=True))
    assert event_of(stored(1, src_ip="10.0.0.1", product="zeek")).logsource.product == "zeek"
