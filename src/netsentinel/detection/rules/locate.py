"""Where in a rule's file a complaint belongs: pySigma says what is wrong, the YAML nodes know where things stand."""

from collections.abc import Iterator
from typing import Any, cast

import yaml
from sigma.exceptions import SigmaError
from sigma.rule import SigmaDetection

from netsentinel.detection.rules.compile import check_detection
from netsentinel.detection.rules.policy import POLICY
from netsentinel.kernel.errors import InvalidInputError

Place = tuple[int, int]
"""Line and column, both from 0."""

_TOP_LEVEL_WORDS = (
    ("log source", "logsource"),
    ("logsource", "logsource"),
    ("correlation", "correlation"),
    ("filters", "filter"),
    ("identifier", "id"),
    ("the id", "id"),
    ("uuid", "id"),
    ("related", "related"),
    ("level", "level"),
    ("status", "status"),
    ("tag", "tags"),
    ("modified", "modified"),
    ("date", "date"),
    ("fields", "fields"),
    ("falsepositives", "falsepositives"),
    ("author", "author"),
    ("description", "description"),
    ("references", "references"),
    ("title", "title"),
    ("scope", "scope"),
    ("license", "license"),
    ("name", "name"),
    ("taxonomy", "taxonomy"),
)
"""A word of a complaint and the top-level key it is about, most telling first."""


def locate(node: yaml.Node, content: Any, message: str) -> Place:
    """The best place for a complaint: the detection item or key it is about, else the start of the document."""
    wrong = _duplicate(node) or _endless(node) if content is None else None
    if wrong is not None:
        return _place(wrong)
    detection = _child(node, "detection")
    if isinstance(content, dict) and detection is not None:
        culprit = _culprit(detection, cast("dict[str, Any]", content).get("detection"))
        if culprit is not None:
            return _place(culprit)
    condition = _key(detection, "condition") if detection is not None else None
    said = message.lower()
    if condition is not None and detection is not None and _is_about_condition(detection, said):
        return _place(condition)
    for word, key in _TOP_LEVEL_WORDS:
        if word in said and (found := _key(node, key)) is not None:
            return _place(found)
    if "detection" in said and (found := _key(node, "detection")) is not None:
        return _place(found)
    return _place(node)


def long_scalar(node: yaml.Node, limit: int) -> yaml.ScalarNode | None:
    """A text of more than so many characters."""
    return next((one for one in _nodes(node) if isinstance(one, yaml.ScalarNode) and len(one.value) > limit), None)


def expanded(node: yaml.Node) -> int:
    """Characters that it says, and nodes, as often as aliases name them; what is inside of itself ends there."""
    sizes, around, stack = dict[int, int](), set[int](), [(node, False)]
    while stack:
        current, is_left = stack.pop()
        inner = _inner(current)
        if is_left:
            around.discard(id(current))
            said = len(current.value) if isinstance(current, yaml.ScalarNode) else 0
            sizes[id(current)] = 1 + said + sum(sizes.get(id(one), 0) for one in inner)
        elif id(current) not in sizes and id(current) not in around:
            around.add(id(current))
            stack.append((current, True))
            stack += [(one, False) for one in inner]
    return sizes[id(node)]


def _duplicate(node: yaml.Node) -> yaml.Node | None:
    """The first key that stands twice in a map."""
    for current in _nodes(node):
        seen: set[Any] = set()
        for key, _ in _pairs(current):
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    return key
                seen.add(key.value)
    return None


def _endless(node: yaml.Node) -> yaml.Node | None:
    """The first key or item that stands for something it is a part of."""
    stack, around, done = [(node, node, False)], set[int](), set[int]()
    while stack:
        key, current, is_left = stack.pop()
        if is_left:
            around.discard(id(current))
            done.add(id(current))
        elif id(current) in around:
            return key
        elif id(current) not in done:
            around.add(id(current))
            stack.append((key, current, True))
            items = _inner(current) if isinstance(current, yaml.SequenceNode) else []
            stack += [(one, one, False) for one in items] + [(key, value, False) for key, value in _pairs(current)]
    return None


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    """Every node once, however often aliases name it (they may even name a node inside of itself)."""
    stack, seen = [node], set[int]()
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        stack += _inner(current)


def _inner(node: yaml.Node) -> list[yaml.Node]:
    """The items of a list; the keys and values of a map."""
    if isinstance(node, yaml.SequenceNode):
        return cast("list[yaml.Node]", node.value)
    return [one for pair in _pairs(node) for one in pair]


def _is_about_condition(detection: yaml.Node, said: str) -> bool:
    names = [str(key.value).lower() for key, _ in _pairs(detection)]
    words = ("condition", "selector", "expected", "not defined in detections", "nested too deeply")
    return any(word in said for word in words) or not names


def _culprit(node: yaml.Node, content: Any) -> yaml.Node | None:
    """The smallest part of the detection that does not parse on its own."""
    if not isinstance(content, dict):
        return None
    table = cast("dict[Any, Any]", content)
    for key, value in _pairs(node):
        if key.value == "condition" or key.value not in table:
            continue
        found = _part(key, value, table[key.value])
        if found is not None:
            return found
    return None


def _part(key: yaml.Node, node: yaml.Node, content: Any) -> yaml.Node | None:
    if _parses(content):
        return None
    if isinstance(content, list) and isinstance(node, yaml.SequenceNode):
        items = cast("list[Any]", content)
        for child, item in zip(cast("list[yaml.Node]", node.value), items, strict=False):
            found = _part(child, child, item)
            if found is not None:
                return found
    if isinstance(content, dict):
        table = cast("dict[Any, Any]", content)
        for inner, below in _pairs(node):
            if inner.value in table and not _parses({inner.value: table[inner.value]}):
                return _element(inner, below, table[inner.value])
    return key


def _element(key: yaml.Node, node: yaml.Node, content: Any) -> yaml.Node:
    """Of a list of values the one that fails; the key itself when it is not one of them."""
    if isinstance(content, list) and isinstance(node, yaml.SequenceNode):
        items = cast("list[Any]", content)
        for child, item in zip(cast("list[yaml.Node]", node.value), items, strict=False):
            if not _parses({key.value: item}):
                return child
    return key


def _parses(definition: Any) -> bool:
    try:
        check_detection(SigmaDetection.from_definition(definition, policy=POLICY))
    except (SigmaError, InvalidInputError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return False
    return True


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from cast("list[tuple[yaml.Node, yaml.Node]]", node.value)


def _key(node: yaml.Node | None, name: str) -> yaml.Node | None:
    return next((key for key, _ in _pairs(node) if key.value == name), None)


def _child(node: yaml.Node, name: str) -> yaml.Node | None:
    return next((value for key, value in _pairs(node) if key.value == name), None)


def _place(node: yaml.Node) -> Place:
    return node.start_mark.line, node.start_mark.column
