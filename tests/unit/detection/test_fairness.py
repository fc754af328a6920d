"""One tenant floods the detectors; what another one does is still seen."""

from collections.abc import Sequence

import msgspec
import pytest

from netsentinel.detection.behaviour.beacons import BeaconParameters, Beacons
from netsentinel.detection.behaviour.spraying import PasswordSpraying, SprayingParameters
from netsentinel.detection.guessing import GuessingParameters, PasswordGuessing
from netsentinel.detection.ports import Detector
from netsentinel.detection.scans import PortScans, ScanParameters
from netsentinel.detection.windows import Bounds
from netsentinel.events.model import Event
from netsentinel.kernel.types import TenantId
from tests.unit.detection.behaviour.scenes import call
from tests.unit.detection.build_events import zeek

QUIET, NOISY = TenantId("quiet"), TenantId("noisy")
SMALL = Bounds(keys=60, entries=600)
FLOOD = 80
"""Events of the noisy tenant for each of the quiet one, each from another address."""


def slow_scan() -> list[Event]:
    return [
        zeek("conn", number * 120, tenant=QUIET, conn_state="S0", id__resp_h="10.0.0.5", id__resp_p=port)
        for number, port in enumerate(range(1000, 1110))
    ]


def guessing() -> list[Event]:
    return [zeek("ssh", number * 20, tenant=QUIET, auth_success=False) for number in range(20)]


def spraying() -> list[Event]:
    return [
        zeek("ntlm", number * 60, tenant=QUIET, success=False, username=f"user{number}", id__resp_p=445)
        for number in range(15)
    ]


def beacon() -> list[Event]:
    return [call(number * 60, tenant=QUIET) for number in range(40)]


def flooded(scene: Sequence[Event]) -> list[Event]:
    """The scene, with events of the same kind from ever new addresses of another tenant in between."""
    events: list[Event] = []
    for at, event in enumerate(scene):
        events.append(event)
        for number in range(at * FLOOD, (at + 1) * FLOOD):
            address = f"10.77.{number >> 8 & 255}.{number & 255}"
            events.append(msgspec.structs.replace(event, tenant=NOISY, src_ip=address, user=address))
    return events


@pytest.mark.parametrize(
    ("detector", "scene", "rule_id"),
    [
        (PortScans(ScanParameters(bounds=SMALL)), slow_scan(), "port_scan.slow_vertical"),
        (PasswordGuessing(GuessingParameters(bounds=SMALL)), guessing(), "password_guessing"),
        (PasswordSpraying(SprayingParameters(bounds=SMALL)), spraying(), "password_spraying.accounts"),
        (Beacons(BeaconParameters(keys=60)), beacon(), "beacon"),
    ],
    ids=["slow scan", "guessing", "spraying", "beacon"],
)
def test_a_flood_of_one_tenant_hides_nothing_of_another(detector: Detector, scene: list[Event], rule_id: str) -> None:
    half = len(scene) // 2
    found = detector.analyze_events(flooded(scene[:half]))
    detector.restore(detector.snapshot())
    found += detector.analyze_events(flooded(scene[half:]))
    assert rule_id in {finding.rule_id for finding in found if finding.tenant == QUIET}
