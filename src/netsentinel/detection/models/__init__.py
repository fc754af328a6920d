"""Models that judge rows of features: one file per model, behind one port.

What is offered here needs nothing but the base install: `ModelHost` is the detector that takes part in detection, and
`Deployment` tells it which models judge. Other modules, but for `extra`, need the extra `netsentinel[ml]`; whoever
imports them calls `extra.require` first.
"""

from netsentinel.detection.models.deployment import DeployedModel, Deployment, ModelTally, RefusedModel, Role
from netsentinel.detection.models.host import ModelHost

__all__ = ["DeployedModel", "Deployment", "ModelHost", "ModelTally", "RefusedModel", "Role"]
