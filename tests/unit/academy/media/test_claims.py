from netsentinel.academy.extraction import KnownConcept, extract, read_text
from netsentinel.academy.graph import ConceptKind, Relation
from netsentinel.academy.media.claims import claims_of
from netsentinel.academy.media.model import Medium, MediumState
from netsentinel.kernel.types import DEFAULT_TENANT

MEDIUM = Medium(
    id="med_1", tenant=DEFAULT_TENANT, name="x.md", title="X", size=1, sha256="aa", state=MediumState.READY,
    created_by="usr", created_at=1, updated_at=1,
)  # fmt: skip
TEXT = (
    b"# X\n\nSession IDs depend on phishing. A session ID is a value that names a session.\n" + b"Phishing again.\n" * 9
)


def test_known_concepts_keep_their_key_and_kind_and_are_mentioned_few_times() -> None:
    found = extract(read_text("x.md", TEXT), [KnownConcept("t1566", ("Phishing",))])
    claims = claims_of(MEDIUM, found, {"t1566": ConceptKind.TECHNIQUE})
    kinds = {one.key: one.kind for one in claims.concepts}
    assert kinds["medium:med_1"] is ConceptKind.MEDIUM
    assert kinds["t1566"] is ConceptKind.TECHNIQUE
    mentions = [one for one in claims.edges if one.relation is Relation.MENTIONS and one.target == "t1566"]
    assert len(mentions) == 3
    assert all(one.sentence and one.position == "#X" for one in mentions)
    assert all(one.source != one.target and 0 < one.weight <= 1 for one in claims.edges)


def test_a_weakness_is_one_and_says_what_it_is_where_the_text_does_not() -> None:
    document = read_text("x.md", b"Bind variables, or SQL injection waits.\n\nXSS is a weakness of pages that echo.\n")
    claims = claims_of(MEDIUM, extract(document), {})
    sql, scripting = (next(one for one in claims.concepts if one.key == key) for key in ("cwe 89", "cwe 79"))
    assert (sql.name, sql.kind) == ("SQL Injection", ConceptKind.WEAKNESS)
    assert sql.text.startswith("CWE-89: The product constructs")
    assert scripting.text == "XSS is a weakness of pages that echo."
