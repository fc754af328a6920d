"""Sigma rules: reading them, their intermediate form, and the engine that matches them."""

from netsentinel.detection.rules.detector import SigmaDetector
from netsentinel.detection.rules.load import LoadedRules, load_rules, load_text
from netsentinel.detection.rules.match import Match, RuleEngine
from netsentinel.detection.rules.model import Rule

__all__ = ["LoadedRules", "Match", "Rule", "RuleEngine", "SigmaDetector", "load_rules", "load_text"]
