"""The `netsentinel` command. Each command's module is imported only when it is called, so that `--help` is quick."""

from netsentinel.cli.program import main

__all__ = ["main"]
