import pytest

from netsentinel.detection.rules.fields import MISSING, FieldReader, everything, text_of


@pytest.mark.parametrize(
    ("field", "native", "expected"),
    [
        ("a", {"a": 1}, ["1"]),
        ("a.b", {"a": {"b": "x"}}, ["x"]),
        ("a.b", {"a.b": "flat", "a": {"b": "x"}}, ["flat"]),
        ("a.b", {"a": [{"b": "x"}, {"c": 1}, {"b": ["y", None]}]}, ["x", "y"]),
        ("a.b.c", {"a": {"b.c": "x"}}, ["x"]),
        ("a.b", {"a": "x"}, []),
        ("a", {}, []),
        ("a", {"a": None}, []),
        ("a", {"a": {"b": 1}}, []),
        ("a", {"a": [True, 1.0, 1.5, ["deep"]]}, ["true", "1", "1.5", "deep"]),
    ],
)
def test_where_a_field_is_found(field: str, native: dict[str, object], expected: list[str]) -> None:
    assert FieldReader(field).texts(native) == expected


def test_other_names_are_tried_when_its_own_is_absent() -> None:
    reader = FieldReader("c-uri", ("http.url", "uri"))
    assert reader.read({"uri": "/b", "http": {"url": "/a"}}) == "/a"
    assert reader.read({"uri": "/b", "http": {}}) == "/b"
    assert reader.read({"c-uri": None, "uri": "/b"}) is None
    assert reader.read({"x": 1}) is MISSING
    assert reader.keys == {"c-uri", "http", "http.url", "uri"}


def test_everything_that_keywords_look_at() -> None:
    native = {"a": {"b": ["x", 1]}, "c": None, "d": True}
    assert list(everything(native)) == [("a.b", "x"), ("a.b", "1"), ("d", "true")]


def test_texts_of_scalars() -> None:
    assert [text_of(value) for value in ("x", True, False, 5, 5.0, 5.25, None, [], {})] == [
        "x", "true", "false", "5", "5", "5.25", None, None, None,
    ]  # fmt: skip
