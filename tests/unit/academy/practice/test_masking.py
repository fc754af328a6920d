"""Names are replaced wherever they stand, each by one of its own."""

import time

import pytest

from netsentinel.academy.practice.errors import TooManyNamesError
from netsentinel.academy.practice.masking import Mask


def test_shapes_are_found_without_being_known() -> None:
    mask = Mask()
    said = mask.text(
        "bob@acme.com from 192.168.1.7, fe80::1 and 00:11:22:33:44:55 to www.acme.com (S-1-5-21-1-2-3-500)"
    )
    for name in ("acme", "192.168", "fe80", "00:11", "S-1-5-21"):
        assert name not in said
    assert mask.text("192.168.1.7") in said
    home = "/home/{}/x"  # put together, so that this file names nobody's
    assert (
        mask.text(rf"C:\Users\bob\cmd.exe {home.format('bob')}") == rf"C:\Users\user-1\cmd.exe {home.format('user-1')}"
    )


@pytest.mark.parametrize(
    "name",
    ["cowrie.session.file_download", "cowrie.login.failed", "cowrie.direct-tcpip.request", "cowrie.command.input"],
)
def test_what_a_honeypot_calls_its_events_is_no_name(name: str) -> None:
    mask = Mask()
    mask.find(name)
    assert mask.text(f"{name} at cowrie.acme.com") == f"{name} at domain-1.example"


def test_known_names_are_whole_words_and_capitals_do_not_matter() -> None:
    mask = Mask()
    mask.learn("host", "web")
    mask.learn("user", "-")
    mask.learn("user", "1000")
    assert mask.text("WEB website web-1 1000") == "host-1 website host-1-1 1000"


def test_fields_of_events_say_what_a_name_is() -> None:
    mask = Mask()
    mask.learn_event({"a": {"TargetUserName": "ACME\\eve"}, "hostname": "srv9", "bytes": 7, "note": "keep"})
    assert mask.text("eve on srv9, keep") == "user-1 on host-2, keep"


def test_more_addresses_than_a_block_holds_stay_different() -> None:
    mask = Mask()
    made = {mask.text(f"10.{number // 250}.{number % 250}.1") for number in range(600)}
    assert len(made) == 600


@pytest.mark.parametrize(
    "leaked",
    [
        r"copy \\fs01\share c:\x",
        "curl http://intranet:8080/x",
        "curl https://helga:secret@files.acme.com/x",
        r"net use z: /user:ACME\helga secret",
        r'runas /user:"ACME\helga moor" cmd',
        r"C:\Users\Helga Moor\Desktop\x.exe",
        r'{"path": "C:\\Users\\helga\\x"}',
        r"C:\Documents and Settings\helga\x",
        "::ffff:10.4.7.9 connected",
        "010.4.7.9 connected",
        "CN=Helga Moor,OU=Sales,DC=acme,DC=com",
        "S-1-12-1-1943430372-1249052806-2496021943-3034400218",
        "x" * 1_990 + " helga.moor@acme.com",
    ],
)
def test_names_inside_of_command_lines_paths_and_urls_are_found(leaked: str) -> None:
    said = Mask().text(leaked).casefold()
    known = ("helga", "moor", "acme", "fs01", "intranet", "4.7.9", "sales", "1943430372")
    assert [name for name in known if name in said] == []
    assert len(said) <= 2_000


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"user": {"name": "helga"}}, "helga logged in"),
        ({"users": ["otto", "helga"]}, "helga logged in"),
        ({"user": [{"name": "helga"}]}, "helga logged in"),
        ({"User": "helga@acme.com"}, "ping -n 1 helga"),
        ({"TargetUserName": r"ACME\otto"}, r"whoami: acme\system"),
        ({"Computer": "helga-pc.acme.com"}, "ping helga-pc"),
        ({"TargetUserName": "HELGA$"}, "ping helga"),
    ],
)
def test_parts_of_names_are_names(event: dict[str, object], text: str) -> None:
    mask = Mask()
    mask.learn_event(event)
    said = mask.text(text).casefold()
    assert "helga" not in said
    assert "acme" not in said


def test_many_names_take_no_longer_and_too_many_are_refused() -> None:
    mask, texts = Mask(), [" ".join(f"host-{number}-{at}.corp.local" for at in range(60)) for number in range(30)]
    began = time.process_time()
    for text in texts:
        mask.find(text)
    masked = [mask.text(text) for text in texts]
    assert time.process_time() - began < 10, "0.2 s; looking for them one by one took minutes"
    assert not any("corp" in text for text in masked)
    for number in range(3):
        mask.find(" ".join(f"more-{number}-{at}.corp.local" for at in range(60)))
    with pytest.raises(TooManyNamesError):
        mask.find(" ".join(f"other-{at}.corp.local" for at in range(60)))


def test_names_at_the_edges_of_letters_that_are_not_ascii() -> None:
    mask = Mask()
    for name in ("jürgé", "Ödön", "srv-1", "srv"):
        mask.learn("host", name)
    assert mask.text("JÜRGÉ, ödön; srv-1 SRV-2") == "host-1, host-2; host-3 host-4-2"


def test_what_names_nobody_stays() -> None:
    mask = Mask()
    mask.learn_event({"User": r"NT AUTHORITY\SYSTEM", "host": {"os": {"name": "Windows"}}})
    for text in (
        r"C:\Windows\System32\cmd.exe /c dir",
        r"NT AUTHORITY\SYSTEM on Windows at 12:34:56",
        "http://localhost:8080/x",
        "type x.txt > y.log",
    ):
        assert mask.text(text) == text


def test_one_who_is_known_and_one_who_is_found_are_two() -> None:
    mask = Mask()
    mask.learn("user", "otto")
    assert mask.text(r"otto in C:\Users\helga\x") == r"user-1 in C:\Users\user-2\x"
