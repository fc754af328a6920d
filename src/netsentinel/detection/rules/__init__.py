"""Sigma rules: their intermediate form, and the engine that matches them.

Reading rules is in `load`, which brings pySigma along; with what `stored` remembers, a process does without it.
"""

from netsentinel.detection.rules.cache import RuleCache, user_cache
from netsentinel.detection.rules.choice import Choice, OwnPack, Selection
from netsentinel.detection.rules.detector import RuleWeight, SigmaDetector
from netsentinel.detection.rules.match import Match, RuleEngine
from netsentinel.detection.rules.model import LoadedRules, Rule
from netsentinel.detection.rules.stored import key_of_rules, load_cached

__all__ = [
    "Choice",
    "LoadedRules",
    "Match",
    "OwnPack",
    "Rule",
    "RuleCache",
    "RuleEngine",
    "RuleWeight",
    "Selection",
    "SigmaDetector",
    "key_of_rules",
    "load_cached",
    "user_cache",
]
