"""Limits for hostile input: what a file really is, and processes that may read it but do nothing else."""

from netsentinel.guards.errors import CellBrokeError
from netsentinel.guards.signatures import ends_as_archive, signature_of

__all__ = ["CellBrokeError", "ends_as_archive", "signature_of"]
