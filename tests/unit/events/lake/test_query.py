import pytest

from netsentinel.events.lake import EventFilter, parse_terms
from netsentinel.events.lake.query import condition, listed, quoted, rows_of, value_of
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.types import DEFAULT_TENANT


def test_every_value_is_a_parameter_and_the_tenant_comes_first() -> None:
    where = EventFilter(since=1, until=9, equal=(("user", ("x'--", "y")),), text="a.b", regex="c|d")
    sql, values = condition(DEFAULT_TENANT, where, (5, 4, 3))
    assert sql.startswith('"tenant" = ?')
    assert "x'" not in sql
    assert sql.count("?") == len(values)
    assert values == ["default", 1, 9, "x'--", "y", *["(?i)a\\.b"] * 2, *["c|d"] * 2, 5, 5, 4, 3]


def test_a_column_that_is_not_there_never_becomes_sql() -> None:
    for where in (EventFilter(equal=(('user" --', ("x",)),)), EventFilter(unequal=(('user" --', ("x",)),))):
        with pytest.raises(InvalidFilterError):
            condition(DEFAULT_TENANT, where)
    with pytest.raises(InvalidFilterError):
        value_of('user") --')


def test_paths_are_quoted() -> None:
    assert quoted("it's") == "'it''s'"
    assert listed(["a", "b'"]) == "['a', 'b''']"
    assert rows_of([]) == "template"
    assert "read_parquet(['x''.parquet']" in rows_of(["x'.parquet"])


def test_filters_as_people_type_them() -> None:
    terms = ["src_ip=::1", "url=/?a=b", "src_ip=10.0.0.1", "dst_port=22"]
    equal, unequal = parse_terms([*terms, "user!=root", "user!=", "severity!=2"])
    assert equal == (("src_ip", ("::1", "10.0.0.1")), ("url", ("/?a=b",)), ("dst_port", (22,)))
    assert unequal == (("user", ("root", "")), ("severity", (2,)))
    for wrong in ("src_ip", "tenant=other", "native=x", "dst_port=", "dst_port=1e3", "user!!=x", "!=x", "tenant!=x"):
        with pytest.raises(InvalidFilterError):
            parse_terms([wrong])
