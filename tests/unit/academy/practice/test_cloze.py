import pytest

from netsentinel.academy.practice.cloze import Form, mentions, plain_text, prompt, with_gaps

SCAN = ("Port scan", "port sweep")
SAID = "A port scan is a probe of many ports of one host."


def test_a_sentence_is_asked_with_a_gap_or_by_what_it_says() -> None:
    assert (
        prompt(Form.CLOZE, SAID, SCAN) == "Which concept fills the gap? A(n) ____ is a probe of many ports of one host."
    )
    assert prompt(Form.DEFINITION, SAID, SCAN) == "Which of these is defined as: a probe of many ports of one host."


def test_a_glossary_text_without_the_name_has_no_gap() -> None:
    text = "Probing many ports of one host."
    assert prompt(Form.CLOZE, text, SCAN) == ""
    assert prompt(Form.DEFINITION, text, SCAN).endswith(text)


@pytest.mark.parametrize(
    ("text", "names", "gapped"),
    [
        ("Port-scans and PORT  sweeps are loud.", SCAN, "____ and ____ are loud."),
        ("Domain name system (DNS) maps names.", ("DNS", "Domain Name System"), "____ maps names."),
        ("An ARP request", ("ARP",), "A(n) ____ request"),
        ("Transport scanner", ("port scan",), "Transport scanner"),
        ("C++ (a+)+ is", ("(a+)+", "C++"), "____ ____ is"),
    ],
)
def test_no_name_of_the_concept_is_left(text: str, names: tuple[str, ...], gapped: str) -> None:
    assert with_gaps(text, names) == gapped
    assert mentions(text, names) is (text != gapped)


@pytest.mark.parametrize("form", Form)
def test_a_text_that_says_too_little_makes_no_question(form: Form) -> None:
    assert prompt(form, "A port scan is loud.", SCAN) == ""
    assert prompt(form, "", SCAN) == ""


def test_a_text_becomes_one_line_without_what_cannot_be_printed() -> None:
    assert plain_text("a\0b\n\x1b[31m c\u202e") == "a b [31m c"
    assert len(plain_text("x" * 10_000)) == 600
