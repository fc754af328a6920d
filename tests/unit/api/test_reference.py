from pathlib import Path

from netsentinel.api.app import create_app
from netsentinel.api.reference import render
from netsentinel.kernel.settings import Settings


def test_every_operation_is_on_the_page_and_nothing_runs_there(tmp_path: Path) -> None:
    schema = create_app(Settings(data_dir=tmp_path)).openapi()
    page = render(schema)
    for path, item in schema["paths"].items():
        for method in item:
            assert f"{method.upper()} {path}" in page
    assert "<script" not in page
    assert "http://" not in page


def test_text_from_the_document_is_escaped() -> None:
    schema = {"info": {"title": "<b>", "version": "1", "description": "<i>"}, "paths": {}}
    assert "<b>" not in render(schema)
    assert "&lt;i&gt;" in render(schema)
