"""How long files and functions may be (STYLE: file p95 400 and max 600 lines, function p95 45 and max 80)."""

from tests.architecture.source import Module, hold, percentile, source, suites

FILE_P95, FILE_MAX = 400, 600
FUNCTION_P95, FUNCTION_MAX = 45, 80
TEST_FILE_MAX = 800


def _lengths(modules: tuple[Module, ...]) -> dict[str, int]:
    return {
        f"{module.name}:{name}": (function.end_lineno or 0) - function.lineno + 1
        for module in modules
        for name, function in module.functions
    }


def test_no_file_is_too_long() -> None:
    hold("file-lines", {m.name: f"{m.lines} lines" for m in source() if m.lines > FILE_MAX})


def test_most_files_are_short() -> None:
    assert percentile([module.lines for module in source() if module.lines], 0.95) <= FILE_P95


def test_no_function_is_too_long() -> None:
    lengths = _lengths(source())
    hold("function-lines", {name: f"{lines} lines" for name, lines in lengths.items() if lines > FUNCTION_MAX})


def test_most_functions_are_short() -> None:
    assert percentile(list(_lengths(source()).values()), 0.95) <= FUNCTION_P95


def test_no_test_file_is_too_long() -> None:
    hold("test-file-lines", {m.name: f"{m.lines} lines" for m in suites() if m.lines > TEST_FILE_MAX})
