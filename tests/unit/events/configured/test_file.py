"""The operator's own sources: a file that is read whole, or a sentence that says what is wrong with it."""

from pathlib import Path

import pytest

from netsentinel.events.configured import Origin, read_sources
from netsentinel.events.formats import FORMATS
from netsentinel.events.sources import KINDS
from netsentinel.kernel.errors import SettingsError

GOOD = """
[[source]]
name = "fw"
kind = "syslog"
port = 514
address = "0.0.0.0"

[[source]]
name = "fw"
kind = "watch"
tenant = "acme"
format = "zeek"
enabled = false
path = "/var/log/conn.log"
"""


def test_sources_are_read_with_their_options(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(GOOD)
    first, second = read_sources(tmp_path / "sources.toml", 7, KINDS, FORMATS)
    assert (first.tenant, first.name, first.kind, first.enabled, first.origin) == (
        "default",
        "fw",
        "syslog",
        True,
        Origin.FILE,
    )
    assert first.options == {"port": 514, "address": "0.0.0.0"}  # noqa: S104 - the operator may
    assert (second.tenant, second.format, second.enabled) == ("acme", "zeek", False)
    assert second.created_at == 7


def test_no_file_is_no_source(tmp_path: Path) -> None:
    assert read_sources(tmp_path / "sources.toml", 7, KINDS, FORMATS) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[source]", "cannot be read"),
        ("[source]\nname = 'a'", "tables"),
        ("[sauce]", "tables"),
        ("[[source]]\nname = 'a'", "source 1: .*kind"),
        ("[[source]]\nname = 'a'\nkind = 'pigeon'", "known are"),
        ("[[source]]\nname = 'a b'\nkind = 'http'", "letters"),
        ("[[source]]\nname = 'a'\nkind = 'http'\nformat = 'morse'", "no format"),
        ("[[source]]\nname = 'a'\nkind = 'syslog'\nprot = 5", "prot"),
        ("[[source]]\nname = 'a'\nkind = 'http'\n" * 2, "source 2: there are two"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=told) as caught:
        read_sources(file, 7, KINDS, FORMATS)
    assert str(file) in caught.value.detail
