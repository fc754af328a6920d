"""Live connections: one journal reader per process, and every subscription behind it."""

from netsentinel.streamer.filters import compile_filter
from netsentinel.streamer.frames import MAX_CONDITIONS, Condition
from netsentinel.streamer.hub import Hub
from netsentinel.streamer.model import (
    SUBPROTOCOL,
    Admission,
    CloseCode,
    Connected,
    Connection,
    HubLimits,
    Subscription,
    Visitor,
)
from netsentinel.streamer.ports import ConnectionStore, JournalReader, LiveAuth, RequestQueue, Transport
from netsentinel.streamer.queue_tasks import TaskQueue, request_key
from netsentinel.streamer.requests import AsyncRequest
from netsentinel.streamer.router import Router
from netsentinel.streamer.store_memory import MemoryConnectionStore
from netsentinel.streamer.topics import TOPICS, FieldKind, Topic

__all__ = [
    "MAX_CONDITIONS",
    "SUBPROTOCOL",
    "TOPICS",
    "Admission",
    "AsyncRequest",
    "CloseCode",
    "Condition",
    "Connected",
    "Connection",
    "ConnectionStore",
    "FieldKind",
    "Hub",
    "HubLimits",
    "JournalReader",
    "LiveAuth",
    "MemoryConnectionStore",
    "RequestQueue",
    "Router",
    "Subscription",
    "TaskQueue",
    "Topic",
    "Transport",
    "Visitor",
    "compile_filter",
    "request_key",
]
