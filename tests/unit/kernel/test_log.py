"""Logs: one line per event, in one place, without secrets."""

import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.kernel.clock import to_iso
from netsentinel.kernel.errors import SettingsError
from netsentinel.kernel.log import REDACTED, configure_logging, is_secret_name, redact
from netsentinel.kernel.testing import FakeClock

Lines = Callable[[], list[dict[str, Any]]]
KEY = "ns_key_0123456789abcdefghijklmnopqrstABCDEF"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Put everything back that configuring changes."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def lines(stream: io.StringIO, clock: FakeClock) -> Lines:
    configure_logging("info", "json", clock=clock, stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_when_where_what_and_under_which_trace(lines: Lines, clock: FakeClock) -> None:
    with structlog.contextvars.bound_contextvars(trace_id="abc", tenant="acme"):
        structlog.get_logger("netsentinel.http").info("request", status=200)
    assert lines() == [
        {
            "event": "request",
            "status": 200,
            "trace_id": "abc",
            "tenant": "acme",
            "logger": "netsentinel.http",
            "level": "info",
            "at": to_iso(clock.now()),
        }
    ]


def test_what_libraries_log_goes_the_same_way(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(trace_id="abc"):
        logging.getLogger("uvicorn.error").info("started with %s", KEY)
    (line,) = lines()
    assert (line["event"], line["trace_id"]) == (f"started with ns_key_{REDACTED}", "abc")
    assert (line["logger"], line["level"]) == ("uvicorn.error", "info")


def test_uvicorn_keeps_no_handlers_of_its_own(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler(stream))
    configure_logging(stream=stream)
    assert not logging.getLogger("uvicorn").handlers
    assert logging.getLogger("uvicorn.access").level == logging.WARNING


def test_the_level_holds_for_everybody(lines: Lines) -> None:
    structlog.get_logger("netsentinel").debug("no")
    logging.getLogger("other").debug("no")
    logging.getLogger("httpx2").info("no")
    logging.getLogger("httpx2").warning("yes")
    assert [line["event"] for line in lines()] == ["yes"]


def test_configuring_again_replaces_and_does_not_repeat(lines: Lines, stream: io.StringIO) -> None:
    configure_logging("error", "json", stream=stream)
    structlog.get_logger("netsentinel").warning("no")
    structlog.get_logger("netsentinel").error("once")
    assert [line["event"] for line in lines()] == ["once"]


def test_warnings_of_libraries_are_logged(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old thing", DeprecationWarning, stacklevel=1)
    assert "old thing" in lines()[0]["event"]


@pytest.mark.parametrize(("level", "form"), [("loud", "json"), ("info", "xml")])
def test_unknown_settings_are_refused(level: str, form: str) -> None:
    with pytest.raises(SettingsError):
        configure_logging(level, form)


def test_secrets_are_hidden_by_name_however_deep(lines: Lines) -> None:
    structlog.get_logger("netsentinel").info(
        "x",
        password="hunter2",
        request={"headers": [{"Authorization": "Bearer hunter2"}, {"Set-Cookie": "a=hunter2"}], "path": "/"},
        api_key="hunter2",
        NETSENTINEL_AUDIT_KEY="hunter2",
    )
    (line,) = lines()
    assert "hunter2" not in json.dumps(line)
    assert line["request"]["path"] == "/"
    assert line["password"] == REDACTED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"key {KEY} used", f"key ns_key_{REDACTED} used"),
        ("Bearer abcdefgh.ijkl", f"Bearer {REDACTED}"),
        ("basic YWJjOmRlZg==", f"basic {REDACTED}"),
        ("a=b; __Host-ns_session=abc; c=d", f"a=b; __Host-ns_session={REDACTED}; c=d"),
        ("http://localhost:8740/setup#token=abc", f"http://localhost:8740/setup#token={REDACTED}"),
        ("postgresql://me:pw@host/db", f"postgresql://me:{REDACTED}@host/db"),
        ("https://host/path:1@2", "https://host/path:1@2"),
        ("the bearer of news", "the bearer of news"),
    ],
)
def test_secrets_are_hidden_by_their_look(text: str, expected: str) -> None:
    assert redact(text) == expected
    assert redact([{"a": (text,)}]) == [{"a": [expected]}]
    assert redact(text.encode()) == expected


def crash_and_log() -> None:
    try:
        int(KEY)
    except ValueError:
        structlog.get_logger("netsentinel").exception("crashed")


def test_secrets_in_a_traceback_are_hidden(lines: Lines) -> None:
    crash_and_log()
    (line,) = lines()
    assert "Traceback" in line["exception"]
    assert KEY not in json.dumps(line)


@pytest.mark.parametrize("name", ["password", "X-Api-Key", "SetupToken", "cookie", "client_secret", "ws_ticket"])
def test_secret_names(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["event", "trace_id", "tenant", "principal", "path", "key_id", "took_us"])
def test_other_names(name: str) -> None:
    assert not is_secret_name(name)


def test_what_refers_to_itself_ends() -> None:
    knot: dict[str, object] = {}
    knot["again"] = knot
    assert "..." in json.dumps(redact(knot))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(json_values, st.text(), st.text())
def test_a_key_never_gets_through(value: object, before: str, after: str) -> None:
    assert KEY not in json.dumps(redact([value, f"{before}{KEY}{after}"]))


def test_people_get_no_control_characters_and_no_faked_lines(stream: io.StringIO) -> None:
    configure_logging("info", "console", stream=stream)
    structlog.get_logger("netsentinel").info("x", user="\x1b[31mred\x1b[0m\n2026 [info] faked")
    logging.getLogger("other").info("two\nlines\x07")
    written = stream.getvalue()
    assert written.count("\n") == 2
    assert "\x07" not in written
    assert "\x1b[31mred" not in written


def test_people_get_tracebacks_on_lines_of_their_own(stream: io.StringIO) -> None:
    configure_logging("info", "console", stream=stream)
    crash_and_log()
    assert "Traceback (most recent call last):\n" in stream.getvalue()
    assert KEY not in stream.getvalue()
