"""The review queue: people judge what media suggest, and the model of prerequisites learns from it."""

from netsentinel.academy.reviews.entries import ENTRY_KINDS
from netsentinel.academy.reviews.model import (
    Bulk,
    Review,
    ReviewAnswer,
    ReviewAnswerPage,
    ReviewKind,
    ReviewModel,
    ReviewQueue,
    ReviewVerdict,
    Weight,
)
from netsentinel.academy.reviews.service import ReviewGround, Reviews

__all__ = [
    "ENTRY_KINDS",
    "Bulk",
    "Review",
    "ReviewAnswer",
    "ReviewAnswerPage",
    "ReviewGround",
    "ReviewKind",
    "ReviewModel",
    "ReviewQueue",
    "ReviewVerdict",
    "Reviews",
    "Weight",
]
