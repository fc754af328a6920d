"""Sigma rules: their intermediate form, and the engine that matches them.

Reading rules is in `load`, which brings pySigma along; with what `stored` remembers, a process does without it.
"""

from netsentinel.detection.rules.cache import RuleCache, user_cache
from netsentinel.detection.rules.detector import SigmaDetector
from netsentinel.detection.rules.match import Match, RuleEngine
from netsentinel.detection.rules.model import LoadedRules, Rule
from netsentinel.detection.rules.stored import load_cached

__all__ = [
    "LoadedRules",
    "Match",
    "Rule",
    "RuleCache",
    "RuleEngine",
    "SigmaDetector",
    "load_cached",
    "user_cache",
]
