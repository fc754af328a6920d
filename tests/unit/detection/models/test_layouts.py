import pytest

from netsentinel.detection.models.layouts import (
    NSL_KDD,
    NSL_KDD_COLUMNS,
    UNKNOWN,
    UNSW_NB15,
    is_nsl_kdd_text,
    layout_of,
)


def test_known_columns_are_recognised() -> None:
    assert layout_of([*NSL_KDD_COLUMNS, "class"]) is NSL_KDD
    assert layout_of(["id", "sttl", "dttl", "ct_state_ttl", "ct_srv_src"]) is UNSW_NB15
    assert layout_of(["bytes", "label"]) is UNKNOWN
    assert len(set(NSL_KDD_COLUMNS)) == 41


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0,tcp,http,SF" + ",0" * 37 + ",normal,21\n", True),
        ("0,udp,domain_u,SF" + ",0" * 37 + ",normal\r\n", True),
        ("0,tcp,http,SF,normal", False),
        ("duration,protocol_type" + ",x" * 41, False),
        ("", False),
    ],
)
def test_text_without_a_header_is_recognised_by_its_first_line(line: str, expected: bool) -> None:
    assert is_nsl_kdd_text(line) is expected
