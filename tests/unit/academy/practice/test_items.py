"""Files of questions: read in order, refused with the file's name."""

from collections import Counter
from pathlib import Path

import pytest

from netsentinel.academy.practice.checking import check
from netsentinel.academy.practice.errors import InvalidQuestionError
from netsentinel.academy.practice.items import read_course
from netsentinel.academy.practice.model import Pair, QuestionKind, SourceKind, Unit
from netsentinel.detection.content import bundled_rules

GOOD = """
questions:
  - slug: flag
    kind: choice
    prompt: Which flag opens a connection?
    options: [SYN, FIN]
    right: SYN
    explanation: SYN asks for a connection.
    concepts: [TCP handshake]
    position: "#flags"
  - slug: ports
    kind: matching
    prompt: Which port is whose?
    pairs: {"22": SSH, "53": DNS}
    explanation: They are assigned.
    concepts: [port]
  - slug: size
    kind: numeric
    prompt: How much?
    value: 1500
    unit: B
    units: {KB: 1000}
    explanation: So much.
    concepts: [flow]
"""


def test_the_bundled_course_has_five_questions_a_lesson_of_every_kind() -> None:
    items = read_course(bundled_rules().parent / "courses" / "reading-network-alerts")
    for item in items:
        check(item.written().content)
    of = Counter(item.source for item in items)
    assert (len(items), len(of), set(of.values())) == (60, 12, {5})
    assert {item.kind for item in items} == set(QuestionKind) - {QuestionKind.TRIAGE}


def course(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "my-course"
    (folder / "questions").mkdir(parents=True)
    (folder / "questions" / "01-one.yml").write_text(text)
    return folder


def test_a_folder_is_read_and_knows_its_lesson(tmp_path: Path) -> None:
    flag, ports, size = (item.written() for item in read_course(course(tmp_path, GOOD)))
    assert (flag.slug, flag.content.key.right) == ("my-course/01-one/flag", ("SYN",))
    assert (flag.source.kind, flag.source.id, flag.source.position) == (
        SourceKind.LESSON, "lesson:my-course/01-one", "#flags",
    )  # fmt: skip
    assert ports.content.key.pairs == (Pair("22", "SSH"), Pair("53", "DNS"))
    assert size.content.key.number is not None
    assert size.content.key.number.units == (Unit("KB", 1000),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("questions: [", "01-one.yml"),
        ("other: []", "01-one.yml"),
        ("questions: {a: 1}", "01-one.yml"),
        (GOOD.replace("prompt: How", "promt: How"), "no field 'promt'"),
        (GOOD.replace("kind: numeric", "kind: essay"), "size"),
        ("a: &a [1]\nquestions: [*a]", "aliases"),
        ("questions: []", "no question"),
        ("x: " + "y" * 600_000, "at most"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InvalidQuestionError, match=why):
        read_course(course(tmp_path, text))
