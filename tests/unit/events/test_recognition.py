from netsentinel.events.recognition import recognised, sentence

EVE = b'{"timestamp":"2026-01-01T00:00:00.000000+0000","event_type":"dns","src_ip":"192.0.2.1"}'
SYSLOG = b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed"
ZEEK = (
    b"#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n"
    b"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\n"
    b"1600000000.0\tC1\t192.0.2.1\t1\t192.0.2.2\t80\ttcp"
).split(b"\n")
NOW = 1_700_000_000_000_000


def test_every_line_is_counted_once_under_what_would_read_it() -> None:
    found = recognised([EVE, EVE, SYSLOG, b"nonsense", b"{broken", b'{"event_type":"dns"}'], NOW)
    assert found == {"suricata": 2, "syslog": 1, "": 3}
    assert sentence(found) == (False, "3 of 6 lines recognised: 2 as suricata, 1 as syslog.")


def test_a_stated_format_is_the_only_one() -> None:
    assert recognised([EVE, SYSLOG], NOW, "syslog") == {"": 1, "syslog": 1}
    assert recognised([b'{"a":1}'], NOW, "json") == {"json": 1}


def test_rows_under_a_header_are_read_by_it() -> None:
    assert recognised(ZEEK, NOW) == {"zeek": 1}


def test_the_sentence_says_what_matters() -> None:
    assert sentence(recognised([], NOW)) == (True, "There is no line yet.")
    assert sentence(recognised([EVE], NOW)) == (True, "1 of 1 line recognised: 1 as suricata.")
    ok, told = sentence(recognised([b"x"], NOW))
    assert (ok, "kept as rejected" in told) == (False, True)
