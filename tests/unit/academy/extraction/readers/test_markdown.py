from netsentinel.academy.extraction.model import PassageKind
from netsentinel.academy.extraction.readers.markdown import plain_of, read_markdown

TEXT = """---
title: x
---
# The *first* [guide](https://x.example)

Some **bold words** and `code`.
Second line.

Setext heading
--------------

- one item
- **Nonce:** a number that is used only once
| cell one | cell two |
|---|---|

~~~
# no heading
~~~
Term
:   what it means
"""


def test_markdown_becomes_passages_with_their_sections() -> None:
    document = read_markdown(TEXT, "file")
    assert document.title == "The first guide"
    assert [(one.kind, one.text) for one in document.passages] == [
        (PassageKind.HEADING, "The first guide"),
        (PassageKind.TEXT, "Some bold words and code. Second line."),
        (PassageKind.HEADING, "Setext heading"),
        (PassageKind.TEXT, "one item"),
        (PassageKind.DEFINITION, "Nonce: a number that is used only once"),
        (PassageKind.TEXT, "cell one. cell two"),
        (PassageKind.CODE, "# no heading"),
        (PassageKind.DEFINITION, "Term: what it means"),
    ]
    assert document.passages[1].emphasised == ("bold words",)
    assert document.passages[1].position.line == 6
    assert document.passages[3].position.section == ("The first guide", "Setext heading")


def test_marks_inside_words_stay() -> None:
    assert plain_of("a snake_case_name, 2*3*4, &lt;b&gt; <b>x</b> \\* ![alt](i.png)") == (
        "a snake_case_name, 2*3*4, <b> x * alt"
    )


def test_an_unfinished_fence_ends_with_the_text() -> None:
    assert read_markdown("```\ncode", "t").passages[0].kind is PassageKind.CODE


def test_headings_rules_and_comments_of_any_length_take_no_more_than_one_look() -> None:
    spaces = " " * 100_000
    text = f"# a{spaces}b ##\n\n{'|' * 100_000}x\n\n{'<!--' * 100_000}\n\n{'- ' * 100_000}x\n\n---\n\n| - | - |\n"
    document = read_markdown(text, "t")
    assert document.title == "a b"
    assert not any("---" in passage.text for passage in document.passages)


def test_a_comment_is_left_out() -> None:
    assert plain_of("one <!-- two -- three --> four <!-- five") == "one four <!-- five"
