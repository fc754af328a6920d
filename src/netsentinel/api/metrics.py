"""Prometheus metrics: requests are observed as they happen, everything else is read when it is scraped."""

import time
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netsentinel.api.versions import is_deprecated
from netsentinel.kernel.types import MetricSample, Micros
from netsentinel.limits import RequestClass
from netsentinel.models.monitor import ModelSample

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""A client may send any word as its method; each word would be a series kept for ever."""
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

_WEBHOOK_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0)

_LIVE_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0)

_MODEL_LABELS = ("role",)
"""What scrapes is no tenant: whose models there are, and what they are called, is nobody else's business."""
_OF_MODELS = (
    (CounterMetricFamily, "judged", "Flows that deployed models gave a probability.", sum),
    (CounterMetricFamily, "flagged", "Flows above deployed models' thresholds.", sum),
    (CounterMetricFamily, "findings", "Findings of deployed models; an entity is told of once a while.", sum),
    (CounterMetricFamily, "seconds", "Processor time of deployed models.", sum),
    (GaugeMetricFamily, "score", "Mean probability lately, of the model that gave the highest.", max),
    (GaugeMetricFamily, "score_psi", "Population stability index of probabilities against training, the highest.", max),
    (GaugeMetricFamily, "feature_psi", "The same of the feature that moved most, the highest.", max),
)
"""Families of deployed models: each is a field of their samples, and how those of all tenants are put together."""


class _Scraped(Collector):
    """Asks for the current figures when Prometheus scrapes."""

    def __init__(self, read: Callable[[], Iterable[MetricSample]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        for kind, name, text, value in self._read():
            family = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
            metric = family(name, text)
            metric.add_metric([], value)
            yield metric


class _DeployedModels(Collector):
    """Asks for the figures of deployed models when Prometheus scrapes."""

    def __init__(self, read: Callable[[], Iterable[ModelSample]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        samples = list(self._read())
        for family, name, text, together in _OF_MODELS:
            metric = family(f"netsentinel_model_{name}", text, labels=_MODEL_LABELS)
            for role in dict.fromkeys(sample.role for sample in samples):
                values = [getattr(sample, name) for sample in samples if sample.role == role]
                stated = [value for value in values if value is not None]
                if stated:
                    metric.add_metric([role], together(stated))
            yield metric


class Metrics:
    """One registry per server."""

    def __init__(self, read: Callable[[], Iterable[MetricSample]]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Scraped(read))
        self._limited = Counter(
            "netsentinel_requests_limited",
            "Requests refused because the principal's minute or day was used up, by class.",
            ["class"],
            registry=self._registry,
        )
        for each in RequestClass:
            self._limited.labels(each.value)
        self.requests = Histogram(
            "netsentinel_http_request_seconds",
            "Time to answer, by route, method and status class.",
            ["route", "method", "status"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self.deprecated = Counter(
            "netsentinel_http_deprecated_requests",
            "Requests of the older version of the API, by route.",
            ["route"],
            registry=self._registry,
        )
        self._live_requests = Histogram(
            "netsentinel_live_request_seconds",
            "Time from a request over a live connection to its answer, by action.",
            ["action"],
            buckets=_LIVE_BUCKETS,
            registry=self._registry,
        )

        self._webhooks = Histogram(
            "netsentinel_webhook_attempt_seconds",
            "Time of an attempt to deliver a message, by outcome: delivered, refused or unanswered.",
            ["outcome"],
            buckets=_WEBHOOK_BUCKETS,
            registry=self._registry,
        )

    def read_models(self, read: Callable[[], Iterable[ModelSample]]) -> None:
        """Have the figures of deployed models among the others."""
        self._registry.register(_DeployedModels(read))

    def observe_webhook(self, outcome: str, seconds: float) -> None:
        """An attempt at a delivery is over."""
        self._webhooks.labels(outcome).observe(seconds)

    def observe_live_request(self, action: str, took: Micros) -> None:
        """A request over a live connection was answered. Only registered actions come here."""
        self._live_requests.labels(action).observe(took / 1_000_000)

    def exposition(self) -> bytes:
        """The text format, version 0.0.4."""
        return generate_latest(self._registry)

    def observe_refusal(self, of: RequestClass) -> None:
        """A request was refused for its limits."""
        self._limited.labels(of.value).inc()


class RequestMetrics:
    """Middleware that observes every HTTP request under its route's template, never its path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how long the answer took."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            labels = self._metrics.requests.labels(route, method, f"{status // 100}xx")
            labels.observe(time.perf_counter() - started)
            if is_deprecated(route):
                self._metrics.deprecated.labels(route).inc()
