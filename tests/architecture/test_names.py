"""Names: nouns of the field, no `Manager`, `Helper`, `Utils` or `Base...`; ports stay small."""

import ast
import re

from tests.architecture.source import Module, hold, source

FORBIDDEN_CLASS = re.compile(r"Manager|Helper|Util(s|ity)?\b|^_?Base(?=[A-Z])|[a-z]Base$")
FORBIDDEN_FILE = re.compile(r"(^|_)(manager|helpers?|utils?|base)(_|$)")
PORT_METHODS = 7


def test_no_class_has_a_name_that_says_nothing() -> None:
    offenders = {
        f"{module.name}:{node.name}": "a name that says nothing"
        for module in source()
        for node in module.classes
        if FORBIDDEN_CLASS.search(node.name)
    }
    offenders |= {
        module.name: "a name that says nothing" for module in source() if FORBIDDEN_FILE.search(module.path.stem)
    }
    hold("names", offenders)


def _is_port(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def _methods(module: Module, node: ast.ClassDef) -> set[str]:
    """Its own public methods and those of the ports of the same file that it extends."""
    own = {
        part.name
        for part in node.body
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and not part.name.startswith("__")
    }
    parents = {base.id for base in node.bases if isinstance(base, ast.Name)}
    for other in module.classes:
        if other.name in parents:
            own |= _methods(module, other)
    return own


def test_ports_have_few_methods() -> None:
    offenders = {
        f"{module.name}:{node.name}": f"{len(_methods(module, node))} methods"
        for module in source()
        for node in module.classes
        if _is_port(node) and len(_methods(module, node)) > PORT_METHODS
    }
    hold("port-methods", offenders)


def test_there_are_ports_to_count() -> None:
    assert sum(_is_port(node) for module in source() for node in module.classes) >= 5
