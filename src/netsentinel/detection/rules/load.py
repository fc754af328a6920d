"""Loading rules from files, folders and archives. A rule that fails says where; the rest load all the same."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import yaml
from sigma.exceptions import SigmaError
from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import RegexEngine, RegexPattern
from sigma.rule import SigmaRule, SigmaYAMLLoader
from sigma.rule.base import check_alias_expansion

from netsentinel.detection.rules.compile import compile_rule
from netsentinel.detection.rules.locate import Place, locate
from netsentinel.detection.rules.model import Rule
from netsentinel.detection.rules.regex import QuietRegexError, quiet_compile
from netsentinel.kernel.errors import InvalidInputError, NotFoundError, RuleSyntaxError

_SUFFIXES = frozenset({".yml", ".yaml"})
_MAX_RULE_BYTES = 1024 * 1024
_MAX_ARCHIVE_FILES = 50_000
_MAX_ARCHIVE_BYTES = 256 * 1024 * 1024

_PARSER_FAULTS = (SigmaError, ValueError, TypeError, AttributeError, LookupError, RecursionError, OverflowError)
"""What pySigma raises for rules that are not what it expects; only the first is meant."""


@dataclass(frozen=True, slots=True)
class LoadedRules:
    """What loading gave."""

    rules: tuple[Rule, ...]
    failed: tuple[RuleSyntaxError, ...]


class _QuietRe2(RegexEngine):
    """pySigma's own RE2 engine, without its messages on stderr."""

    def compile(self, pattern: str, flags: int = 0) -> RegexPattern:
        return cast("RegexPattern", quiet_compile(pattern, flags))

    @property
    def error(self) -> type[Exception]:
        return QuietRegexError


_POLICY = SigmaPolicy(regex_engine=_QuietRe2())


@dataclass(slots=True)
class _Loading:
    rules: list[Rule] = field(default_factory=list[Rule])
    failed: list[RuleSyntaxError] = field(default_factory=list[RuleSyntaxError])
    origins: dict[str, str] = field(default_factory=dict[str, str])
    """Where each id was read from."""


def load_rules(paths: Iterable[Path]) -> LoadedRules:
    """Every rule in these files, folders (with their sub-folders) and .zip archives, in the order of their paths.

    Raises:
        NotFoundError: a path does not exist.
    """
    loading = _Loading()
    for path in paths:
        for name, text in _texts(path):
            _load_text(name, text, loading)
    return LoadedRules(tuple(loading.rules), tuple(loading.failed))


def load_text(text: str, path: str = "rule.yml") -> LoadedRules:
    """Every rule of one YAML text, which may hold several documents."""
    loading = _Loading()
    _load_text(path, text.encode(), loading)
    return LoadedRules(tuple(loading.rules), tuple(loading.failed))


def _texts(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in _SUFFIXES and file.is_file():
                yield str(file), _bounded(file)
    elif not path.is_file():
        raise NotFoundError(f"There is no file or folder {path}.", path=str(path))
    elif path.suffix.lower() == ".zip":
        yield from _archive(path)
    else:
        yield str(path), _bounded(path)


def _bounded(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(_MAX_RULE_BYTES + 1)


def _archive(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if Path(one.filename).suffix.lower() in _SUFFIXES]
            if len(members) > _MAX_ARCHIVE_FILES or sum(one.file_size for one in members) > _MAX_ARCHIVE_BYTES:
                raise InvalidInputError(f"The archive {path} holds more rules than are read at once.")
            for member in sorted(members, key=lambda one: one.filename):
                with archive.open(member) as stream:
                    yield f"{path}!{member.filename}", stream.read(_MAX_RULE_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise InvalidInputError(f"{path} is no readable zip archive: {error}") from None


def _load_text(path: str, content: bytes, loading: _Loading) -> None:
    if len(content) > _MAX_RULE_BYTES:
        loading.failed.append(RuleSyntaxError("The file is larger than 1 MiB.", path=path, line=1, column=1))
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        loading.failed.append(RuleSyntaxError("The file is not valid UTF-8.", path=path, line=line, column=1))
        return
    try:
        for node, source in _documents(text):
            _load_document(path, node, source, loading)
    except yaml.MarkedYAMLError as error:
        loading.failed.append(_syntax_error(path, error))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        loading.failed.append(RuleSyntaxError(f"The YAML cannot be read: {error}", path=path, line=1, column=1))


def _documents(text: str) -> Iterator[tuple[yaml.Node, str]]:
    """Each document's node tree (which knows lines and columns) with its own text."""
    loader = SigmaYAMLLoader(io.StringIO(text))
    lines = text.splitlines(keepends=True)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                yield node, "".join(lines[node.start_mark.line : node.end_mark.line + 1]).rstrip() + "\n"
    finally:
        loader.dispose()


def _syntax_error(path: str, error: yaml.MarkedYAMLError) -> RuleSyntaxError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return RuleSyntaxError(
        f"The YAML cannot be read: {error.problem or error.context}", path=path, line=line, column=column
    )


def _load_document(path: str, node: yaml.Node, source: str, loading: _Loading) -> None:
    content: Any = None
    try:
        content = _construct(node)
        rule = _compile(content, source, path)
        _check_id(rule, loading)
    except yaml.MarkedYAMLError as error:
        loading.failed.append(_syntax_error(path, error))
    except InvalidInputError as error:
        loading.failed.append(_failure(path, node, content, error.detail))
    except yaml.YAMLError as error:
        loading.failed.append(_failure(path, node, content, str(error)))
    except _PARSER_FAULTS as error:
        loading.failed.append(_failure(path, node, content, _sentence(error)))
    else:
        loading.origins[rule.id] = path
        loading.rules.append(rule)


def _check_id(rule: Rule, loading: _Loading) -> None:
    if rule.id in loading.origins:
        raise InvalidInputError(f"The id {rule.id} is already used in {loading.origins[rule.id]}.")


def _construct(node: yaml.Node) -> Any:
    loader = SigmaYAMLLoader("")
    try:
        return cast("Any", loader).construct_document(node)
    finally:
        loader.dispose()


def _compile(content: Any, source: str, path: str) -> Rule:
    if not isinstance(content, dict):
        raise InvalidInputError("A rule is a YAML map.")
    table = cast("dict[str, Any]", content)
    check_alias_expansion(table)
    if "correlation" in table:
        raise InvalidInputError("Correlation rules are not supported yet.")
    if "filter" in table and "detection" not in table:
        raise InvalidInputError("Filters are not supported yet.")
    parsed = SigmaRule.from_dict(table, policy=_POLICY)
    return compile_rule(parsed, _id(table), source, path)


def _id(table: dict[str, Any]) -> str:
    """The rule's own id; a rule without one is known by what it asks for."""
    stated = table.get("id")
    if stated:
        return str(stated)
    text = repr((table.get("title"), table.get("logsource"), table.get("detection")))
    return "sigma-" + blake2b(text.encode(), digest_size=16).hexdigest()


def _failure(path: str, node: yaml.Node, content: Any, message: str) -> RuleSyntaxError:
    place: Place = locate(node, content, message)
    return RuleSyntaxError(message, path=path, line=place.line, column=place.column)


def _sentence(error: Exception) -> str:
    if isinstance(error, SigmaError):
        return str(error.args[0]) if error.args else type(error).__name__
    if isinstance(error, RecursionError):
        return "The condition is nested too deeply."
    return f"The rule is not what Sigma defines: {type(error).__name__}: {error}"
