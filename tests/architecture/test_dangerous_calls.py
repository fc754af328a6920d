"""The gate against calls that run code from data, in Python and in the dashboard."""

import ast
import re

from tests.architecture.source import UI, Module, source

CALLS = {"eval", "exec", "compile", "__import__"}
METHODS = {
    ("yaml", "load"),
    ("yaml", "unsafe_load"),
    ("yaml", "full_load"),
    ("os", "system"),
    ("os", "popen"),
    ("pickle", "loads"),
    ("pickle", "load"),
    ("joblib", "load"),
    ("marshal", "loads"),
    ("tempfile", "mktemp"),
}
TYPESCRIPT = re.compile(r"dangerouslySetInnerHTML|\.(inner|outer)HTML\b|\beval\(|new Function\(|document\.write\(")


def _dangerous(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name) and node.func.id in CALLS:
        return node.func.id
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        pair = (node.func.value.id, node.func.attr)
        if pair in METHODS:
            return ".".join(pair)
    for keyword in node.keywords:
        if keyword.arg == "shell" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True:
            return "shell=True"
    return ""


def _found(module: Module) -> list[str]:
    return [
        f"{module.name}:{getattr(node, 'lineno', 0)} {_dangerous(node)}" for node in module.nodes if _dangerous(node)
    ]


def test_no_python_runs_code_from_data() -> None:
    found = [line for module in source() for line in _found(module)]
    assert not found, found


def test_no_page_writes_markup_from_data() -> None:
    found = [
        f"{path}: {match.group()}"
        for path in sorted(UI.rglob("*.ts*"))
        for match in TYPESCRIPT.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found, found
