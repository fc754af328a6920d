"""Requests that are repeated under one key: carried out once, and answered alike."""

from netsentinel.idempotency.errors import AnswerNotKeptError, KeyReusedError, RequestInFlightError
from netsentinel.idempotency.model import Answer, Claim, IdempotencyLimits, KeptRequest, checked_key
from netsentinel.idempotency.ports import RequestStore
from netsentinel.idempotency.service import Idempotency

__all__ = [
    "Answer",
    "AnswerNotKeptError",
    "Claim",
    "Idempotency",
    "IdempotencyLimits",
    "KeptRequest",
    "KeyReusedError",
    "RequestInFlightError",
    "RequestStore",
    "checked_key",
]
