from typing import Any

import pytest
import yaml

from netsentinel.detection.rules.locate import locate

TEXT = """title: t
level: awful
logsource:
    category: x
detection:
    s:
        a: 1
        b|contains:
            - fine
            - 5
    condition: s
"""


def place(message: str, text: str = TEXT) -> tuple[int, int]:
    content: Any = yaml.safe_load(text)
    return locate(yaml.compose(text, yaml.SafeLoader), content, message)


def test_the_part_that_does_not_parse_comes_first() -> None:
    assert place("some complaint about the level") == (9, 14)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("Detection 'x' not defined in detections", 10),
        ("'awful' is not a valid Sigma rule level", 1),
        ("Sigma rule must have a log source", 2),
        ("Sigma detection must be a map", 4),
        ("nothing we know", 0),
    ],
)
def test_a_complaint_is_about_the_key_it_names(message: str, line: int) -> None:
    fine = TEXT.replace("            - 5\n", "            - '5'\n")
    assert place(message, fine)[0] == line


def test_a_key_that_stands_twice() -> None:
    node = yaml.compose("a: 1\nb:\n    - c: 1\n      c: 2\n", yaml.SafeLoader)
    assert locate(node, None, "Duplicate key 'c'") == (3, 6)


def test_a_node_that_holds_itself_is_looked_at_once() -> None:
    node = yaml.compose("d:\n    b: 1\n    b: 2\na: &x [*x]\n", yaml.SafeLoader)
    assert locate(node, None, "Duplicate key 'b'") == (2, 4)
