"""The list of the lake's files in SQL, the same on SQLite and PostgreSQL."""

from collections.abc import Sequence

import msgspec

from netsentinel.events.lake.model import Extent, LakeFile
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx

_COLUMNS = "path, tenant, day, class_uid, events, size, min_time, max_time, stored_at"
_ALL_COLUMNS = f"{_COLUMNS}, digest"
_NO_END = 2**63 - 1


class SqlLakeFiles:
    """The list of files that count."""

    def add(self, tx: Tx, files: Sequence[LakeFile]) -> None:
        """Record new files."""
        tx.many(
            f"INSERT INTO lake_files ({_ALL_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - only column names
            [msgspec.structs.astuple(file) for file in files],
        )

    def remove(self, tx: Tx, paths: Sequence[str]) -> int:
        """Strike files off; how many there were."""
        return sum(tx.run("DELETE FROM lake_files WHERE path = ?", (path,)) for path in paths)

    def covering(self, tx: ReadTx, tenant: TenantId, since: Micros, until: Micros) -> list[LakeFile]:
        """Files of a tenant that may hold events of a time range (`until` 0 for no end), newest first."""
        return _since(tx, "max_time", tenant, since, until)

    def arrived(self, tx: ReadTx, tenant: TenantId, since: Micros, older_than: Micros) -> list[LakeFile]:
        """Files that were stored since then and may hold events older than a time (0 for any), last stored first."""
        return _since(tx, "stored_at", tenant, since, older_than)

    def extent(self, tx: ReadTx, tenant: TenantId) -> Extent | None:
        """The times of a tenant's oldest and newest event; None without files."""
        row = tx.row("SELECT MIN(min_time), MAX(max_time) FROM lake_files WHERE tenant = ?", (tenant,))
        return None if row is None or row[0] is None else Extent(row[0], row[1])

    def all(self, tx: ReadTx) -> list[LakeFile]:
        """Every file of every tenant, with its digest."""
        return [_file(row) for row in tx.rows(f"SELECT {_ALL_COLUMNS} FROM lake_files ORDER BY path")]  # noqa: S608 - only column names


def _since(tx: ReadTx, clock: str, tenant: TenantId, since: Micros, until: Micros) -> list[LakeFile]:
    """Files by a column of theirs from a time on, the last first, which may hold events before another (0 for any)."""
    sql = (
        f"SELECT {_COLUMNS} FROM lake_files WHERE tenant = ? AND {clock} >= ? AND min_time < ? "  # noqa: S608 - only names of columns
        f"ORDER BY {clock} DESC, path DESC"
    )
    return [_file(row) for row in tx.rows(sql, (tenant, since, until or _NO_END))]


def _file(row: Sequence[object]) -> LakeFile:
    return msgspec.convert(dict(zip(_ALL_COLUMNS.split(", "), row, strict=False)), LakeFile)
