"""`netsentinel api`: the interfaces as documents, without a server."""

from enum import StrEnum
from typing import Annotated

import typer

from netsentinel.cli.output import print_json
from netsentinel.cli.serve import settings_from

api_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Describe the HTTP and live interfaces.")


class Document(StrEnum):
    """Which interface."""

    OPENAPI = "openapi"
    ASYNCAPI = "asyncapi"


@api_app.callback()
def api() -> None:
    """Describe the HTTP and live interfaces."""


@api_app.command("spec")
def spec(document: Annotated[Document, typer.Argument(help="OpenAPI 3.1 or AsyncAPI 3.")] = Document.OPENAPI) -> None:
    """Print the OpenAPI document of the HTTP API, or the AsyncAPI document of the live protocol, as JSON."""
    if document is Document.ASYNCAPI:
        from netsentinel.bootstrap import entry_registry
        from netsentinel.streamer.asyncapi import asyncapi

        print_json(asyncapi(entry_registry()))
        return
    from netsentinel.api.app import create_app

    print_json(create_app(settings_from()).openapi())
