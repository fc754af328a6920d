import numpy as np

from netsentinel.cli.model_office import SCANNER, events_of, office, table, windows
from netsentinel.detection.models.flows import is_flow


def test_an_office_is_flows_among_which_somebody_scans() -> None:
    lines = office(960, 20, 1)
    assert lines == office(960, 20, 1)
    events = events_of(lines)
    assert all(map(is_flow, events))
    scanned = [event for event in events if event.src_ip == SCANNER]
    assert len(scanned) == 60
    assert {event.action for event in scanned} == {"failure"}


def test_tables_are_as_wide_as_they_say_and_hold_what_can_be_learnt() -> None:
    rows, labels = table(500, 2)
    assert (len(rows), len(rows.schema.features)) == (500, 41)
    assert 0.3 < labels.bad.mean() < 0.7
    seen = windows(1_000, 50, 3)
    assert len(np.unique(seen.categories[1].codes)) == 50
    assert set(seen.categories[0].values) == {"address", "service", "user"}
