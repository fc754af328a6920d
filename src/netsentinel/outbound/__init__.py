"""The only HTTP client of the server: it connects to addresses that were checked, and to no other."""

from netsentinel.outbound.client import Answer, Outbound
from netsentinel.outbound.errors import BUSY, ForbiddenTargetError, InvalidUrlError, UnreachableError
from netsentinel.outbound.reach import Reach
from netsentinel.outbound.target import Target

__all__ = [
    "BUSY",
    "Answer",
    "ForbiddenTargetError",
    "InvalidUrlError",
    "Outbound",
    "Reach",
    "Target",
    "UnreachableError",
]
