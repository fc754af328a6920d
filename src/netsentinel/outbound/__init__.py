"""Calls to the outside: the only HTTP client of the server, which connects to checked addresses, and clamd's."""

from netsentinel.outbound.clamd import Clamd, ClamdAddress, ClamdWaits
from netsentinel.outbound.client import Answer, Outbound
from netsentinel.outbound.errors import BUSY, ForbiddenTargetError, InvalidUrlError, ScanRefusedError, UnreachableError
from netsentinel.outbound.reach import Reach
from netsentinel.outbound.target import Target

__all__ = [
    "BUSY",
    "Answer",
    "Clamd",
    "ClamdAddress",
    "ClamdWaits",
    "ForbiddenTargetError",
    "InvalidUrlError",
    "Outbound",
    "Reach",
    "ScanRefusedError",
    "Target",
    "UnreachableError",
]
