"""Who may import what, as far as import-linter does not say it (`.importlinter` says most of it)."""

import ast
import configparser

from tests.architecture.source import ROOT, SOURCE, Module, source

WEB = {"fastapi", "starlette"}
FORBIDDEN = {"pickle", "cPickle", "marshal", "shelve", "joblib", "dill", "cloudpickle", "requests"}


def _imports(module: Module) -> set[str]:
    """Every imported module's full name."""
    found: set[str] = set()
    for node in module.nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_only_api_knows_the_web_framework() -> None:
    found = [
        module.name
        for module in source()
        if not module.name.startswith("src/netsentinel/api/")
        and {name.split(".")[0] for name in _imports(module)} & WEB
    ]
    assert not found, found


def test_nobody_imports_what_runs_code_from_data() -> None:
    found = [
        f"{module.name}: {name}"
        for module in source()
        for name in sorted(_imports(module))
        if name.split(".")[0] in FORBIDDEN
    ]
    assert not found, found


def test_a_feature_never_imports_the_store_of_another() -> None:
    found: list[str] = []
    for module in source():
        feature = module.path.relative_to(SOURCE).parts[0]
        for name in _imports(module):
            parts = name.split(".")
            if "store_sql" in parts and feature not in {parts[1], "bootstrap"}:
                found.append(f"{module.name}: {name}")
    assert not found, found


def test_every_package_has_its_place_in_the_layers() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    placed = set(contracts["importlinter:contract:layers"]["layers"].replace("|", " ").split())
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    modules = {path.stem for path in SOURCE.glob("*.py")} - {"__init__"}
    assert packages | modules <= placed
