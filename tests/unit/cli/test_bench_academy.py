from pathlib import Path

import pytest

from netsentinel.cli.bench_academy import measure_graph

pytestmark = pytest.mark.anyio


async def test_figures_are_of_a_graph_of_the_stated_size(tmp_path: Path) -> None:
    told = await measure_graph(tmp_path, 200, 900)
    assert (told["nodes"], told["edges"]) == (200, 900)
    assert 100 < told["largest_closure"] < 200
    assert all(told[name] > 0 for name in ("load_s", "closure_ms_p95", "path_ms_p95", "closure_cpu_ms_p95"))
    assert told["closure_ms_p50"] <= told["closure_ms_p95"]
