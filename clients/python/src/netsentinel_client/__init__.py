"""The Python client of NetSentinel: live events that survive a reconnect, and long requests with progress."""

from netsentinel_client.client import Client
from netsentinel_client.errors import (
    ClientError,
    ClosedError,
    ProblemError,
    RefusedError,
    TaskFailedError,
    UnreachableError,
)
from netsentinel_client.model import Acknowledged, Condition, Event, Gap, Progress
from netsentinel_client.positions import FilePositions, MemoryPositions, Positions
from netsentinel_client.request import Running
from netsentinel_client.subscription import Subscription
from netsentinel_client.sync import SyncClient

__version__ = "0.1.0"

__all__ = [
    "Acknowledged",
    "Client",
    "ClientError",
    "ClosedError",
    "Condition",
    "Event",
    "FilePositions",
    "Gap",
    "MemoryPositions",
    "Positions",
    "ProblemError",
    "Progress",
    "RefusedError",
    "Running",
    "Subscription",
    "SyncClient",
    "TaskFailedError",
    "UnreachableError",
]
