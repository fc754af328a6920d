"""Options that several commands share; importing them costs nothing but typer."""

from typing import Annotated

import typer

ServerOption = Annotated[
    str, typer.Option("--server", envvar="NETSENTINEL_SERVER", help="Address of the server; the local one by default.")
]
KeyOption = Annotated[
    str,
    typer.Option(
        "--key", envvar="NETSENTINEL_KEY", help="API key; for the server on this machine its local key file is used."
    ),
]
