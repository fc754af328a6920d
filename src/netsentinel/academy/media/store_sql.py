"""Media in SQL."""

from typing import Final

from netsentinel.academy.media.model import Medium, MediumState
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Row, Tx

_COLUMNS: Final = (
    "id, tenant, name, title, size, sha256, state, detail, words, chunks, concepts, prerequisites, created_by,"
    " created_at, updated_at, version"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM media WHERE tenant = ?"  # noqa: S608 - constants only
_INSERT: Final = f"INSERT INTO media ({_COLUMNS}) VALUES ({', '.join('?' * 16)}) ON CONFLICT DO NOTHING"  # noqa: S608 - constants only
_UPDATE: Final = (
    "UPDATE media SET title = ?, size = ?, sha256 = ?, state = ?, detail = ?, words = ?, chunks = ?, concepts = ?,"
    " prerequisites = ?, updated_at = ?, version = ? WHERE tenant = ? AND id = ? AND version = ?"
)


def _medium(row: Row) -> Medium:
    return Medium(
        id=row[0],
        tenant=TenantId(row[1]),
        name=row[2],
        title=row[3],
        size=row[4],
        sha256=row[5],
        state=MediumState(row[6]),
        detail=row[7],
        words=row[8],
        chunks=row[9],
        concepts=row[10],
        prerequisites=row[11],
        created_by=row[12],
        created_at=row[13],
        updated_at=row[14],
        version=row[15],
    )


class SqlMedia:
    """Media in the table `media`."""

    def insert(self, tx: Tx, medium: Medium) -> bool:
        """Keep a new one; False when the tenant has one of that name."""
        one = medium
        row = (one.id, one.tenant, one.name, one.title, one.size, one.sha256, one.state, one.detail, one.words)
        rest = (one.chunks, one.concepts, one.prerequisites, one.created_by, one.created_at, one.updated_at)
        return tx.run(_INSERT, (*row, *rest, one.version)) == 1

    def save(self, tx: Tx, medium: Medium) -> bool:
        """Replace what is kept of it, if that is the version before; False when it is not."""
        one = medium
        row = (one.title, one.size, one.sha256, one.state, one.detail, one.words, one.chunks, one.concepts)
        rest = (one.prerequisites, one.updated_at, one.version, one.tenant, one.id, one.version - 1)
        return tx.run(_UPDATE, (*row, *rest)) == 1

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

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Medium]:
        """Media by name, beginning after that name."""
        return [
            _medium(row) for row in tx.rows(f"{_SELECT} AND name > ? ORDER BY name LIMIT ?", (tenant, after, limit))
        ]

    def uses(self, tx: ReadTx, tenant: TenantId, sha256: str) -> int:
        """How many of the tenant's media have these bytes."""
        row = tx.row("SELECT COUNT(*) FROM media WHERE tenant = ? AND sha256 = ?", (tenant, sha256))
        return int(row[0]) if row else 0
