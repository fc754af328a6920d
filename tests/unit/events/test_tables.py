import json

import pytest

from netsentinel.events.lines import LongLine, Unreadable
from netsentinel.events.tables import TableReader, as_json, is_table

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


def rows(*lines: bytes, header: list[bytes] = HEADER) -> list[object]:
    return [json.loads(line) for line in as_json([*header, *lines, b"#close\t2020-10-06-17-33-29"])]


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


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"too\tfew", "the row has 2 fields; its header has 9"),
        (b"soon\tC1\t10.0.0.1\t1\tF\t-\t-\t-\t-", "'soon' is no value of the field ts"),
        (b"\xff", "the row has 1 fields; its header has 9"),
    ],
)
def test_a_row_that_does_not_fit_comes_as_it_is_with_the_reason(line: bytes, reason: str) -> None:
    (kept,) = as_json([*HEADER, line])
    assert isinstance(kept, Unreadable)
    assert (bytes(kept), kept.reason) == (line, reason)


def test_lines_before_a_header_and_cut_lines_pass() -> None:
    cut = LongLine(b"x")
    assert list(as_json([b"a\tb", cut, *HEADER, cut])) == [b"a\tb", cut, cut]


def test_a_second_header_replaces_the_first() -> None:
    other = [b"#separator \\x09", b"#path\tdns", b"#fields\tts\tquery", b"#types\ttime\tstring"]
    assert rows(b"1.0\ta.example", header=[*HEADER, *other]) == [{"_path": "dns", "ts": 1.0, "query": "a.example"}]


def test_fields_without_types_are_no_header() -> None:
    (kept,) = as_json([b"#separator \\x09", b"#fields\tts\tuid", b"1.0\tC1"])
    assert isinstance(kept, Unreadable)


@pytest.mark.parametrize(("fields", "size"), [(1_000, 100), (1_001, 1)])
def test_a_header_that_would_blow_up_every_row_is_none(fields: int, size: int) -> None:
    names = [f"{number:0{size}}" for number in range(fields)]
    table = TableReader()
    for line in (
        HEADER[0],
        "\t".join(["#fields", *names]).encode(),
        "\t".join(["#types", *["count"] * fields]).encode(),
    ):
        table.take_header(line)
    with pytest.raises(ValueError, match="too many or too long"):
        table.row("\t".join(["1"] * fields).encode())


def test_csv_with_quotes() -> None:
    (row,) = as_json([b'StartTime,SrcAddr,DstAddr,"Label"', b'2019/04/04 16:23:00,10.0.0.1,,"a, ""b"""'])
    assert json.loads(row) == {"StartTime": "2019/04/04 16:23:00", "SrcAddr": "10.0.0.1", "Label": 'a, "b"'}
    short, broken = as_json([b"ts,a,b", b"1,2", b'1,"2" x,3'])
    assert isinstance(short, Unreadable)
    assert short.reason == "the row has 2 cells; its header has 3"
    assert isinstance(broken, Unreadable)
    assert broken.reason.startswith("the row is no CSV")


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_separators_of_csv(separator: str) -> None:
    (row,) = as_json([separator.join(line).encode() for line in (("Time", "user", "host"), ("1", "eve", "h"))])
    assert json.loads(row) == {"Time": "1", "user": "eve", "host": "h"}


def test_what_is_a_header() -> None:
    assert is_table(b"\t#separator \\x09")
    assert is_table(b"StartTime,Dur,Proto,SrcAddr")
    for line in (b'{"ts": 1}', b"# a comment", b"a,b,c", b"ts,a", b"ts,ts,a", b"ts,a,1b", b"", b"1,ts,a", b'ts,"a,b'):
        assert not is_table(line)
    assert TableReader().take_header(b"a,b,c", any_names=True)


def test_a_row_without_a_header() -> None:
    with pytest.raises(ValueError, match="no header"):
        TableReader().row(b"1,2,3")
