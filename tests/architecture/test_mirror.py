"""Tests mirror the source: `src/netsentinel/a/b.py` has `tests/unit/a/test_b.py`, at least nine times in ten."""

import ast

from tests.architecture.source import SOURCE, TESTS, Module, source, suites

SHARE = 0.9
CONTRACT_TESTED = {"store_sql", "testing"}
"""A store and its fake are held by one contract suite instead."""

ONE_SUITE = {
    "academy/media/arrivals.py": "contracts/test_uploads.py",
    "academy/media/store_sql.py": "contracts/test_uploads.py",
    "academy/media/testing.py": "contracts/test_uploads.py",
    "api/v2/media_views.py": "unit/api/v2/test_media.py",
    "academy/reader/process.py": "unit/academy/media/test_room.py",
    "academy/media/service.py": "contracts/test_media.py",
    "academy/media/uploads.py": "contracts/test_uploads.py",
    "guards/cell.py": "unit/academy/media/test_room.py",
    "guards/confinement.py": "unit/academy/media/test_room.py",
    "academy/media/ear.py": "contracts/test_ears.py",
    "academy/courses/claims.py": "contracts/test_courses.py",
    "academy/courses/layout.py": "contracts/test_courses.py",
    "academy/courses/learning.py": "contracts/test_courses.py",
    "academy/courses/locks.py": "contracts/test_courses.py",
    "academy/courses/outlook.py": "contracts/test_courses.py",
    "academy/courses/paths.py": "contracts/test_courses.py",
    "academy/courses/service.py": "contracts/test_courses.py",
    "academy/courses/teaching.py": "contracts/test_courses.py",
    "academy/courses/views.py": "contracts/test_courses.py",
    "academy/graph/deriving.py": "unit/academy/graph/test_derivation.py",
    "academy/graph/neo4j_graph.py": "contracts/test_graph_stores.py",
    "academy/graph/service.py": "contracts/test_graph.py",
    "academy/graph/store_sql/ledger.py": "contracts/test_graph.py",
    "academy/graph/store_sql/rows.py": "contracts/test_graph.py",
    "academy/graph/store_sql/walks.py": "contracts/test_graph_stores.py",
    "academy/practice/naming.py": "contracts/test_practice.py",
    "academy/practice/questions.py": "contracts/test_practice.py",
    "academy/practice/service.py": "contracts/test_practice.py",
    "academy/practice/standing.py": "contracts/test_practice.py",
    "academy/practice/store_sql/answered.py": "contracts/test_practice.py",
    "academy/practice/store_sql/asked.py": "contracts/test_practice.py",
    "detection/models/autoencoder.py": "contracts/test_models.py",
    "detection/models/behaviour.py": "contracts/test_models.py",
    "detection/models/subjects.py": "unit/detection/models/test_detector.py",
    "detection/models/flow_classifier.py": "contracts/test_models.py",
    "detection/models/guarded_classifier.py": "contracts/test_models.py",
    "detection/models/isolation_forest.py": "contracts/test_models.py",
    "detection/models/novelty.py": "contracts/test_models.py",
    "detection/models/nearest.py": "contracts/test_models.py",
    "detection/models/extra.py": "unit/cli/test_models.py",
    "api/v2/cohorts.py": "unit/api/v2/test_courses.py",
    "api/v2/course_learners.py": "unit/api/v2/test_courses.py",
    "api/v2/course_views.py": "unit/api/v2/test_courses.py",
    "api/v2/lessons.py": "unit/api/v2/test_courses.py",
    "storage/sqlite.py": "contracts/test_database.py",
    "storage/postgres.py": "contracts/test_database.py",
    "storage/migrate.py": "contracts/test_database.py",
    "storage/follower.py": "contracts/test_journal.py",
    "models/files.py": "contracts/test_model_registry.py",
    "models/ledger.py": "contracts/test_model_registry.py",
    "models/service.py": "contracts/test_model_registry.py",
    "models/workshop/process.py": "unit/models/test_bench.py",
    "models/workshop/searching.py": "unit/models/workshop/test_making.py",
    "recovery/changes.py": "unit/recovery/test_board.py",
    "scheduler/firing.py": "contracts/test_schedules.py",
    "scheduler/service.py": "contracts/test_schedules.py",
    "streamer/store_memory.py": "contracts/test_connection_store.py",
    "tasks/service.py": "contracts/test_task_stores.py",
    "tasks/job.py": "unit/tasks/test_worker.py",
    "tasks/frames.py": "unit/tasks/test_worker.py",
    "tasks/process.py": "unit/tasks/test_worker.py",
    "tasks/processes.py": "unit/tasks/test_worker.py",
}
"""Implementations that share a suite, and modules that are held as part of another's suite."""


def _is_stub(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return all(isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) for part in body)


def _behaves(module: Module) -> bool:
    """Whether there is anything to test: declarations alone need no test of their own."""
    if module.path.stem in {"__init__", "__main__"}:
        return False
    return any(not _is_stub(function) for _, function in module.functions)


def _is_tested(module: Module) -> bool:
    place = module.path.relative_to(SOURCE)
    if (TESTS / "unit" / place.parent / f"test_{place.stem}.py").exists():
        return True
    if any((TESTS / tier / f"test_{place.stem}.py").exists() for tier in ("contracts", "integration")):
        return True
    if (TESTS / ONE_SUITE.get(place.as_posix(), "missing")).exists():
        return True
    if place.stem in CONTRACT_TESTED or "store_sql" in place.parts:
        feature = f"netsentinel.{place.parts[0]}"
        contracts = [suite for suite in suites() if suite.path.parent.name == "contracts"]
        return any(f"{feature}.{place.stem}" in suite.text or f"{feature} import" in suite.text for suite in contracts)
    return False


def test_tests_mirror_the_source() -> None:
    modules = [module for module in source() if _behaves(module)]
    missing = [module.name for module in modules if not _is_tested(module)]
    assert len(missing) <= len(modules) * (1 - SHARE), "\n".join(["no test of their own:", *missing])


def test_no_unit_test_is_about_a_module_that_is_gone() -> None:
    stray: list[str] = []
    for suite in suites():
        place = suite.path.relative_to(TESTS)
        if place.parts[0] == "unit" and suite.path.name.startswith("test_"):
            source_file = SOURCE.joinpath(*place.parts[1:-1]) / place.name.removeprefix("test_")
            package = source_file.with_suffix("")
            if not source_file.exists() and not package.is_dir():
                stray.append(suite.name)
    allowed = len([suite for suite in suites() if suite.path.parts[-1].startswith("test_")]) * (1 - SHARE)
    assert len(stray) <= allowed, stray
