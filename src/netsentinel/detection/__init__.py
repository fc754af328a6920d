"""Detection: from batches of events to findings, in a process of its own."""

from netsentinel.detection.content import bundled_rules
from netsentinel.detection.model import BatchResult, Finding, MatchedField
from netsentinel.detection.ports import DetectionPool, Detector, ModelServing

__all__ = ["BatchResult", "DetectionPool", "Detector", "Finding", "MatchedField", "ModelServing", "bundled_rules"]
