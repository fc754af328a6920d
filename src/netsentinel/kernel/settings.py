"""Every setting, declared once with its type, default and meaning.

A setting comes from the environment (`NETSENTINEL_<NAME>`) or from `.env` in the working directory; the command line
overrides both. `.env.template` and `docs/reference/settings.md` are generated from this file.
"""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from netsentinel.kernel.data_folder import DATABASE_FILE
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId, Tier

_HIGHEST_PORT = 65_535
_SHORTEST_KEY = 32


class Settings(BaseSettings):
    """The settings of one server. Every figure has its unit in its name or description."""

    model_config = SettingsConfigDict(
        env_prefix="NETSENTINEL_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    data_dir: Path = Field(Path("data"), description="Folder for the database, keys and everything that must be kept.")
    database_url: str = Field(
        "", description="Empty for SQLite in the data folder, or `postgresql://user:password@host/name`."
    )
    neo4j_url: str = Field(
        "", description="A Neo4j that the knowledge graph is copied to, `bolt://host:7687`; empty for none."
    )
    neo4j_user: str = Field("", description="Who to be there; empty where it asks for nobody.")
    neo4j_password: SecretStr = Field(SecretStr(""), description="That user's password.")
    host: str = Field(
        "127.0.0.1", description="Address to listen on. Anything but loopback needs `public_url` on https."
    )
    port: int = Field(8740, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    public_url: str = Field(
        "",
        description="How browsers reach the server, for example `https://soc.example.org`; empty for plain loopback.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further origins whose pages may call the API with a session, separated by commas."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses of reverse proxies whose X-Forwarded-For is believed, separated by commas."
    )
    rules: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Further folders or files with Sigma rules, separated by commas; the bundled ones always load."
    )
    log_level: str = Field("info", description="`debug`, `info`, `warning` or `error`.")
    log_format: str = Field("json", description="`json` for machines, `console` for people.")

    session_idle_minutes: int = Field(30, ge=1, description="A browser session ends after so long without a request.")
    session_max_hours: int = Field(12, ge=1, description="A browser session ends after so long in any case.")
    login_attempts_per_minute: int = Field(
        10, ge=1, description="Failed logins a minute from one address before it has to wait; half of it per account."
    )
    password_min_length: int = Field(
        15, ge=8, description="Shortest password (NIST SP 800-63B-4: 15 without a second factor)."
    )

    limits_standard_per_minute: int = Field(100, ge=1, description="Requests a minute of a key of the tier standard.")
    limits_standard_per_day: int = Field(10_000, ge=1, description="Requests a day (UTC) of such a key.")
    limits_premium_per_minute: int = Field(1_000, ge=1, description="Requests a minute of a key of the tier premium.")
    limits_premium_per_day: int = Field(1_000_000, ge=1, description="Requests a day (UTC) of such a key.")
    limits_burst_percent: int = Field(
        20, ge=0, le=100, description="How much more one minute may have, out of what earlier minutes left unused."
    )
    limits_intake_per_minute: int = Field(
        6_000, ge=1, description="Batches of events a minute (`POST /api/v2/events`) of a key of any limited tier."
    )
    limits_intake_per_day: int = Field(0, ge=0, description="Batches of events a day (UTC) of such a key; 0 for any.")
    limits_upload_per_minute: int = Field(
        6_000, ge=1, description="Requests a minute to `/api/v2/media/uploads`, of a key or a user."
    )
    limits_upload_per_day: int = Field(0, ge=0, description="Such requests a day (UTC); 0 for any number.")
    limits_session_per_minute: int = Field(1_200, ge=1, description="Requests a minute of a user's browser sessions.")
    limits_session_per_day: int = Field(
        200_000, ge=0, description="Requests a day (UTC) of a user's browser sessions; 0 for any number."
    )
    limits_top_tier: Tier = Field(
        Tier.PREMIUM,
        description="Highest tier that a tenant's administrators may give: `standard`, `premium` or `unlimited`."
        " Whoever has the server's own machine may give any: `netsentinel keys tier`.",
    )
    usage_keep_days: int = Field(90, ge=1, description="Counts of requests are kept so many days.")
    idempotency_keep_hours: int = Field(24, ge=1, description="Answers under an Idempotency-Key are kept so long.")
    idempotency_max_answer_kib: int = Field(
        64, ge=1, description="A longer answer is not kept: repeating such a request answers 409."
    )

    intake_max_body_mib: int = Field(32, ge=1, description="Largest body of one POST of events, as sent.")
    intake_max_unpacked_mib: int = Field(128, ge=1, description="Largest body of one POST of events, unpacked.")
    intake_max_ratio: int = Field(100, ge=2, description="Highest compression ratio that is believed.")
    intake_max_line_kib: int = Field(
        1024, ge=1, description="Longest single event; a longer line is kept cut, as rejected."
    )
    intake_max_backlog: int = Field(
        2_000,
        ge=1,
        description="Batches waiting for detection before POST answers 503 with Retry-After (back-pressure). Tenants "
        "that hold less than their share of them may go on, up to twice as many in all.",
    )

    sources_run: bool = Field(
        True, description="Run the configured sources here; of several servers on one database, one should."
    )
    sources_file: Path | None = Field(
        None, description="TOML file with sources that the operator configures; `sources.toml` in the data folder."
    )
    source_folders: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Folders that sources configured over the API may read, separated by commas; `acme=/srv/acme` is"
        " the tenant acme's. Each tenant has `incoming/<tenant>` in the data folder besides.",
    )
    source_addresses: Annotated[tuple[str, ...], NoDecode] = Field(
        ("127.0.0.1", "::1"),
        description="Addresses that sources configured over the API may listen on, separated by commas.",
    )
    source_ports: Annotated[tuple[str, ...], NoDecode] = Field(
        ("1024-65535",), description="Ports that such sources may listen on, as `514,1024-65535`."
    )
    source_certificate: Path | None = Field(
        None, description="TLS certificate chain (PEM) of listening sources; without it they offer no TLS."
    )
    source_private_key: Path | None = Field(
        None, description="The certificate's private key (PEM), when it is not in the same file."
    )

    alert_window_minutes: int = Field(
        24 * 60,
        ge=1,
        description="Findings of one fingerprint that are this near to each other are one alert, until it is closed.",
    )
    threat_half_life_hours: int = Field(
        6, ge=1, description="A threat's score halves in this time without new findings."
    )

    ws_heartbeat_seconds: int = Field(25, ge=1, description="The WebSocket server's ping interval.")
    ws_max_connections: int = Field(10_000, ge=1, description="Open WebSocket connections at once.")
    ws_max_connections_each: int = Field(
        100, ge=1, description="Open WebSocket connections of one user or key; the tier `unlimited` has no such bound."
    )
    ws_send_buffer_kib: int = Field(
        1024, ge=16, description="Bytes waiting for one slow WebSocket client before it is closed."
    )
    ws_send_buffer_frames: int = Field(
        1_000, ge=10, description="Frames waiting for one slow client before it is closed."
    )

    ws_frames_per_second: int = Field(
        20, ge=1, description="Frames a second of one WebSocket client, in the long run; pings and pongs are free."
    )
    ws_frame_burst: int = Field(100, ge=1, description="Frames of one WebSocket client that may come at once.")

    lake_keep_days: int = Field(90, ge=1, description="Stored events are kept so many days after they arrived.")
    lake_keep_days_of: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Other numbers of days for some tenants, as `tenant=days`, separated by commas."
    )
    lake_memory_mib: int = Field(
        256, ge=128, description="Memory that DuckDB may take in each process that writes, searches or hunts."
    )
    hunt_seconds: int = Field(30, ge=1, le=600, description="A hunt that takes longer is stopped.")

    tasks_concurrency: int = Field(128, ge=1, le=10_000, description="Tasks that run at once on the event loop.")
    tasks_calls: int = Field(
        256,
        ge=2,
        le=10_000,
        description="Tasks that call servers of others at once, such as deliveries to webhooks. A tenant never has more"
        " of these places than it leaves free: half of them where it is alone.",
    )
    tasks_threads: int = Field(8, ge=1, le=1_000, description="Tasks that run at once on threads, for what blocks.")
    tasks_processes: int = Field(2, ge=1, le=256, description="Tasks that run at once in processes of their own.")
    tasks_process_memory_mib: int = Field(
        1_024, ge=64, description="Memory that one of these processes may take; a task that wants more fails."
    )
    tasks_drain_seconds: int = Field(
        10, ge=0, le=600, description="How long tasks may go on when the server stops; the rest goes back to the queue."
    )
    tasks_keep_days: int = Field(14, ge=1, description="Tasks are kept so many days after they ended.")
    dead_letters_keep_days: int = Field(90, ge=1, description="Dead letters are kept so many days.")

    models_second_person: bool = Field(
        False, description="Promoting a model needs two different users: one asks for it, another one agrees."
    )
    models_canary_share: float = Field(
        0.2,
        gt=0,
        le=1,
        description="A canary for a larger share of the entities needs `models:promote`; where two people have to agree"
        " to promotions, it is refused.",
    )
    models_lines: int = Field(10, ge=1, description="In so many lines models of one tenant may judge at a time.")
    models_memory_mib: int = Field(
        2_048, ge=256, description="Memory that the process which trains or measures a model may take."
    )
    models_guard_rows: int = Field(
        1_000, ge=10, description="A deployed model is judged by what it did on at least so many flows."
    )
    models_guard_factor: float = Field(
        10.0,
        gt=1,
        description="A canary that flags so many times the share of flows that it was made for, or is wrong as often by"
        " analysts' verdicts, is rolled back by itself; a champion once, in its first day, to the one before, and"
        " otherwise it raises an alert.",
    )
    models_drift_psi: float = Field(
        0.25, gt=0, description="Population stability index from which scores or a feature count as drifted."
    )
    models_keep_days: int = Field(
        90,
        ge=1,
        description="What models did is kept so many days, by the five minutes; so is the file of a retired model.",
    )
    models_tables_mib: int = Field(
        1_024, ge=1, description="Room for the tables of one tenant that were uploaded to train models on."
    )

    practice_retention: float = Field(
        0.9, ge=0.7, le=0.97, description="A question comes again when it is remembered with this probability only."
    )
    practice_new_per_day: int = Field(
        20, ge=0, le=1_000, description="Questions that one person begins a day (UTC), unless a lesson is practised."
    )
    media_max_mib: int = Field(2_048, ge=1, description="Largest medium; texts have 16 MiB, documents and slides 64.")
    media_quota_mib: int = Field(10_240, ge=1, description="How much a tenant's library keeps and receives in all.")
    media_quota_count: int = Field(10_000, ge=1, description="How many media a tenant's library keeps.")
    media_uploads_at_once: int = Field(32, ge=1, description="Uploads of a tenant that may be under way.")
    media_upload_hours: int = Field(24, ge=1, description="An upload to which nothing is added for so long is deleted.")
    media_readers: int = Field(2, ge=1, le=64, description="Media that are read at once, each in a process of its own.")
    media_reader_mib: int = Field(512, ge=128, description="Memory that the process which reads a medium may take.")
    media_reader_seconds: int = Field(
        60, ge=1, description="Processor time that reading one medium may take; twice as long by the clock."
    )
    media_clamd: str = Field(
        "",
        description="ClamAV's daemon, which looks into every medium before it is read: `unix:/run/clamav/clamd.ctl` or"
        " `tcp:127.0.0.1:3310`; empty for none.",
    )
    media_transcriber: str = Field(
        "", description="The plug-in that understands speech, by its name; empty for the first one that is installed."
    )
    media_transcriber_mib: int = Field(
        4_096, ge=256, description="Memory that the process which hears a recording may take, its model included."
    )
    media_transcriber_minutes: int = Field(
        240, ge=1, description="Processor time that hearing one recording may take, over all cores."
    )

    outbound_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Networks that outbound calls (webhooks) may reach beside the public Internet, in CIDR notation,"
        " separated by commas: `10.20.0.0/16,fd00:1234::/32`.",
    )
    outbound_ports: Annotated[tuple[str, ...], NoDecode] = Field(
        ("80", "443"), description="Ports that outbound calls may use, as `80,443,8000-8999`."
    )
    webhooks_timeout_seconds: int = Field(
        15, ge=1, le=30, description="An endpoint that has not answered a message by then did not take it."
    )
    webhooks_disable_after_hours: int = Field(
        120, ge=1, description="An endpoint of which every attempt failed for so long is disabled."
    )
    webhooks_keep_days: int = Field(30, ge=4, description="Deliveries of webhooks are kept so many days.")
    webhooks_key: SecretStr = Field(
        SecretStr(""),
        description="Key that the secrets of webhooks are derived from, at least 32 characters; empty for a key file in"
        " the data folder.",
    )

    journal_keep_days: int = Field(30, ge=1, description="Journal entries that are not audited are kept so long.")
    journal_keep_entries: int = Field(5_000_000, ge=1_000, description="At most so many journal entries are kept.")
    disk_reserve_mib: int = Field(
        256, ge=0, description="With less free space /readyz turns red, and no more events or media are taken."
    )
    audit_key: SecretStr = Field(
        SecretStr(""), description="Key of the audit chain; empty for a key file that is made in the data folder."
    )

    @field_validator(
        "allowed_origins",
        "trusted_proxies",
        "rules",
        "lake_keep_days_of",
        "source_folders",
        "source_addresses",
        "source_ports",
        "outbound_networks",
        "outbound_ports",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("lake_keep_days_of")
    @classmethod
    def _days_of_tenants(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            tenant, _, days = part.partition("=")
            if not tenant or not days.isdecimal() or int(days) < 1:
                raise ValueError("write tenant=days, for example acme=365")
        return value

    def lake_days(self, tenant: TenantId) -> int:
        """How many days the events of a tenant are kept."""
        stated = dict(part.split("=", 1) for part in self.lake_keep_days_of)
        return int(stated.get(tenant, self.lake_keep_days))

    @field_validator("source_folders")
    @classmethod
    def _absolute_folders(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            tenant, is_stated, folder = part.rpartition("=")
            if not folder.startswith("/") or bool(tenant) != bool(is_stated):
                raise ValueError("write absolute folders, for example /var/log or acme=/srv/acme")
        return value

    @field_validator("outbound_networks")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            ip_network(part)
        return value

    @field_validator("webhooks_key")
    @classmethod
    def _long_key(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < _SHORTEST_KEY:
            raise ValueError(f"write at least {_SHORTEST_KEY} characters, for example from `openssl rand -base64 32`")
        return value

    @field_validator("source_ports", "outbound_ports")
    @classmethod
    def _spans_of_ports(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            first, _, last = part.partition("-")
            if not _is_port(first) or not _is_port(last or first) or int(first) > int(last or first):
                raise ValueError("write ports or spans of them, for example 514,1024-65535")
        return value

    def folders_of_sources(self, tenant: TenantId) -> tuple[Path, ...]:
        """What a tenant's sources may read; the first folder is the tenant's own in the data folder."""
        stated = [part.rpartition("=") for part in self.source_folders]
        mine = (Path(folder) for owner, _, folder in stated if (owner or DEFAULT_TENANT) == tenant)
        return (self.data_dir.absolute() / "incoming" / tenant, *mine)

    @property
    def ports_of_sources(self) -> tuple[range, ...]:
        """What sources may listen on."""
        return _spans(self.source_ports)

    @property
    def ports_of_calls(self) -> tuple[range, ...]:
        """What outbound calls may use."""
        return _spans(self.outbound_ports)

    @property
    def lake_path(self) -> Path:
        """Where the stored events are."""
        return self.data_dir / "lake"

    @property
    def database_path(self) -> Path:
        """Where SQLite keeps its file."""
        return self.data_dir / DATABASE_FILE


def _spans(ports: tuple[str, ...]) -> tuple[range, ...]:
    spans = [part.partition("-") for part in ports]
    return tuple(range(int(first), int(last or first) + 1) for first, _, last in spans)


def _is_port(text: str) -> bool:
    return text.isdecimal() and 1 <= int(text) <= _HIGHEST_PORT
