import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.academy.extraction import Found, KnownConcept, extract, read_text
from netsentinel.academy.extraction.readers import READERS

SHEET = """# Web sessions

A **session cookie** is a cookie that holds the session identifier of a user.

## Session fixation

Session fixation depends on a session cookie that the attacker chose. Phishing delivers it.
Session fixation ends when the session cookie is renewed.

```
phishing phishing phishing
```
"""


def test_a_sheet_becomes_concepts_with_positions_and_prerequisites_with_evidence() -> None:
    found = extract(read_text("sheet.md", SHEET.encode()), [KnownConcept("T1566", ("Phishing",))])
    concepts = {one.name: one for one in found.concepts}
    assert concepts["Phishing"].found is Found.KNOWN
    assert concepts["Phishing"].key == "T1566"
    assert concepts["Phishing"].count == 1  # not what stands in code
    assert concepts["session cookie"].definition.startswith("A session cookie is a cookie")
    assert str(concepts["Session Fixation"].mentions[0].position) == "#Session fixation"
    edge = next(one for one in found.prerequisites if one.prerequisite == "session cookie")
    assert edge.concept == "cwe 384"
    assert edge.evidence.sentence == "Session fixation depends on a session cookie that the attacker chose."
    assert edge.reasons[0] == "the text says so"


def test_known_concepts_that_the_text_does_not_name_are_left_out() -> None:
    known = [KnownConcept("T1566", ("Phishing",)), KnownConcept("T1", ("Kerberoasting",))]
    keys = {one.key for one in extract(read_text("s.md", SHEET.encode()), known).concepts}
    assert "T1566" in keys
    assert "T1" not in keys


@pytest.mark.parametrize("suffix", sorted({*READERS} - {".vtt", ".srt"}))
@given(text=st.text(st.characters(min_codepoint=32) | st.just("\n"), max_size=300))
def test_any_text_gives_the_same_result_twice(suffix: str, text: str) -> None:
    document = read_text("x" + suffix, text.encode("utf-8", "replace"))
    first = extract(document)
    assert first == extract(document)
    keys = {one.key for one in first.concepts}
    assert all({one.concept, one.prerequisite} <= keys for one in first.prerequisites)
