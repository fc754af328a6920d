"""Logs: one line per event, as JSON or for people, with the trace id and without secrets.

Everything goes through here, also what other libraries log. Code logs with a logger of its own part:
`structlog.get_logger("netsentinel.<part>")`.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from netsentinel.kernel.clock import Clock, SystemClock, to_iso
from netsentinel.kernel.errors import SettingsError

REDACTED = "[redacted]"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
FORMATS = ("json", "console")

_SECRET_WORDS = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "ticket",
    "authorization",
    "cookie",
    "credential",
    "api_key",
    "apikey",
    "audit_key",
    "private_key",
)
"""A value is hidden when its name contains one of these, in whatever case."""
_SECRET_TEXTS = (
    (re.compile(r"ns_key_[0-9A-Za-z]+"), f"ns_key_{REDACTED}"),
    (re.compile(r"(?i)\b(bearer|basic) [0-9A-Za-z._~+/=-]{8,}"), rf"\1 {REDACTED}"),
    (re.compile(r"((?:__Host-)?ns_session)=[^;,\s]+"), rf"\1={REDACTED}"),
    (re.compile(r"(#token)=[^\s&]+"), rf"\1={REDACTED}"),
    (re.compile(r"(://[^/\s:@]*):[^/\s@]+@"), rf"\1:{REDACTED}@"),
)
"""What is hidden inside longer texts: API keys, authorisation, session cookies, set-up links, passwords in URLs."""
_MAX_DEPTH = 6
_OWN_HANDLER = "netsentinel"
_QUIET = ("uvicorn.access", "httpx2", "httpcore2", "asyncio")
"""Loggers of libraries whose routine lines say what ours say better; their warnings stay."""


def configure_logging(
    level: str = "info", form: str = "json", *, clock: Clock | None = None, stream: TextIO | None = None
) -> None:
    """Send every log line of this process to one place. Calling it again replaces what was configured.

    Args:
        level: `debug`, `info`, `warning` or `error`.
        form: `json` for machines or `console` for people.
        clock: what stamps the lines; the machine's by default.
        stream: where they go; standard error by default, so that commands keep standard output for data.

    Raises:
        SettingsError: an unknown level or form.
    """
    if level not in LEVELS or form not in FORMATS:
        raise SettingsError(f"log_level is one of {', '.join(LEVELS)}; log_format is one of {', '.join(FORMATS)}.")
    shared = _shared_processors(clock or SystemClock())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Tests and a second configuration replace the processors under loggers that exist already.
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.set_name(_OWN_HANDLER)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(form)],
        )
    )
    root = logging.getLogger()
    for old in [old for old in root.handlers if old.get_name() == _OWN_HANDLER]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(LEVELS[level])
    _route_libraries()


def redact(value: Any, depth: int = 0) -> Any:
    """The value without the secrets in it, also deep inside mappings and sequences."""
    if isinstance(value, str):
        return _redact_text(value)
    if isinstance(value, bytes):
        return _redact_text(value.decode("utf-8", "replace"))
    if depth >= _MAX_DEPTH:
        return "..."
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value)
        return {key: REDACTED if is_secret_name(str(key)) else redact(item, depth + 1) for key, item in items.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item, depth + 1) for item in cast("list[Any]", value)]
    return value


def is_secret_name(name: str) -> bool:
    """Whether what goes by this name is never logged."""
    lowered = name.lower().replace("-", "_")
    return any(word in lowered for word in _SECRET_WORDS)


def _redact_text(text: str) -> str:
    for pattern, replacement in _SECRET_TEXTS:
        text = pattern.sub(replacement, text)
    return text


def _shared_processors(clock: Clock) -> list[Processor]:
    """What our lines and those of libraries go through alike."""

    def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["at"] = to_iso(clock.now())
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        stamp,
        structlog.processors.format_exc_info,
        _without_secrets,
    ]


def _renderers(form: str) -> list[Processor]:
    if form == "json":
        return [structlog.processors.JSONRenderer()]
    return [
        _without_control_characters,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="at"),
    ]


def _without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide secrets, by name and by look."""
    # `_record` and the like are structlog's own.
    return {
        key: value if key.startswith("_") else REDACTED if is_secret_name(key) else redact(value)
        for key, value in event.items()
    }


def _without_control_characters(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep text from outside from driving the terminal or from faking lines."""
    return {key: _printable(value, key) if isinstance(value, str) else value for key, value in event.items()}


def _printable(text: str, key: str) -> str:
    allowed = "\n\t" if key in {"exception", "stack"} else ""
    return "".join(
        character if character.isprintable() or character in allowed else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def _route_libraries() -> None:
    """Let the libraries' loggers end in our handler, and calm those that repeat what we say."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
