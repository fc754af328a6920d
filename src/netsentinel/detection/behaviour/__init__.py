"""Detectors that judge behaviour by plain statistics."""

from netsentinel.detection.behaviour.arp import ArpOddities
from netsentinel.detection.behaviour.beacons import Beacons
from netsentinel.detection.behaviour.dga import GeneratedNames
from netsentinel.detection.behaviour.dns_tunnels import DnsTunnels
from netsentinel.detection.behaviour.honeypots import HoneypotTouches
from netsentinel.detection.behaviour.long_connections import LongConnections
from netsentinel.detection.behaviour.services import NewServices
from netsentinel.detection.behaviour.spraying import PasswordSpraying
from netsentinel.detection.behaviour.tls_clients import TlsFingerprints

__all__ = [
    "ArpOddities",
    "Beacons",
    "DnsTunnels",
    "GeneratedNames",
    "HoneypotTouches",
    "LongConnections",
    "NewServices",
    "PasswordSpraying",
    "TlsFingerprints",
]
