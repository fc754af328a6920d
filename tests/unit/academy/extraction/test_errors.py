from netsentinel.academy.extraction.errors import UnreadableTextError


def test_the_line_is_for_programs_too() -> None:
    error = UnreadableTextError("It is no text.", line=3)
    assert (error.line, error.extra, error.status) == (3, {"line": 3}, 400)
