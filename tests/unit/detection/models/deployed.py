"""Flows, and models trained on them, for the tests of deployed models."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from netsentinel.detection.models import DeployedModel, Deployment, Role
from netsentinel.detection.models.artefact import save
from netsentinel.detection.models.flows import FlowFeatures
from netsentinel.detection.models.histories import Histories
from netsentinel.detection.models.ports import Labels
from netsentinel.detection.models.registry import MODELS
from netsentinel.detection.models.windows import EntityWindows, rows_of
from netsentinel.events.model import Event
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from tests.unit.detection.build_events import zeek

KEY = b"k" * 32
SCANNER = "203.0.113.66"


def usual(count: int, *, start: float = 0.0, seed: int = 1, tenant: TenantId = DEFAULT_TENANT) -> list[Event]:
    """An office's flows: ten machines that browse and ask for names, one flow every two seconds."""
    random = np.random.default_rng(seed)
    found: list[Event] = []
    for number in range(count):
        browses = random.random() < 0.6
        found.append(
            zeek(
                "conn",
                start + 2 * number,
                tenant=tenant,
                id__orig_h=f"10.0.0.{10 + int(random.integers(10))}",
                id__resp_h=f"198.51.100.{int(random.integers(20))}" if browses else "10.0.0.1",
                id__resp_p=443 if browses else 53,
                proto="tcp" if browses else "udp",
                service="ssl" if browses else "dns",
                duration=float(random.exponential(2.0)),
                orig_bytes=int(random.lognormal(7, 0.5)) if browses else 40,
                resp_bytes=int(random.lognormal(9, 0.5)) if browses else 120,
                orig_pkts=12 if browses else 1,
                resp_pkts=18 if browses else 1,
                conn_state="SF",
            )
        )
    return found


def scan(count: int, *, start: float = 0.0, source: str = SCANNER, tenant: TenantId = DEFAULT_TENANT) -> list[Event]:
    """One address that tries many ports of one host, ten a second, and is refused."""
    return [
        zeek(
            "conn",
            start + number / 10,
            tenant=tenant,
            id__orig_h=source,
            id__resp_p=1 + number,
            conn_state="REJ",
            orig_pkts=1,
            resp_pkts=1,
        )
        for number in range(count)
    ]


@lru_cache
def trained(name: str = "flow-classifier", *, attack_seed: int = 0) -> bytes:
    """The signed file of a model that knows scans (or, without labels, the office)."""
    events = sorted([*usual(600), *scan(120, start=300.0 + attack_seed)], key=lambda event: event.time)
    table = FlowFeatures().rows(events)
    bad = np.array([event.src_ip == SCANNER for event in events])
    model = MODELS[name](0)
    model.fit(table, Labels(bad, bad.astype(np.int64)))
    return save(model, KEY)


@lru_cache
def trained_on_windows() -> bytes:
    """The signed file of a behaviour ensemble that knows five hours of the office."""
    model = MODELS["behaviour"](0)
    model.fit(rows_of(EntityWindows().take(usual(9_000))))
    return save(model, KEY)


@lru_cache
def trained_on_histories() -> bytes:
    """The signed file of a memory of what each of the office did in eight windows."""
    model = MODELS["nearest"](0)
    model.fit(Histories().rows(EntityWindows().take(usual(9_000))))
    return save(model, KEY)


def deployed(
    name: str = "office",
    *,
    version: str = "1",
    role: Role = Role.CHAMPION,
    model: str = "flow-classifier",
    threshold: float = 0.5,
    share: float = 1.0,
    tenant: TenantId | None = None,
    adapts: bool = False,
) -> DeployedModel:
    """A version of a model as it is told to detection."""
    return DeployedModel(
        name=name,
        version=version,
        role=role,
        threshold=threshold,
        share=share,
        tenant=tenant,
        adapts=adapts,
        artefact={"windows": trained_on_windows, "histories": trained_on_histories}.get(
            model, lambda: trained(model)
        )(),
    )


def deployment(*models: DeployedModel) -> Deployment:
    """What detection is told."""
    return Deployment(tuple(models), KEY)


def by_time(*parts: Sequence[Event]) -> list[Event]:
    """Events in the order of their times."""
    return sorted((event for part in parts for event in part), key=lambda event: event.time)
