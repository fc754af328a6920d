"""Trained models: made as tasks, kept as signed files, deployed step by step, watched, and taken out again."""

from netsentinel.models.entries import ENTRY_KINDS
from netsentinel.models.files import ModelFolder
from netsentinel.models.ledger import ModelStores, Policy
from netsentinel.models.model import (
    Alias,
    Change,
    ModelChange,
    ModelDetail,
    ModelFilter,
    ModelPage,
    ModelVersion,
    Scores,
    Selection,
    Stage,
)
from netsentinel.models.service import ModelRegistry

__all__ = [
    "ENTRY_KINDS",
    "Alias",
    "Change",
    "ModelChange",
    "ModelDetail",
    "ModelFilter",
    "ModelFolder",
    "ModelPage",
    "ModelRegistry",
    "ModelStores",
    "ModelVersion",
    "Policy",
    "Scores",
    "Selection",
    "Stage",
]
