from netsentinel.academy.extraction import read_text, weaknesses
from netsentinel.academy.extraction.names import folded
from netsentinel.academy.extraction.weaknesses import weaknesses_in


def named(text: str) -> list[str]:
    return [one.names[0] for one in weaknesses_in(read_text("x.md", text.encode()))]


def test_they_are_found_by_title_by_other_names_and_by_number() -> None:
    assert named("Bind variables against SQL injections.") == ["SQL Injection"]
    assert named("Escape output: XSS is common. So is CSRF.") == ["Cross-Site Request Forgery", "Cross-site Scripting"]
    assert named("Fixed: CWE-798.") == ["Use of Hard-coded Credentials"]
    assert named("Improper Neutralization of Special Elements used in an SQL Command") == ["SQL Injection"]


def test_what_mostly_means_something_else_is_none() -> None:
    assert named("The CSS and the allowlist of PHP need authorization.") == []
    assert named("Brute force, injection and man-in-the-middle are attacks the SOC sees.") == []
    assert named("# Code\n\n```\nsql injection\n```\n") == []


def test_each_name_stands_for_one_weakness() -> None:
    table = weaknesses()
    assert len(table) > 850
    assert table["cwe 89"].text.startswith("CWE-89: The product constructs all or part of an SQL command")
    owners: dict[tuple[str, ...], str] = {}
    for key, one in table.items():
        assert key == one.concept.key
        for name in one.concept.names:
            assert owners.setdefault(folded(name), key) == key, name
