"""The rulebook: rules as people see them, who wants them, what they find and what they cost.

The worker side (`trial`, `bench_process`) brings pySigma along and is not part of this package's face.
"""

from netsentinel.detection.rulebook.bench import ProcessBench
from netsentinel.detection.rulebook.keeping import RuleKeeping
from netsentinel.detection.rulebook.library import Installed, RuleLibrary
from netsentinel.detection.rulebook.model import (
    AddReport,
    CheckReport,
    PackKind,
    PackList,
    RuleDetail,
    RuleFilter,
    RuleOrder,
    RulePage,
    RuleState,
    RuleSummary,
    TestReport,
)
from netsentinel.detection.rulebook.packs import PackFolder
from netsentinel.detection.rulebook.ports import HitStore, RuleBench
from netsentinel.detection.rulebook.service import RuleService, RuleStores

__all__ = [
    "AddReport",
    "CheckReport",
    "HitStore",
    "Installed",
    "PackFolder",
    "PackKind",
    "PackList",
    "ProcessBench",
    "RuleBench",
    "RuleDetail",
    "RuleFilter",
    "RuleKeeping",
    "RuleLibrary",
    "RuleOrder",
    "RulePage",
    "RuleService",
    "RuleState",
    "RuleStores",
    "RuleSummary",
    "TestReport",
]
