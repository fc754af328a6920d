"""Tables from CSV, Parquet and NSL-KDD text files, through DuckDB."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import duckdb
import numpy as np

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.benign import is_benign
from netsentinel.detection.models.flow_files import is_log, labels_of, read_flows
from netsentinel.detection.models.flows import FlowFeatures
from netsentinel.detection.models.layouts import (
    NSL_KDD_TEXT,
    UNKNOWN,
    Layout,
    is_nsl_kdd_text,
    layout_of,
)
from netsentinel.detection.models.ports import Labels
from netsentinel.detection.models.table import Category, Feature, Flags, Floats, Kind, Schema, Table
from netsentinel.kernel.errors import InvalidInputError, NotFoundError, TooLargeError
from netsentinel.kernel.regular_file import open_regular

MAX_ROWS = 20_000_000
MAX_COLUMNS = 2_000
_MOST_TEXTS = 0.5
"""A column of texts of which more than this share is different names rows, it does not describe them."""
_FEW = 1_000
_PARQUET = (".parquet", ".pq")
_FIRST_LINE = 64 * 1024
_TEXTS = ("VARCHAR", "ENUM", "UUID")
_NOT_READ = ("DATE", "TIME", "BLOB", "STRUCT", "LIST", "MAP", "INTERVAL", "[]", "UNION")


@dataclass(frozen=True, slots=True)
class Data:
    """Rows with their labels."""

    table: Table
    labels: Labels
    kinds: tuple[str, ...]
    """What the file calls each kind, benign ones included."""
    left_out: tuple[str, ...]
    """Columns that are no features: labels, names of rows, times."""
    layout: str


@dataclass(frozen=True, slots=True)
class _File:
    columns: Mapping[str, str]
    """Name -> DuckDB's type."""
    values: Mapping[str, Any]
    rows: int
    layout: Layout


def read(
    path: Path, label: str, *, benign: tuple[str, ...] = (), drop: tuple[str, ...] = (), like: Schema | None = None
) -> Data:
    """The rows of a file.

    Args:
        path: a `.parquet` file, text with commas, or a log of flows (Zeek, Suricata, Argus), also packed with gzip or
            zstd. A log gives the features of `flows.FLOWS`.
        label: the column that says what a row is. NSL-KDD's text files call it `class`; `label` is understood too.
        benign: labels of benign rows, as `is_benign` takes them.
        drop: columns that are no features.
        like: the columns of an earlier file; without it, whatever describes the rows.

    Raises:
        NotFoundError: there is no such file.
        InvalidInputError: it cannot be read.
        TrainingDataError: it has no such label or no features.
    """
    if path.is_file() and not path.name.endswith(_PARQUET) and is_log(_first_line(path)):
        return _from_log(path, label, benign, like)
    file = _read_file(path)
    told = _label_column(file, label)
    bad, kinds, names = _labels(file.values[told], benign)
    if like is None:
        features, left_out = _features(file, told, drop)
    else:
        features, left_out = like.features, ()
        lacking = [one.name for one in features if one.name not in file.columns]
        if lacking:
            raise TrainingDataError(f"{path.name} lacks the columns {', '.join(lacking[:8])}.", columns=lacking)
    schema = Schema(tuple(features))
    numbers = [_numbers(file, one.name) for one in features if one.kind is Kind.NUMBER]
    categories = [Category.of(_texts(file.values[one.name])) for one in features if one.kind is Kind.CATEGORY]
    matrix = np.stack(numbers, axis=1) if numbers else np.zeros((file.rows, 0))
    table = Table(schema, matrix, tuple(categories))
    return Data(table, Labels(bad, kinds), names, tuple(left_out), file.layout.name)


def _from_log(path: Path, label: str, benign: tuple[str, ...], like: Schema | None) -> Data:
    flows = read_flows(path)
    bad, kinds, names = _labels(np.array(labels_of(flows, label), dtype=np.object_), benign)
    table = FlowFeatures().rows(flows)
    if like is not None:
        table.must_fit(like)
    return Data(table, Labels(bad, kinds), names, (), "flows")


def _read_file(path: Path) -> _File:
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    with duckdb.connect(":memory:") as database:
        database.execute("SET threads = 1")
        try:
            relation = _relation(database, path)
            columns = dict(zip(relation.columns, (str(one) for one in relation.types), strict=True))
            if len(columns) > MAX_COLUMNS:
                raise TooLargeError(
                    f"{path.name} has {len(columns)} columns; {MAX_COLUMNS} can be read.", limit=MAX_COLUMNS
                )
            values = relation.limit(MAX_ROWS + 1).fetchnumpy()
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise InvalidInputError(f"{path.name} cannot be read as a table: {first}") from error
    rows = len(next(iter(values.values()))) if values else 0
    if rows > MAX_ROWS:
        raise TooLargeError(f"{path.name} has more than {MAX_ROWS:,} rows.", limit=MAX_ROWS)
    return _File(columns, values, rows, layout_of(list(columns)))


def _relation(database: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    name = str(path)
    if path.name.endswith(_PARQUET):
        return database.from_parquet(name)
    if is_nsl_kdd_text(_first_line(path)):
        width = _first_line(path).count(",") + 1
        texts = {"protocol_type", "service", "flag", "class"}
        types = {column: "VARCHAR" if column in texts else "DOUBLE" for column in NSL_KDD_TEXT[:width]}
        return database.read_csv(name, header=False, columns=types, sep=",")
    return database.read_csv(name, header=True, sample_size=100_000)


def _first_line(path: Path) -> str:
    try:
        with open_regular(path) as opened, gzip.open(opened) if path.suffix == ".gz" else opened as file:
            return file.readline(_FIRST_LINE).decode("utf-8", "replace")
    except (OSError, EOFError) as error:
        raise InvalidInputError(f"{path.name} cannot be read: {error}") from error


def _label_column(file: _File, label: str) -> str:
    if label in file.columns:
        return label
    if label == "label" and file.layout is not UNKNOWN and "class" in file.columns:
        return "class"
    raise TrainingDataError(f"There is no column {label!r}; there are {', '.join(list(file.columns)[:60])}.")


def _labels(
    values: Any, benign: tuple[str, ...]
) -> "tuple[Flags, np.ndarray[Any, np.dtype[np.int64]], tuple[str, ...]]":
    column = Category.of(_texts(values))
    if (column.codes < 0).any():
        raise TrainingDataError(f"{int((column.codes < 0).sum())} rows have no label.")
    good = [is_benign(value, benign) for value in column.values]
    if not any(good):
        wanted = " or ".join(map(repr, benign)) or "one that is known to mean benign; name it with --benign"
        raise TrainingDataError(f"No row has the label {wanted}. There are {', '.join(column.values[:20])}.")
    bad = ~np.asarray(good, dtype=np.bool_)[column.codes]
    return bad, np.where(bad, column.codes + 1, 0), column.values


def _features(file: _File, label: str, drop: tuple[str, ...]) -> tuple[tuple[Feature, ...], list[str]]:
    found: list[Feature] = []
    left_out: list[str] = []
    known = {one.lower() for one in file.layout.left_out}
    for name, type_ in file.columns.items():
        if name == label or name in drop or name.lower() in known or any(one in type_.upper() for one in _NOT_READ):
            left_out.append(name)
            continue
        if type_.upper().startswith(_TEXTS):
            texts = _texts(file.values[name])
            different = len(set(texts))
            if different > _FEW and different > _MOST_TEXTS * len(texts):
                left_out.append(name)
                continue
            found.append(file.layout.feature(name, Kind.CATEGORY))
        else:
            found.append(file.layout.feature(name, Kind.NUMBER))
    if not found:
        raise TrainingDataError("No column is a feature.")
    return Schema.of(found).features, left_out


def _texts(values: Any) -> list[str]:
    """Texts of a column; what is not stated is empty."""
    plain: list[Any] = np.ma.getdata(values).tolist()
    mask = cast("list[bool]", np.ma.getmaskarray(values).tolist())
    return ["" if hidden or value is None else str(value) for value, hidden in zip(plain, mask, strict=True)]


def _numbers(file: _File, name: str) -> Floats:
    try:
        values = np.ma.asarray(file.values[name], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TrainingDataError(f"{name} was a number in the rows trained on, and is none here.") from error
    return np.asarray(values.filled(np.nan), dtype=np.float64)
