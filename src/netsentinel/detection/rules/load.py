"""Loading rules from files, folders and archives. A rule that fails says where; the rest load all the same."""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import yaml
from sigma.exceptions import SigmaConditionError, SigmaError
from sigma.rule import SigmaRule, SigmaYAMLLoader
from sigma.rule.base import check_alias_expansion

from netsentinel.detection.rules.compile import compile_rule
from netsentinel.detection.rules.locate import expanded, locate, long_scalar
from netsentinel.detection.rules.model import LoadedRules, Rule
from netsentinel.detection.rules.policy import POLICY
from netsentinel.kernel.errors import InvalidInputError, NotFoundError, RuleSyntaxError

_SUFFIXES = frozenset({".yml", ".yaml"})
_MAX_RULE_BYTES = 1024 * 1024
_MAX_ARCHIVE_FILES = 50_000
_MAX_ARCHIVE_BYTES = 256 * 1024 * 1024

MAX_DOCUMENTS = 1_000
"""Most YAML documents of one file."""

MAX_SCALAR = 64 * 1024
"""Longest text in a rule, in characters."""

_MOST_REPEATED = 4
"""So many times its length may a rule say when each alias is replaced by what it names: of a text that is named a
thousand times, everybody who gets the rule has a thousand."""

_PYPARSING = re.compile(r"\(at char (\d+)\), \(line:\d+, col:\d+\)\s*$")
"""How pySigma ends a complaint about a condition's grammar; what stands before is the grammar itself."""

_PARSER_FAULTS = (SigmaError, ValueError, TypeError, AttributeError, LookupError, RecursionError, OverflowError)
"""What pySigma raises for rules that are not what it expects; only the first is meant."""


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
        for name, text in _texts(path, loading):
            _load_text(name, text, loading)
    return LoadedRules(tuple(loading.rules), tuple(loading.failed))


def load_text(text: str, path: str = "rule.yml") -> LoadedRules:
    """Every rule of one YAML text, which may hold several documents."""
    loading = _Loading()
    _load_text(path, text.encode(), loading)
    return LoadedRules(tuple(loading.rules), tuple(loading.failed))


def _texts(path: Path, loading: _Loading) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in _SUFFIXES and file.is_file():
                yield str(file), _bounded(file)
            elif file.suffix.lower() == ".zip" and file.is_file():
                try:
                    yield from _archive(file)
                except InvalidInputError as error:
                    loading.failed.append(RuleSyntaxError(error.detail, path=str(file), line=1, column=1))
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
                raise InvalidInputError(f"The archive {path.name} holds more rules than are read at once.")
            for member in sorted(members, key=lambda one: one.filename):
                with archive.open(member) as stream:
                    yield f"{path}!{member.filename}", stream.read(_MAX_RULE_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InvalidInputError(f"{path.name} is no readable zip archive: {error}") from None


@dataclass(frozen=True, slots=True)
class _Document:
    """One YAML document of a file."""

    path: str
    text: str
    first_line: int
    """Where it begins in its file, from 0."""

    def failure(self, message: str, line: int, column: int) -> RuleSyntaxError:
        """A complaint about a place in this document, both from 0."""
        return RuleSyntaxError(message, path=self.path, line=self.first_line + line + 1, column=column + 1)


def _load_text(path: str, content: bytes, loading: _Loading) -> None:
    whole = _Document(path, "", 0)
    if len(content) > _MAX_RULE_BYTES:
        loading.failed.append(whole.failure("The file is larger than 1 MiB.", 0, 0))
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start)
        loading.failed.append(whole.failure("The file is not valid UTF-8.", line, 0))
        return
    lines = text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith("---") and not line[3:4].strip()]
    if len(starts) > MAX_DOCUMENTS:
        message = f"The file holds more than {MAX_DOCUMENTS:,} documents; write them to several files."
        loading.failed.append(whole.failure(message, starts[MAX_DOCUMENTS], 0))
        return
    for document in _documents(path, lines, starts):
        _load_document(document, loading)


def _documents(path: str, lines: list[str], starts: list[int]) -> Iterator[_Document]:
    """Each document by itself, so that a broken one does not take the others with it."""
    edges = [0, *starts, len(lines)]
    for start, end in pairwise(edges):
        part = "".join(lines[start:end])
        if part.strip():
            yield _Document(path, part, start)


def _load_document(document: _Document, loading: _Loading) -> None:
    node: yaml.Node | None = None
    content: Any = None
    try:
        node = yaml.compose(document.text, SigmaYAMLLoader)
        if node is None:
            return
        if (much := _too_much(node, document)) is not None:
            loading.failed.append(much)
            return
        content = _construct(node)
        rule = _compile(content, document)
        _check_id(rule, loading)
    except yaml.MarkedYAMLError as error:
        loading.failed.append(_syntax_error(document, error))
    except InvalidInputError as error:
        loading.failed.append(_failure(document, node, content, error.detail))
    except (yaml.YAMLError, *_PARSER_FAULTS) as error:
        loading.failed.append(_failure(document, node, content, _sentence(error)))
    else:
        loading.origins[rule.id] = document.path
        loading.rules.append(rule)


def _too_much(node: yaml.Node, document: _Document) -> RuleSyntaxError | None:
    """What is too long to be looked at any further."""
    if (long := long_scalar(node, MAX_SCALAR)) is not None:
        message = f"A text of a rule has at most {MAX_SCALAR:,} characters; this one has {len(long.value):,}."
        return document.failure(message, long.start_mark.line, long.start_mark.column)
    if (said := expanded(node)) > _MOST_REPEATED * len(document.text):
        message = f"YAML aliases make {said:,} characters of {len(document.text):,}. Write out what is needed."
        return document.failure(message, node.start_mark.line, node.start_mark.column)
    return None


def _syntax_error(document: _Document, error: yaml.MarkedYAMLError) -> RuleSyntaxError:
    """Where the parser noticed; when that is behind the end of the text, where the thing began that never ended."""
    last = len(document.text.splitlines()) - 1
    marks = [mark for mark in (error.problem_mark, error.context_mark) if mark is not None]
    mark = next((mark for mark in marks if mark.line <= last), None)
    line, column = (mark.line, mark.column) if mark is not None else (last, 0)
    return document.failure(f"The YAML cannot be read: {error.problem or error.context}", line, column)


def _check_id(rule: Rule, loading: _Loading) -> None:
    if rule.id in loading.origins:
        raise InvalidInputError(f"The id {rule.id} is already used in {loading.origins[rule.id]}.")


def _construct(node: yaml.Node) -> Any:
    """What the rule says, unless its aliases say too much: then nothing of it is looked at any further."""
    loader = SigmaYAMLLoader("")
    try:
        content = cast("Any", loader).construct_document(node)
    finally:
        loader.dispose()
    check_alias_expansion(content)
    return content


def _compile(content: Any, document: _Document) -> Rule:
    if not isinstance(content, dict):
        raise InvalidInputError("A rule is a YAML map.")
    table = cast("dict[str, Any]", content)
    if "correlation" in table:
        raise InvalidInputError("Correlation rules are not supported yet.")
    if "filter" in table and "detection" not in table:
        raise InvalidInputError("Filters are not supported yet.")
    parsed = SigmaRule.from_dict(table, policy=POLICY)
    source = document.text.removeprefix("---").strip() + "\n"
    return compile_rule(parsed, _id(table), source, document.path)


def _id(table: dict[str, Any]) -> str:
    """The rule's own id; a rule without one is known by what it asks for."""
    stated = table.get("id")
    if stated:
        return str(stated)
    text = repr((table.get("title"), table.get("logsource"), table.get("detection")))
    return "sigma-" + blake2b(text.encode(), digest_size=16).hexdigest()


def _failure(document: _Document, node: yaml.Node | None, content: Any, message: str) -> RuleSyntaxError:
    try:
        line, column = locate(node, content, message) if node is not None else (0, 0)
    except RecursionError:  # what is nested too deeply to be parsed may be so for the search, too
        line, column = 0, 0
    return document.failure(message, line, column)


def _sentence(error: Exception) -> str:
    if isinstance(error, SigmaError):
        said = str(error.args[0]) if error.args else type(error).__name__
        return _about_grammar(said) if isinstance(error, SigmaConditionError) else said
    if isinstance(error, RecursionError):
        return "The rule is nested too deeply."
    if isinstance(error, yaml.YAMLError):
        return f"The YAML cannot be read: {error}"
    return f"The rule is not what Sigma defines: {type(error).__name__}: {error}"


def _about_grammar(said: str) -> str:
    """A complaint about a condition, in words; the parser's own would show its whole grammar."""
    place = _PYPARSING.search(said)
    if place is None:
        return said
    found = re.search(r"found '([^']*)'", said)
    what = f", at {found[1]!r}" if found else ""
    return (
        f"The condition cannot be read from its character {int(place[1]) + 1} on{what}. It is made of names of "
        "selections, and, or, not, parentheses, and '1 of' or 'all of' a name with * or 'them'."
    )
