import sys
from types import ModuleType

import pytest
import typer

from netsentinel import __version__
from netsentinel.cli import program
from netsentinel.cli.program import COMMANDS, run
from netsentinel.kernel.errors import InvalidInputError, NetSentinelError, NotFoundError, UnavailableError


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {name} " in said and text in said for name, (_, text) in COMMANDS.items())
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"netsentinel {__version__}\n"


def test_without_a_command_it_helps_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Usage" in capsys.readouterr().out


def test_a_wrong_command_gets_a_guess(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sreve"]) == 2
    said = capsys.readouterr()
    assert "Did you mean serve?" in said.err
    assert said.out == ""


def _command(monkeypatch: pytest.MonkeyPatch, error: BaseException | None) -> None:
    module = ModuleType("a_command_of_the_test")

    def act() -> None:
        if error is not None:
            raise error

    module.act = act  # type: ignore[attr-defined] - a module made up here
    monkeypatch.setitem(sys.modules, "a_command_of_the_test", module)
    monkeypatch.setitem(program.COMMANDS, "act", ("a_command_of_the_test:act", "Act."))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (None, 0),
        (InvalidInputError("Say it otherwise."), 2),
        (UnavailableError("Start the server."), 3),
        (NotFoundError("Look elsewhere."), 1),
        (NetSentinelError("It broke."), 1),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 0),
    ],
)
def test_errors_become_exit_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException | None, code: int
) -> None:
    _command(monkeypatch, error)
    assert run(["act"]) == code
    said = capsys.readouterr()
    assert said.out == ""
    if isinstance(error, NetSentinelError):
        assert said.err == f"netsentinel: {error.detail} [{error.code}]\n"


def test_a_wrong_option_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _command(monkeypatch, None)
    assert run(["act", "--nonsense"]) == 2


def test_a_wrong_value_is_told_without_the_words_of_a_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "create", "lab", "--role", "boss"]) == 2
    said = capsys.readouterr().err
    assert "Error: Invalid value for '--role': 'boss' is not one of 'viewer', 'analyst', 'admin'." in said
    assert "Usage: netsentinel keys create" in said


@pytest.mark.parametrize(
    ("error", "code", "said"), [(typer.Exit(5), 5, ""), (typer.Abort(), 1, "Aborted!\n"), (SystemExit(4), 4, "")]
)
def test_a_command_may_end_by_itself(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    said: str,
) -> None:
    _command(monkeypatch, error)
    assert run(["act"]) == code
    assert capsys.readouterr().err == said
