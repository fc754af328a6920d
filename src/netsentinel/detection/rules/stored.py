"""Loading rules that were loaded before: as they were compiled then, without reading their YAML again."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import msgspec

import netsentinel
from netsentinel.detection.rules.cache import RuleCache, key_of
from netsentinel.detection.rules.model import LoadedRules, Rule
from netsentinel.kernel.errors import NotFoundError, RuleSyntaxError

_FORM = b"5"
"""Grows when the intermediate form or what makes it changes its meaning."""

_SUFFIXES = frozenset({".yml", ".yaml"})


class _Failure(msgspec.Struct, frozen=True):
    detail: str
    path: str
    line: int
    column: int


class _Stored(msgspec.Struct, frozen=True):
    rules: tuple[Rule, ...]
    failed: tuple[_Failure, ...]


def load_cached(paths: Sequence[Path], cache: RuleCache | None) -> LoadedRules:
    """What `load.load_rules` gives for these paths; from the cache when nothing in them has changed.

    Raises:
        InvalidInputError: an archive cannot be read.
        NotFoundError: a path does not exist.
    """
    if cache is None:
        return _load(paths)
    key = key_of_rules(paths)
    kept = cache.get(key)
    if kept is not None:
        try:
            return _unpack(msgspec.msgpack.decode(kept, type=_Stored))
        except msgspec.DecodeError:
            kept = None
    loaded = _load(paths)
    cache.put(key, msgspec.msgpack.encode(_pack(loaded)))
    return loaded


def key_of_rules(paths: Sequence[Path]) -> str:
    """A name for what loading these paths gives: it changes with any file in them, and with what reads them.

    Raises:
        NotFoundError: a path does not exist.
    """
    parts = [part for path in paths for part in _content(path)]
    return key_of("rules", _FORM, netsentinel.__version__.encode(), version("pysigma").encode(), *parts)


def _load(paths: Sequence[Path]) -> LoadedRules:
    # By name, so that pySigma is only loaded when it is needed: it takes 0.3 s and some of the detection's memory.
    loaded: LoadedRules = import_module("netsentinel.detection.rules.load").load_rules(paths)
    return loaded


def _content(path: Path) -> Iterator[bytes]:
    """Everything that loading a path depends on."""
    yield str(path).encode("utf-8", "surrogateescape")
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in _SUFFIXES and file.is_file():
                yield str(file).encode("utf-8", "surrogateescape")
                yield file.read_bytes()
    elif path.is_file():
        yield path.read_bytes()
    else:
        raise NotFoundError(f"There is no file or folder {path}.", path=str(path))


def _pack(loaded: LoadedRules) -> _Stored:
    failed = (_Failure(one.detail, one.path, one.line, one.column) for one in loaded.failed)
    return _Stored(loaded.rules, tuple(failed))


def _unpack(stored: _Stored) -> LoadedRules:
    failed = (RuleSyntaxError(one.detail, path=one.path, line=one.line, column=one.column) for one in stored.failed)
    return LoadedRules(stored.rules, tuple(failed))
