"""What every function must have, and what none may do."""

import ast

from tests.architecture.source import Module, hold, source

BROAD = {"Exception", "BaseException"}
BROAD_PER_1000_LINES = 0.3


def test_every_function_says_what_it_returns() -> None:
    bare = [
        f"{module.name}:{function.lineno} {name}"
        for module in source()
        for name, function in module.functions
        if function.returns is None
    ]
    assert not bare, "\n".join(bare)


def _names(node: ast.expr | None) -> set[str]:
    if node is None:
        return BROAD
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _is_broad(node: ast.AST) -> bool:
    """Whether it catches everything and keeps it; what cleans up or converts, and raises, hides nothing."""
    if isinstance(node, ast.ExceptHandler):
        raises_again = isinstance(node.body[-1], ast.Raise)
        return bool(_names(node.type) & BROAD) and not raises_again
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called == "suppress" and any(_names(argument) & BROAD for argument in node.args)
    return False


def _broad_excepts(module: Module) -> dict[str, str]:
    """Every broad except, named by the innermost function around it."""
    found: dict[str, str] = {}
    for node in module.nodes:
        if _is_broad(node):
            line = getattr(node, "lineno", 0)
            around = [(f.lineno, name) for name, f in module.functions if f.lineno <= line <= (f.end_lineno or 0)]
            found[f"{module.name}:{max(around, default=(0, '<module>'))[1]}"] = "a broad except"
    return found


def test_broad_excepts_stand_at_the_edge_only_and_are_named() -> None:
    offenders: dict[str, str] = {}
    for module in source():
        offenders |= _broad_excepts(module)
    hold("broad-excepts", offenders)


def test_broad_excepts_are_rare() -> None:
    broad = sum(_is_broad(node) for module in source() for node in module.nodes)
    thousands = sum(module.lines for module in source()) / 1_000
    assert broad / thousands <= BROAD_PER_1000_LINES


def test_imports_stand_at_the_top_except_in_the_command_line() -> None:
    offenders = {
        f"{module.name}:{name}": "an import inside"
        for module in source()
        if not module.name.startswith("src/netsentinel/cli/")
        for name, function in module.functions
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
    }
    hold("imports-inside-functions", offenders)


def test_nothing_asserts_outside_tests() -> None:
    found = [
        f"{module.name}:{node.lineno}" for module in source() for node in module.nodes if isinstance(node, ast.Assert)
    ]
    assert not found, f"python -O removes these: {found}"
