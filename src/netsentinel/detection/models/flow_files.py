"""Log files of flows as rows of features: Zeek's conn.log, EVE, Argus and nfdump, with labels where they have some."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.flows import is_flow
from netsentinel.events.files import read_records
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.events.ports import Format
from netsentinel.kernel.types import DEFAULT_TENANT

MAX_FLOWS = 5_000_000

_decode = msgspec.json.Decoder[Any]().decode


def is_log(first_line: str) -> bool:
    """Whether a file that begins so is a log of Zeek, Suricata or Argus, and not a table of features."""
    names = first_line.rstrip("\r\n").split(",")
    return first_line.startswith(("#separator", "{")) or {"SrcAddr", "DstAddr"} <= {*names}


def read_flows(path: Path, warn: Callable[[str], None] = lambda _: None) -> list[Event]:
    """The flows of a file, a folder or an archive, in the order in which it has them.

    Args:
        path: where they are.
        warn: told what was left out.

    Raises:
        NotFoundError: there is no such file.
        TrainingDataError: it holds no flow.
    """
    flows = [event for event in _events(path, warn) if is_flow(event)]
    if not flows:
        raise TrainingDataError(f"{path.name} holds no flows.")
    return flows


def labels_of(flows: list[Event], label: str) -> list[str]:
    """What a column of the log says of each flow; what came without a word is empty.

    Args:
        flows: of the log.
        label: name of the column, in the log's letters or in others of either case (Argus writes `Label`).

    Raises:
        TrainingDataError: no flow has such a column.
    """
    names = dict.fromkeys(name for flow in flows for name in flow.native)
    column = label if label in names else next((name for name in names if name.lower() == label.lower()), label)
    said = [str(flow.native.get(column) or "") for flow in flows]
    if not any(said):
        raise TrainingDataError(
            f"No flow has a value in {label!r}; name the column that says what is bad with --label."
        )
    return said


def _events(path: Path, warn: Callable[[str], None]) -> Iterator[Event]:
    left_out = 0
    usual: Format | None = None
    for number, (_, line) in enumerate(read_records([path], on_cut=warn, on_skip=warn, on_capture=warn)):
        if number >= MAX_FLOWS:
            warn(f"{path.name}: only the first {MAX_FLOWS:,} records are read.")
            break
        try:
            record = _decode(line)
            if usual is None or not usual.recognises(record):
                usual = next(one for one in FORMATS.values() if one.recognises(record))
            yield usual.parse(record, line, DEFAULT_TENANT, path.name)
        except (StopIteration, ValueError, AttributeError, TypeError):
            left_out += 1
    if left_out:
        warn(f"{path.name}: {left_out:,} records could not be read.")
