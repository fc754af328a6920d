import time

import pytest

from netsentinel.academy.courses.texts import evidence_for, faults_of, words_of

LESSONS = {"04-scans", "05-passwords"}


@pytest.mark.parametrize(
    "text",
    [
        "See [scans](04-scans.md), [part](./04-scans.md#wide), [site](https://example.org) and [alerts](/alerts).",
        "`<script>` in code, and 3 < 4 > 2, and a < b.",
        "```html\n<script>alert(1)</script>\n[x](javascript:alert)\n```\n",
        "[mail](mailto:a@example.org)",
    ],
)
def test_what_may_stand_in_a_lesson(text: str) -> None:
    assert faults_of(text, LESSONS) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a\n\n<script>alert(1)</script>", "line 3: HTML is not shown"),
        ("<!-- hidden -->", "HTML"),
        ("text <img src=x onerror=alert(1)>", "HTML"),
        ("[x](javascript:alert(1))", "neither https nor http"),
        ("[x](JaVaScRiPt:alert(1))", "neither https nor http"),
        ("[x](data:text/html;base64,PHNj)", "neither https nor http"),
        ("[x](//evil.example/)", "neither https nor http"),
        ("[x](/\\evil.example/login)", "neither https nor http"),
        ("[x](99-none.md)", "leads to no lesson"),
        ("[x](../secret.md)", "leads to no lesson"),
        ("![x](https://example.org/x.png)", "pictures are not shown"),
    ],
)
def test_what_may_not(text: str, fault: str) -> None:
    assert fault in faults_of(text, LESSONS)[0]


def test_faults_are_not_without_end() -> None:
    assert len(faults_of("<b>\n" * 1_000, LESSONS)) == 10


def test_a_hostile_line_is_read_in_time_that_grows_with_its_length() -> None:
    assert faults_of("[" * 50_000 + "](" * 20_000, LESSONS) == []
    assert faults_of("<a" * 40_000, LESSONS) == []
    began = time.process_time()
    assert faults_of("[a](" * 25_000, LESSONS) == []
    assert time.process_time() - began < 5, "0.1 s; it was 12 s"


def test_the_sentence_that_names_a_concept_is_found_under_its_heading() -> None:
    text = "# Scans\n\nAn intro.\n\n## Wide\n\n- A **port scan** asks [many](04-scans.md) doors. Then more.\n"
    assert evidence_for(text, "Port scan") == ("A port scan asks many doors.", "#Wide")
    assert evidence_for(text, "beacon") == ("", "")


def test_words_are_counted() -> None:
    assert words_of("One, two: 3!") == 3


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("~~~\n```\n~~~\n<script>x</script>", [4]),
        ("````\n```\n<b>x</b>\n```\n````\n<i>y</i>", [6]),
        ("```\n<b>x</b>\n``` no end\n<b>y</b>\n`````\n<i>z</i>", [6]),
        ("``` `a` <b>x</b>\n<i>y</i>", [1, 2]),
        ("```\n<b>never closed</b>", []),
    ],
)
def test_a_fence_is_closed_by_its_own_kind(text: str, lines: list[int]) -> None:
    assert [int(fault.split()[1].rstrip(":")) for fault in faults_of(text, ())] == lines


def test_code_is_no_evidence() -> None:
    text = "# Scans\nBefore.\n```\n# Port scan\nA port scan is code.\n```\nA port scan is real."
    assert evidence_for(text, "port scan") == ("A port scan is real.", "#Scans")
