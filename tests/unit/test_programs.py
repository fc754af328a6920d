"""Tests of what the tests themselves stand on: which programs are here, and that unit tests reach no network."""

import socket
from pathlib import Path

import pytest
import pytest_socket

from tests import programs


@pytest.fixture
def _no_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(programs._FINDERS, "node", lambda: None)
    monkeypatch.delenv(programs.REQUIRE, raising=False)


@pytest.mark.usefixtures("_no_node")
def test_a_missing_program_skips() -> None:
    with pytest.raises(pytest.skip.Exception, match="node is not installed"):
        programs.require_program("node")


@pytest.mark.usefixtures("_no_node")
@pytest.mark.parametrize("required", ["node", "all", "chromium, node"])
def test_a_missing_program_that_is_required_fails(monkeypatch: pytest.MonkeyPatch, required: str) -> None:
    monkeypatch.setenv(programs.REQUIRE, required)
    with pytest.raises(pytest.fail.Exception, match=programs.REQUIRE):
        programs.require_program("node")


@pytest.mark.usefixtures("_no_node")
def test_another_required_program_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(programs.REQUIRE, "chromium")
    with pytest.raises(pytest.skip.Exception):
        programs.require_program("node")


def test_a_program_that_is_here_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(programs._FINDERS, "node", lambda: Path("/somewhere/node"))
    assert programs.require_program("node") == Path("/somewhere/node")


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_unit_tests_reach_no_network() -> None:
    with pytest.raises(pytest_socket.SocketBlockedError):
        socket.socket(socket.AF_INET)
    ours, theirs = socket.socketpair()  # the event loop wakes itself through one
    ours.close()
    theirs.close()
