"""Every model by its name."""

from collections.abc import Callable, Mapping

from netsentinel.detection.models.autoencoder import Autoencoder
from netsentinel.detection.models.behaviour import Behaviour
from netsentinel.detection.models.extra import has_packages
from netsentinel.detection.models.feature_maps import FeatureMaps
from netsentinel.detection.models.flow_classifier import FlowClassifier
from netsentinel.detection.models.guarded_classifier import GuardedClassifier
from netsentinel.detection.models.isolation_forest import IsolationForest
from netsentinel.detection.models.nearest import Nearest
from netsentinel.detection.models.novelty import Novelty
from netsentinel.detection.models.ports import Model, State
from netsentinel.detection.models.table import Schema

_CLASSES = (FlowClassifier, GuardedClassifier, Novelty, Nearest, IsolationForest, Autoencoder, Behaviour, FeatureMaps)

MODELS: Mapping[str, Callable[[int], Model]] = {one.name: one for one in _CLASSES}
"""Name -> what makes one from a seed."""

RESTORERS: Mapping[str, Callable[[State, Schema], Model]] = {one.name: one.restored for one in _CLASSES}
"""Name -> what makes a trained one from its state."""

LABELLED = frozenset(one.name for one in _CLASSES if one.labelled)
"""Those that learn from labels."""


def available() -> tuple[str, ...]:
    """Names of the models whose packages are installed: all but those of the extra `netsentinel[anomalib]`, or all."""
    return tuple(name for name in MODELS if has_packages(name))
