import pytest

from netsentinel.academy.extraction.concepts import candidates, heading_name, is_name
from netsentinel.academy.extraction.model import Found, KnownConcept, Passage, PassageKind, Position


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("3.1 Session Fixation", "Session Fixation"),
        ("What is a Reverse Shell?", "Reverse Shell"),
        ("How does Kerberos work?", "Kerberos"),
        ("Rule #2: Output Encoding", "Output Encoding"),
        ("Transport Layer Security (TLS)", "Transport Layer Security"),
        ("Introduction", ""),
        ("Further reading", ""),
        ("2.", ""),
        ("The things that you need", ""),
        ("Is it safe?", ""),
        ("A heading that goes on for so long that it is a sentence", ""),
    ],
)
def test_headings_announce_concepts(heading: str, name: str) -> None:
    assert heading_name(heading) == name


def test_one_name_is_one_concept_and_the_surest_source_keeps_it() -> None:
    passages = [
        Passage(text="Phishing", position=Position(), kind=PassageKind.HEADING),
        Passage(
            text="Typosquatting (TS) is a registration of domain names that look like others.", position=Position()
        ),
        Passage(text="Nonce: random bytes", term="Nonce", position=Position(), kind=PassageKind.DEFINITION),
        Passage(
            text="Nonces of TLS: are numbers.", term="Nonces of TLS", position=Position(), kind=PassageKind.DEFINITION
        ),
        Passage(text="Typosquatting", position=Position(), kind=PassageKind.HEADING),
        Passage(text="print('Buffer Overflow')", position=Position(), kind=PassageKind.CODE),
    ]
    known = [KnownConcept("T1566", ("Phishing",))]
    found = candidates([(0, one) for one in passages], known, most_terms=5)
    assert {key: one.found for key, one in found.items()} == {
        "T1566": Found.KNOWN,
        "typosquatting": Found.GLOSSARY,
        "nonce": Found.GLOSSARY,
        "nonce of tls": Found.GLOSSARY,
    }
    assert found["nonce"].definition == "random bytes"
    assert found["nonce of tls"].definition == "Nonces of TLS are numbers."
    assert found["typosquatting"].aliases == {"Typosquatting", "TS"}


def test_names_are_short_and_tell_something() -> None:
    assert [is_name(text) for text in ("Access token", "the", "token of", "data", "x " * 90)] == [
        True, False, False, False, False,
    ]  # fmt: skip
