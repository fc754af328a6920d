"""Names are replaced wherever they stand, each by one of its own."""

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


def test_known_names_are_whole_words_and_capitals_do_not_matter() -> None:
    mask = Mask()
    mask.learn("host", "web")
    mask.learn("user", "-")
    mask.learn("user", "1000")
    assert mask.text("WEB website web-1 1000") == "host-1 website host-1-1 1000"


def test_fields_of_events_say_what_a_name_is() -> None:
    mask = Mask()
    mask.learn_event({"a": {"TargetUserName": "ACME\\eve"}, "hostname": "srv9", "bytes": 7, "note": "keep"})
    assert mask.text("eve on srv9, keep") == "user-2 on host-1, keep"


def test_more_addresses_than_a_block_holds_stay_different() -> None:
    mask = Mask()
    made = {mask.text(f"10.{number // 250}.{number % 250}.1") for number in range(600)}
    assert len(made) == 600
