import pytest

from netsentinel.academy.briefing import Via
from netsentinel.academy.briefing.lessons import concepts_of, explaining, lesson_for, parent_of
from netsentinel.academy.graph import Concepts
from netsentinel.kernel.testing import FakeClock
from tests.unit.academy.briefing.site import lesson, taught
from tests.unit.academy.graph.site import ANA, T


def test_a_kind_of_a_technique_has_a_parent() -> None:
    assert (parent_of("T1110.001"), parent_of("T1110")) == ("T1110", "")


@pytest.mark.anyio
async def test_a_technique_that_was_merged_is_found_by_its_number(clock: FakeClock) -> None:
    site = await taught(clock, lesson("01-scans", "Scans", "t1046"))
    before = await concepts_of(site.graph, T, ["T1046", "T1110", "T0000"])
    assert sorted(before) == ["T1046", "T1110"]
    await Concepts(site.ground, site.graph).merge(ANA, before["T1046"].id, before["T1110"].id)
    after = await concepts_of(site.graph, T, ["T1046"])
    assert after["T1046"].id == before["T1110"].id
    (found,) = await explaining(site.graph, T, [(after["T1046"], Via.TECHNIQUE, "Scanning")])
    assert (lesson_for(found).key, found.names) == ("lesson:alerts/01-scans", ("Scanning",))
