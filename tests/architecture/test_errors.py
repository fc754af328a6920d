"""The error tree: drawn where it stands, whole, with unique codes."""

import importlib
import pkgutil
from collections.abc import Iterator

import netsentinel
from netsentinel.kernel import errors
from netsentinel.kernel.errors import NetSentinelError


def _draw(node: type[NetSentinelError], indent: str = "") -> Iterator[str]:
    children = [child for child in node.__subclasses__() if child.__module__ == errors.__name__]
    for number, child in enumerate(children, 1):
        last = number == len(children)
        yield f"{indent}{'└──' if last else '├──'} {child.__name__}"
        yield from _draw(child, indent + ("    " if last else "│   "))


def _tree(node: type[NetSentinelError]) -> Iterator[type[NetSentinelError]]:
    yield node
    for child in node.__subclasses__():
        yield from _tree(child)


def _import_everything() -> None:
    for found in pkgutil.walk_packages(netsentinel.__path__, "netsentinel."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def test_the_drawing_is_the_tree() -> None:
    _import_everything()
    drawn = "\n".join(["NetSentinelError", *_draw(NetSentinelError)])
    assert drawn in (errors.__doc__ or ""), f"draw it like this:\n{drawn}"


def test_every_error_lives_in_the_tree_or_in_its_features_file_of_errors() -> None:
    _import_everything()
    strays = [error for error in _tree(NetSentinelError) if not error.__module__.endswith(".errors")]
    assert not strays
    roots = [
        error
        for error in NetSentinelError.__subclasses__()
        if error.__module__ != errors.__name__  # a feature's error is a special case of one that everybody knows
    ]
    assert not roots


def test_codes_are_unique_and_stable_words() -> None:
    codes = [error.code for error in _tree(NetSentinelError)]
    assert len(codes) == len(set(codes))
    assert all(code == code.lower() and code.replace("-", "").isalpha() for code in codes)


def test_every_error_has_a_title_and_a_status_of_http() -> None:
    for error in _tree(NetSentinelError):
        assert error.title
        assert not error.title.endswith(".")
        assert 400 <= error.status <= 599
        assert error.__doc__
