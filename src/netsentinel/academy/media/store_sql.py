"""Media and uploads in SQL."""

from collections.abc import Collection
from typing import Final

import msgspec

from netsentinel.academy.media.model import (
    MediaUsage,
    Medium,
    MediumState,
    OpenUploads,
    StageRun,
    Upload,
    UploadPart,
)
from netsentinel.academy.reader.kinds import MediumKind
from netsentinel.academy.reader.model import Facts
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx

_FIXED: Final = ("id", "tenant", "name", "created_by", "created_at")
_CHANGING: Final = (
    "title",
    "size",
    "sha256",
    "state",
    "detail",
    "words",
    "chunks",
    "concepts",
    "prerequisites",
    "updated_at",
    "version",
    "kind",
    "media_type",
    "stages",
    "facts",
    "text_sha256",
    "task_id",
)
_COLUMNS: Final = ", ".join((*_FIXED, *_CHANGING))
_MARKS: Final = ", ".join("?" * (len(_FIXED) + len(_CHANGING)))
_SELECT: Final = f"SELECT {_COLUMNS} FROM media WHERE tenant = ?"  # noqa: S608 - constants only
_INSERT: Final = f"INSERT INTO media ({_COLUMNS}) VALUES ({_MARKS}) ON CONFLICT DO NOTHING"  # noqa: S608 - the same
_UPDATE: Final = (
    f"UPDATE media SET {', '.join(f'{name} = ?' for name in _CHANGING)} WHERE tenant = ? AND id = ? AND version = ?"  # noqa: S608 - the same
)
_stages: Final = msgspec.json.Decoder(tuple[StageRun, ...])
_facts: Final = msgspec.json.Decoder(Facts)


def _medium(row: Row) -> Medium:
    own = dict(zip((*_FIXED, *_CHANGING), row, strict=True))
    own |= {
        "tenant": TenantId(own["tenant"]),
        "state": MediumState(own["state"]),
        "kind": MediumKind(own["kind"]),
        "stages": _stages.decode(own["stages"]),
        "facts": _facts.decode(own["facts"]),
    }
    return Medium(**own)


def _changing(one: Medium) -> tuple[SqlValue, ...]:
    values: dict[str, SqlValue] = {name: getattr(one, name) for name in _CHANGING}
    for name in ("stages", "facts"):
        values[name] = msgspec.json.encode(getattr(one, name)).decode()
    return tuple(values.values())


class SqlMedia:
    """Media in the table `media`."""

    def insert(self, tx: Tx, medium: Medium) -> bool:
        """Keep a new one; False when the tenant has one of that name."""
        fixed = tuple(getattr(medium, name) for name in _FIXED)
        return tx.run(_INSERT, (*fixed, *_changing(medium))) == 1

    def save(self, tx: Tx, medium: Medium, version: int) -> bool:
        """Replace what is kept of it, if its version is this one; False when it is not."""
        return tx.run(_UPDATE, (*_changing(medium), medium.tenant, medium.id, version)) == 1

    def delete(self, tx: Tx, tenant: TenantId, medium_id: str) -> bool:
        """Forget it; False when there was none."""
        return tx.run("DELETE FROM media WHERE tenant = ? AND id = ?", (tenant, medium_id)) == 1

    def get(self, tx: ReadTx, tenant: TenantId, medium_id: str) -> Medium | None:
        """The medium, when it belongs to the tenant."""
        row = tx.row(f"{_SELECT} AND id = ?", (tenant, medium_id))
        return _medium(row) if row else None

    def named(self, tx: ReadTx, tenant: TenantId, name: str) -> Medium | None:
        """The tenant's medium of that name."""
        row = tx.row(f"{_SELECT} AND name = ?", (tenant, name))
        return _medium(row) if row else None

    def by_task(self, tx: ReadTx, tenant: TenantId, task_id: str) -> Medium | None:
        """The tenant's medium that this task reads, or read last."""
        row = tx.row(f"{_SELECT} AND task_id = ?", (tenant, task_id))
        return _medium(row) if row else None

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Medium]:
        """Media by name, beginning after that name."""
        rows = tx.rows(f"{_SELECT} AND name > ? ORDER BY name LIMIT ?", (tenant, after, limit))
        return [_medium(row) for row in rows]

    def beginning(self, tx: ReadTx, tenant: TenantId, start: str, kinds: Collection[MediumKind]) -> list[Medium]:
        """The tenant's media of these kinds whose names begin so, by name; the first hundred."""
        marks = ", ".join("?" * len(kinds))
        sql = f"{_SELECT} AND substr(name, 1, ?) = ? AND kind IN ({marks}) ORDER BY name LIMIT 100"
        return [_medium(row) for row in tx.rows(sql, (tenant, len(start), start, *sorted(kinds)))]


class SqlMediumCounts:
    """Counts over the table `media`."""

    def uses(self, tx: ReadTx, tenant: TenantId, sha256: str) -> int:
        """How many of the tenant's media have these bytes, or this text."""
        sql = "SELECT COUNT(*) FROM media WHERE tenant = ? AND (sha256 = ? OR text_sha256 = ?)"
        row = tx.row(sql, (tenant, sha256, sha256))
        return int(row[0]) if row else 0

    def usage(self, tx: ReadTx, tenant: TenantId) -> MediaUsage:
        """How much the tenant keeps."""
        row = tx.row("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM media WHERE tenant = ?", (tenant,))
        return MediaUsage(int(row[0]), int(row[1])) if row else MediaUsage(0, 0)

    def named_bytes(self, tx: ReadTx, tenant: TenantId) -> set[str]:
        """The hashes of all bytes and texts that the tenant's media have."""
        rows = tx.rows("SELECT sha256, text_sha256 FROM media WHERE tenant = ?", (tenant,))
        return {one for row in rows for one in row if one}


_UPLOAD: Final = "id, tenant, principal, name, length, received, part, metadata, medium, change, created_at, expires_at"
_UPLOADS: Final = f"SELECT {_UPLOAD} FROM media_uploads"  # noqa: S608 - constants only


def _upload(row: Row) -> Upload:
    return Upload(
        id=row[0],
        tenant=TenantId(row[1]),
        principal=row[2],
        name=row[3],
        length=row[4],
        offset=row[5],
        part=UploadPart(row[6]),
        metadata=row[7],
        medium=row[8],
        change=row[9],
        created_at=row[10],
        expires_at=row[11],
    )


class SqlUploads:
    """Uploads in the table `media_uploads`."""

    def insert(self, tx: Tx, upload: Upload) -> None:
        """Keep a new one."""
        one = upload
        who = (one.id, one.tenant, one.principal, one.name, one.length, one.offset, one.part, one.metadata)
        tx.run(
            f"INSERT INTO media_uploads ({_UPLOAD}) VALUES ({', '.join('?' * 12)})",  # noqa: S608 - constants only
            (*who, one.medium, one.change, one.created_at, one.expires_at),
        )

    def save(self, tx: Tx, upload: Upload, offset: int) -> bool:
        """Replace what is kept of it, if so much of it had arrived; False when it is otherwise."""
        sql = (
            "UPDATE media_uploads SET received = ?, medium = ?, change = ?, expires_at = ?"
            " WHERE tenant = ? AND id = ? AND received = ?"
        )
        one = upload
        changed = (one.offset, one.medium, one.change, one.expires_at, one.tenant, one.id, offset)
        return tx.run(sql, changed) == 1

    def get(self, tx: ReadTx, tenant: TenantId, upload_id: str) -> Upload | None:
        """The upload, when it belongs to the tenant."""
        row = tx.row(f"{_UPLOADS} WHERE tenant = ? AND id = ?", (tenant, upload_id))
        return _upload(row) if row else None

    def delete(self, tx: Tx, tenant: TenantId, upload_id: str) -> bool:
        """Forget it; False when there was none."""
        return tx.run("DELETE FROM media_uploads WHERE tenant = ? AND id = ?", (tenant, upload_id)) == 1

    def unfinished(self, tx: ReadTx, tenant: TenantId, limit: int) -> list[Upload]:
        """Those of the tenant that became no medium yet, the newest first."""
        sql = f"{_UPLOADS} WHERE tenant = ? AND medium = '' ORDER BY created_at DESC, id DESC LIMIT ?"
        return [_upload(row) for row in tx.rows(sql, (tenant, limit))]

    def open(self, tx: ReadTx, tenant: TenantId) -> OpenUploads:
        """How much is arriving."""
        sql = "SELECT COUNT(*), COALESCE(SUM(length), 0) FROM media_uploads WHERE tenant = ? AND medium = ''"
        row = tx.row(sql, (tenant,))
        return OpenUploads(int(row[0]), int(row[1])) if row else OpenUploads(0, 0)

    def expired(self, tx: ReadTx, before: Micros, limit: int) -> list[Upload]:
        """Those of any tenant that expire before a time."""
        sql = f"{_UPLOADS} WHERE expires_at < ? ORDER BY expires_at LIMIT ?"
        return [_upload(row) for row in tx.rows(sql, (before, limit))]
