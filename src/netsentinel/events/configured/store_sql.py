"""Configurations of sources in SQL, the same on SQLite and PostgreSQL."""

from typing import Any, Final

import msgspec

from netsentinel.events.configured.model import SourceConfig
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Row, Tx
from netsentinel.storage.texts import as_json

_SELECT: Final = (
    "SELECT tenant, name, kind, format, enabled, options, created_at, created_by, changed_at FROM source_configs"
)


class SqlSourceConfigs:
    """Configurations in the table `source_configs`."""

    def add(self, tx: Tx, config: SourceConfig) -> bool:
        """Insert a configuration; False when the tenant has one of that name."""
        return bool(
            tx.run(
                "INSERT INTO source_configs (tenant, name, kind, format, enabled, options, created_at, created_by,"
                " changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, name) DO NOTHING",
                (
                    config.tenant,
                    config.name,
                    config.kind,
                    config.format,
                    int(config.enabled),
                    as_json(config.options),
                    config.created_at,
                    config.created_by,
                    config.changed_at,
                ),
            )
        )

    def change(self, tx: Tx, config: SourceConfig) -> bool:
        """Replace all but who made it and when; False when there is none of that name."""
        return bool(
            tx.run(
                "UPDATE source_configs SET kind = ?, format = ?, enabled = ?, options = ?, changed_at = ?"
                " WHERE tenant = ? AND name = ?",
                (
                    config.kind,
                    config.format,
                    int(config.enabled),
                    as_json(config.options),
                    config.changed_at,
                    config.tenant,
                    config.name,
                ),
            )
        )

    def remove(self, tx: Tx, tenant: TenantId, name: str) -> bool:
        """Forget a configuration; False when there is none of that name."""
        return bool(tx.run("DELETE FROM source_configs WHERE tenant = ? AND name = ?", (tenant, name)))

    def find(self, tx: ReadTx, tenant: TenantId, name: str) -> SourceConfig | None:
        """The configuration of this name."""
        row = tx.row(f"{_SELECT} WHERE tenant = ? AND name = ?", (tenant, name))
        return None if row is None else _config(row)

    def all(self, tx: ReadTx) -> list[SourceConfig]:
        """Every tenant's, by tenant and name: what a server runs."""
        # Sorted here, because databases order text by their own collation.
        return sorted(map(_config, tx.rows(_SELECT)), key=lambda config: (config.tenant, config.name))


def _config(row: Row) -> SourceConfig:
    tenant, name, kind, format_, enabled, options, created_at, created_by, changed_at = row
    decoded = msgspec.json.decode(options, type=dict[str, Any])
    return SourceConfig(
        TenantId(tenant), name, kind, format_, bool(enabled), decoded, created_at, created_by, changed_at
    )
