import json

import pytest

from netsentinel.events.zeek_tsv import as_json, is_classic

HEADER = [
    b"#separator \\x09",
    b"#set_separator\t,",
    b"#empty_field\t(empty)",
    b"#unset_field\t-",
    b"#path\tconn",
    b"#open\t2020-10-06-17-32-56",
    b"#fields\tts\tuid\tid.orig_h\tid.orig_p\tlocal_orig\tduration\tservice\ttunnel_parents\tTTLs",
    b"#types\ttime\tstring\taddr\tport\tbool\tinterval\tstring\tset[string]\tvector[interval]",
]


def rows(*lines: bytes) -> list[object]:
    return [json.loads(line) for line in as_json([*HEADER, *lines, b"#close\t2020-10-06-17-33-29"])]


def test_values_have_the_types_of_the_header() -> None:
    (row,) = rows(b"1601998366.785668\tC1\t10.0.0.1\t54170\tT\t0.0077\tdns\t(empty)\t15.0,-")
    assert row == {
        "_path": "conn",
        "ts": 1601998366.785668,
        "uid": "C1",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 54170,
        "local_orig": True,
        "duration": 0.0077,
        "service": "dns",
        "tunnel_parents": [],
        "TTLs": [15.0, None],
    }


def test_unset_fields_are_left_out_and_empty_ones_are_empty() -> None:
    (row,) = rows(b"1.5\tC1\t10.0.0.1\t1\tF\t-\t(empty)\ta,b\t-")
    assert row == {
        "_path": "conn", "ts": 1.5, "uid": "C1", "id.orig_h": "10.0.0.1", "id.orig_p": 1, "local_orig": False,
        "service": "", "tunnel_parents": ["a", "b"],
    }  # fmt: skip


@pytest.mark.parametrize("line", [b"too\tfew", b"soon\tC1\t10.0.0.1\t1\tF\t-\t-\t-\t-", b"\xff"])
def test_a_row_that_does_not_fit_comes_as_it_is(line: bytes) -> None:
    assert list(as_json([*HEADER, line])) == [line]
    assert list(as_json([line])) == [line]


def test_how_a_classic_log_begins() -> None:
    assert is_classic(b"\t#separator \\x09\n#set_separator")
    assert not is_classic(b'{"ts": 1}')
    assert not is_classic(b"# a comment")
