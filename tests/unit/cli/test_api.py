import json

import pytest

from netsentinel.cli.program import run


def test_the_documents_print_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["api", "spec"]) == 0
    assert json.loads(capsys.readouterr().out)["openapi"] == "3.1.0"
    assert run(["api", "spec", "asyncapi"]) == 0
    assert json.loads(capsys.readouterr().out)["asyncapi"].startswith("3.")


def test_another_document_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["api", "spec", "wsdl"]) == 2
    assert "openapi" in capsys.readouterr().err
