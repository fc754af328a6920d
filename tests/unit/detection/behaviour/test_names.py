import pytest

from netsentinel.detection.behaviour.names import WordLikeness, entropy, rcode, split_name, txt_answers
from netsentinel.detection.content import bundled_words
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.detection.behaviour.scenes import dice, question, random_label


def eve(dns: object) -> Event:
    record = {"timestamp": "2026-05-28T20:26:40.000000+0000", "event_type": "dns", "src_ip": "10.0.0.1", "dns": dns}
    return FORMATS["suricata"].parse(record, b"", DEFAULT_TENANT, "eve")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("www.example.org", ("www", "example.org")),
        ("a.b.Example.co.uk.", ("a.b", "example.co.uk")),
        ("example.org", ("", "example.org")),
        ("co.uk", ("", "co.uk")),
        ("localhost", ("", "")),
        ("10.0.0.1", ("", "")),
        ("", ("", "")),
        ("x" * 250 + ".example.org", ("", "")),
    ],
)
def test_the_registered_domain(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


def test_entropy() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2


def test_codes() -> None:
    assert rcode(question(0, "a.example", rcode="NXDOMAIN")) == "NXDOMAIN"
    assert rcode(eve({"type": "answer", "rcode": "NXDOMAIN"})) == "NXDOMAIN"
    assert rcode(eve({"type": "query"})) == ""
    assert rcode(eve(None)) == ""


def test_texts() -> None:
    assert txt_answers(question(0, "a.example", answers=["TXT 5 hello", "192.0.2.1", 7])) == ["5 hello"]
    assert txt_answers(question(0, "a.example", answers="TXT 5 hello")) == ()
    assert txt_answers(eve({"answers": [{"rrtype": "TXT", "rdata": "hello"}, {"rrtype": "A", "rdata": "x"}]})) == [
        "hello"
    ]
    assert txt_answers(eve({"grouped": {"TXT": ["hello"]}})) == ["hello"]
    assert txt_answers(eve({})) == ()


def test_words_are_less_strange_than_letters_by_chance() -> None:
    words = bundled_words()
    likeness = WordLikeness(words)
    assert max(likeness.strangeness(word) for word in words if len(word) >= 8) < 4.7
    chance = dice(1)
    costs = sorted(likeness.strangeness(random_label(chance, 12)) for _ in range(500))
    assert costs[50] > 5.2
    assert likeness.strangeness("a") == 0
    assert likeness.strangeness("éé") > 5
