"""Sources in the server's own file: TOML with one `[[source]]` table for each, read at the start."""

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from netsentinel.events.configured.model import SOURCE_NAME, Origin, SourceConfig
from netsentinel.events.configured.supervisor import kind_of
from netsentinel.events.sources.port import SourceKind, decoded
from netsentinel.kernel.errors import InvalidInputError, SettingsError
from netsentinel.kernel.types import DEFAULT_TENANT, Micros, TenantId

_OWN: Final = frozenset({"name", "kind", "tenant", "format", "enabled"})
"""Keys of every source; the others are its kind's options."""


class _Source(msgspec.Struct, frozen=True):
    name: str
    kind: str
    tenant: str = DEFAULT_TENANT
    format: str = ""
    enabled: bool = True


def read_sources(
    path: Path, now: Micros, kinds: Mapping[str, SourceKind], formats: Collection[str]
) -> tuple[SourceConfig, ...]:
    """The sources of the file; none when there is no file.

    Args:
        path: the file.
        now: the time that counts as that of their configuration.
        kinds: by name.
        formats: the names of the known ones.

    Raises:
        SettingsError: the file cannot be read, is no TOML, or a source lacks something; the sentence says where.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    found: dict[tuple[TenantId, str], SourceConfig] = {}
    unknown = set(tables) - {"source"}
    if unknown or not isinstance(tables.get("source", []), list):
        raise SettingsError(f"{path} holds tables [[source]] and nothing else.")
    for number, table in enumerate(tables.get("source", []), start=1):
        where = f"{path}, source {number}"
        config = _config(where, table, now)
        if not SOURCE_NAME.fullmatch(config.name):
            raise SettingsError(f"{where}: a source's name has letters, digits and . _ : -, at most 64.")
        if config.format and config.format not in formats:
            raise SettingsError(f"{where}: there is no format {config.format!r}.")
        try:
            decoded(kind_of(config.kind, kinds), config.options)
        except InvalidInputError as error:
            raise SettingsError(f"{where}: {error.detail}") from None
        if found.setdefault((config.tenant, config.name), config) is not config:
            raise SettingsError(f"{where}: there are two of the name {config.name}.")
    return tuple(found.values())


def _config(where: str, table: dict[str, Any], now: Micros) -> SourceConfig:
    try:
        own = msgspec.convert({key: value for key, value in table.items() if key in _OWN}, _Source)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{where}: {error}.") from None
    options = {key: value for key, value in table.items() if key not in _OWN}
    return SourceConfig(
        TenantId(own.tenant), own.name, own.kind, own.format, own.enabled, options, now, "file", now, Origin.FILE
    )
