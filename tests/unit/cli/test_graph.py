import pytest

from netsentinel.cli.graph import show_concepts
from netsentinel.cli.output import Output

CONCEPT = {"name": "Port scan", "kind": "technique", "key": "t1046", "id": "cpt_x", "text": "Asking \x1b[31mdoors."}


def test_concepts_are_a_table_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    show_concepts([CONCEPT], Output.TABLE)
    said = capsys.readouterr().out
    assert "Port scan" in said
    assert "\x1b" not in said
    show_concepts([CONCEPT], Output.JSON)
    assert '"key":"t1046"' in capsys.readouterr().out
