from netsentinel.academy.extraction.model import PassageKind
from netsentinel.academy.extraction.readers.html import read_html

TEXT = """<html><head><title>Never shown</title><style>p{}</style></head><body><nav>Menu</nav>
<h1>Cookies &amp; sessions</h1><p>A <dfn>cookie</dfn> is <script>alert(1)</script>small.<p>Unclosed
<dl><dt>Salt<dd>random bytes</dl><pre>a  b
c</pre></body>"""


def test_html_becomes_passages_without_scripts() -> None:
    document = read_html(TEXT, "file")
    assert [(one.kind, one.text) for one in document.passages] == [
        (PassageKind.HEADING, "Cookies & sessions"),
        (PassageKind.TEXT, "A cookie is small."),
        (PassageKind.TEXT, "Unclosed"),
        (PassageKind.TEXT, "Salt"),
        (PassageKind.TEXT, "random bytes"),
        (PassageKind.CODE, "a  b\nc"),
    ]
    assert document.passages[1].emphasised == ("cookie",)
    assert document.passages[1].position.section == ("Cookies & sessions",)


def test_definition_lists_are_definitions() -> None:
    document = read_html("<title>T</title><dl><dt>Salt</dt><dd>random bytes</dd></dl>", "file")
    assert document.title == "T"
    assert document.passages[-1].term == "Salt"
    assert document.passages[-1].kind is PassageKind.DEFINITION
