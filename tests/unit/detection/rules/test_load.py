import zipfile
from pathlib import Path
from time import process_time

import pytest

from netsentinel.detection.rules.load import MAX_DOCUMENTS, MAX_SCALAR, load_rules, load_text
from netsentinel.events.model import Logsource
from netsentinel.kernel.errors import InvalidInputError, NotFoundError
from netsentinel.kernel.types import Level

HEAD = "title: {title}\nlogsource:\n    category: x\ndetection:\n"
GOOD = HEAD.format(title="good") + "    s:\n        a: 1\n    condition: s\n"


def detection(body: str) -> str:
    return HEAD.format(title="t") + body


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("title: [\nlogsource: x\n", 1, 8, "YAML"),
        ("title: [", 1, 1, "YAML"),
        ("title: t\n\tx: y\n", 2, 1, "tab"),
        (detection("    s:\n        a: 1\n        a: 2\n    condition: s\n"), 7, 9, "Duplicate key 'a'"),
        (detection("    s:\n        a: 1\n        b|bogus: 2\n    condition: s\n"), 7, 9, "Unknown modifier 'bogus'"),
        (
            detection("    s:\n        b|re:\n            - x\n            - '(?<=a)b'\n    condition: s\n"),
            8,
            15,
            "RE2",
        ),
        (detection("    s:\n        b|re: '('\n    condition: s\n"), 6, 9, "invalid"),
        (detection(f"    s:\n        a: x{'*a' * 20_000}\n    condition: s\n"), 6, 9, "write it as several"),
        (detection("    s:\n        a: 1\n    condition: s and missing\n"), 7, 5, "'missing' not defined"),
        (detection("    s:\n        a: 1\n    condition: s and and s\n"), 7, 5, "from its character 11 on, at 's'"),
        (detection("    s:\n        a: 1\n    condition: 1 of nothing*\n"), 7, 5, "doesn't match any detection"),
        (detection("    s:\n        a: 1\n    condition: s | count() > 5\n"), 7, 5, "pipe syntax"),
        (detection("    s:\n        - a: 1\n        - b|cidr: 10.0.0.1/99\n    condition: s\n"), 7, 11, "CIDR"),
        (detection("    s:\n        a|expand: '%users%'\n    condition: s\n"), 6, 9, "placeholder"),
        (detection("    s:\n        a|gt: abc\n    condition: s\n"), 6, 9, "incompatible"),
        (detection(f"    s:\n        a: {2**64}\n    condition: s\n"), 6, 9, "64 bits"),
        (detection(f"    s:\n        a|lt: {-(2**64)}\n    condition: s\n"), 6, 9, "64 bits"),
        (detection("    s: {}\n    condition: s\n"), 5, 5, "empty"),
        (detection("    s:\n        1: 2\n    condition: s\n"), 5, 5, "not what Sigma defines"),
        (GOOD + "level: awful\n", 8, 1, "level"),
        (GOOD + "tags: [1]\n", 8, 1, "tags"),
        (GOOD + f"tags: [{', '.join(f'a.{n:06}' for n in range(1_100))}]\n", 8, 1, "tags of a rule"),
        ("title: t\nlogsource: windows\ndetection: {s: {a: 1}, condition: s}\n", 2, 1, "logsource"),
        ("title: t\ndetection:\n    s: {a: 1}\n    condition: s\n", 1, 1, "log source"),
        ("title: t\nlogsource: {category: x}\n", 1, 1, "detection"),
        ("title: t\ncorrelation:\n    type: event_count\n", 2, 1, "not supported yet"),
        ("title: t\nfilter:\n    rules: any\n", 2, 1, "not supported yet"),
        ("- a\n- b\n", 1, 1, "map"),
        ("title: t\nlogsource: {category: x}\ndetection: &d\n    s: *d\n    condition: s\n", 4, 5, "Recursive"),
        ("title: !!python/object:os.system x\n", 1, 8, "constructor"),
    ],
)
def test_a_rule_that_fails_says_where(text: str, line: int, column: int, words: str) -> None:
    loaded = load_text(text, "r.yml")
    assert loaded.rules == ()
    (failure,) = loaded.failed
    assert (failure.path, failure.line, failure.column) == ("r.yml", line, column), str(failure)
    assert words in failure.detail
    assert str(failure).startswith(f"r.yml:{line}:{column}: ")


def test_aliases_cannot_grow_without_end() -> None:
    layers = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9))
    for first in ("[x]", "[]"):
        (failure,) = load_text(f"l0: &l0 {first}\n{layers}\n{GOOD}").failed
        assert "YAML aliases make" in failure.detail
    bomb = "    s: &l0 {a|contains: [x, y]}\n" + "".join(
        f"    s{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    began = process_time()
    (failure,) = load_text(f"{HEAD.format(title='u')}{bomb}    condition: s8\n").failed
    assert "YAML aliases make" in failure.detail
    assert process_time() - began < 1, "what is too much to be read is not searched for the place of the fault"


@pytest.mark.parametrize("part", ["falsepositives: [{}]", "x: !!omap [a: [{}]]"])
def test_aliases_repeat_no_more_than_some_text(part: str) -> None:
    said = f"description: &a {'x' * 1_000}\n"
    few, many = (GOOD + said + part.format(", ".join(["*a"] * times)) + "\n" for times in (3, 5))
    assert len(load_text(few).rules) == 1
    (failure,) = load_text(many).failed
    assert "YAML aliases make 6," in failure.detail
    assert (failure.line, failure.column) == (1, 1)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(b"title: a\nauthor: \xff\n")
    (tmp_path / "b.yml").write_bytes(b"#" * (1024 * 1024 + 1))
    failed = load_rules([tmp_path]).failed
    assert [(failure.line, failure.detail) for failure in failed] == [
        (2, "The file is not valid UTF-8."),
        (1, "The file is larger than 1 MiB."),
    ]


def test_a_broken_document_does_not_take_the_others_with_it() -> None:
    broken = "title: [\n"
    loaded = load_text(f"{broken}---\n{GOOD}---\n{HEAD.format(title='u')}    s: {{a|bogus: 1}}\n    condition: s\n")
    assert [rule.title for rule in loaded.rules] == ["good"]
    assert [failure.line for failure in loaded.failed] == [1, 15]


def test_folders_files_and_archives(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for number, name in enumerate(("b.yml", "sub/a.yaml", "sub/notes.md", "bad.yml")):
        text = "title: [" if name == "bad.yml" else GOOD.replace("a: 1", f"a: {number}")
        (tmp_path / name).write_text(text, encoding="utf-8")
    loaded = load_rules([tmp_path])
    assert [Path(rule.path).name for rule in loaded.rules] == ["b.yml", "a.yaml"]
    assert [Path(failure.path).name for failure in loaded.failed] == ["bad.yml"]
    with zipfile.ZipFile(tmp_path / "rules.zip", "w") as archive:
        archive.writestr("x/one.yml", GOOD.replace("a: 1", "a: 7"))
        archive.writestr("x/two.yml", "title: [")
        archive.writestr("LICENSE", "words")
    packed = load_rules([tmp_path / "rules.zip"])
    assert [rule.path for rule in packed.rules] == [f"{tmp_path}/rules.zip!x/one.yml"]
    assert [failure.path for failure in packed.failed] == [f"{tmp_path}/rules.zip!x/two.yml"]


def test_an_id_is_used_once() -> None:
    stated = "id: 6e1f4a1c-0f0e-4b7a-9a5c-3a2d1b0c9e8f\n"
    loaded = load_text(f"{stated}{GOOD}---\n{stated}{GOOD}")
    assert len(loaded.rules) == 1
    assert (loaded.failed[0].line, "already used in" in loaded.failed[0].detail) == (10, True)


def test_a_rule_without_an_id_is_known_by_what_it_asks() -> None:
    (one,), (same,), (other,) = (
        load_text(text).rules for text in (GOOD, GOOD + "level: low\n", GOOD.replace("1", "2"))
    )
    assert one.id == same.id
    assert one.id != other.id
    assert one.id.startswith("sigma-")


def test_what_an_alert_says_comes_from_the_rule() -> None:
    text = (
        "title: Good\nid: 6e1f4a1c-0f0e-4b7a-9a5c-3a2d1b0c9e8f\ndescription: |\n    Two\n    lines\n"
        "references: [https://example.org]\nfalsepositives: [Backups]\ntags: [attack.t1110]\nlevel: critical\n"
        "logsource: {product: Zeek, service: ssh}\ndetection:\n    s: {a: 1}\n    condition: s\n"
    )
    (rule,) = load_text(text, "r.yml").rules
    assert (rule.title, rule.description, rule.level) == ("Good", "Two\nlines\n", Level.CRITICAL)
    assert (rule.references, rule.false_positives, rule.tags) == (
        ("https://example.org",),
        ("Backups",),
        ("attack.t1110",),
    )
    assert rule.logsource == Logsource(product="zeek", service="ssh")
    assert (rule.source, rule.path) == (text, "r.yml")
    assert load_text(GOOD).rules[0].level is Level.MEDIUM


def test_what_is_not_there_or_no_archive(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        load_rules([tmp_path / "missing"])
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(InvalidInputError, match="no readable zip"):
        load_rules([tmp_path / "bad.zip"])


@pytest.mark.usefixtures("socket_disabled")
def test_loading_needs_no_network(tmp_path: Path) -> None:
    (tmp_path / "r.yml").write_text(GOOD + "tags: [attack.t1110, d3fend.d3-am]\n", encoding="utf-8")
    assert len(load_rules([tmp_path]).rules) == 1


@pytest.mark.parametrize("condition", ["1 of", "all", "s and (", "(s", "s s", "not", "1 of (s)", "| x"])
def test_a_condition_that_cannot_be_read_is_told_in_words(condition: str) -> None:
    (failure,) = load_text(detection(f"    s:\n        a: 1\n    condition: '{condition}'\n")).failed
    assert (failure.line, failure.column) == (7, 5)
    assert "{" not in failure.detail
    assert "Expected" not in failure.detail


@pytest.mark.parametrize("depth", [100, 300, 600, 5_000])
@pytest.mark.parametrize(
    "part", ["s: {0}a: 1{1}\n    condition: s", "s: {{a: 1}}\n    condition: {2}s", "s: {0}{1}\n    condition: s"]
)
def test_what_is_nested_too_deeply_is_an_error_with_a_place(depth: int, part: str) -> None:
    text = detection("    " + part.format("[" * depth, "]" * depth, "not " * depth) + "\n")
    loaded = load_text(f"{text}---\n{GOOD}")
    assert "good" in [rule.title for rule in loaded.rules]
    assert len(loaded.rules) + len(loaded.failed) == 2
    assert all(failure.line >= 1 and failure.column >= 1 for failure in loaded.failed)
    assert depth < 600 or "nested too deeply" in loaded.failed[0].detail


def test_a_file_has_a_most_of_documents() -> None:
    failed = load_text("---\n" * 200_000).failed
    assert [(failure.line, failure.detail[:40]) for failure in failed] == [
        (1_001, "The file holds more than 1,000 documents")
    ]
    assert len(load_text(f"---\n{GOOD}" + "---\n" * (MAX_DOCUMENTS - 1)).rules) == 1


def test_a_text_has_a_most_of_characters() -> None:
    (failure,) = load_text(detection(f"    s:\n        a: {'x' * (MAX_SCALAR + 1)}\n    condition: s\n")).failed
    assert (failure.line, failure.column) == (6, 12)
    assert "65,536" in failure.detail
    assert load_text(detection(f"    s:\n        a: {'x' * MAX_SCALAR}\n    condition: s\n")).rules


def test_a_broken_archive_in_a_folder_is_one_failure(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and then nothing")
    (tmp_path / "b.yml").write_text(GOOD, encoding="utf-8")
    loaded = load_rules([tmp_path])
    assert [rule.title for rule in loaded.rules] == ["good"]
    (failure,) = loaded.failed
    assert (failure.path, failure.line, "no readable zip" in failure.detail) == (f"{tmp_path}/a.zip", 1, True)
