"""Quotas and rate limits: how many requests a principal may make, and how many it made."""

from netsentinel.limits.errors import QuotaExceededError, RateLimitedError
from netsentinel.limits.model import ClassUsage, DayCount, LimitPlan, Rate, RequestClass, Standing, UsageOfDay
from netsentinel.limits.ports import UsageStore
from netsentinel.limits.service import RequestLimits

__all__ = [
    "ClassUsage",
    "DayCount",
    "LimitPlan",
    "QuotaExceededError",
    "Rate",
    "RateLimitedError",
    "RequestClass",
    "RequestLimits",
    "Standing",
    "UsageOfDay",
    "UsageStore",
]
