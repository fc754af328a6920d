"""What a package offers: `__all__` is sorted and equals the names that are really public."""

import ast

import pytest

from tests.architecture.source import SOURCE, Module, source

PACKAGES = [module for module in source() if module.path.name == "__init__.py"]


def _literal_all(module: Module) -> list[str] | None:
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return ast.literal_eval(node.value)  # type: ignore[attr-defined] # an Assign has a value
    return None


def _public_names(module: Module) -> set[str]:
    """What it defines itself, and what it takes from its own modules without using it; the rest is means, not offer."""
    used = {node.id for node in module.nodes if isinstance(node, ast.Name)}
    names: set[str] = set()
    package = ".".join(module.path.parent.relative_to(SOURCE.parent).parts)
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package + "."):
            names |= {alias.asname or alias.name for alias in node.names} - used
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return {name for name in names if not name.startswith("_")}


def _kind(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest: the order of ruff's RUF022."""
    if name.isupper():
        return 0, name
    return (1 if name[0].isupper() else 2), name


@pytest.mark.parametrize(
    "module", PACKAGES, ids=lambda module: module.path.parent.relative_to(SOURCE.parent).as_posix()
)
def test_a_package_offers_what_it_says(module: Module) -> None:
    public, said = _public_names(module), _literal_all(module)
    if module.path.parent == SOURCE:
        public -= {"version"}
    if said is None:
        assert not public, f"{module.name} offers {sorted(public)} without __all__"
        return
    dunder = {name for name in said if name.startswith("__")}
    offered = {
        alias.asname or alias.name
        for node in module.tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert public <= set(said), f"not in __all__: {sorted(public - set(said))}"
    assert set(said) - dunder <= public | offered, "__all__ names what is not there"
    assert said == sorted(said, key=_kind)
    assert len(said) == len(set(said))
