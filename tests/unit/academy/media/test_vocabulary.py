import asyncio
import threading
from pathlib import Path

import pytest

from netsentinel.academy.extraction import Document, read_text
from netsentinel.academy.graph import ConceptKind
from netsentinel.academy.media import Vocabulary
from netsentinel.kernel.testing import FakeClock
from tests.unit.academy.graph.site import ANA, OTHER, T, claims, memory_site, origin

pytestmark = pytest.mark.anyio


def text(words: str) -> Document:
    return read_text("x.txt", words.encode())


async def test_it_follows_what_comes_changes_and_goes(clock: FakeClock, tmp_path: Path) -> None:
    site = memory_site(clock)
    vocabulary = Vocabulary(site.ground.db, site.ground.rows)
    assert vocabulary.named_in(T, text("A golden ticket.")) == []
    await site.says("m1", "Golden ticket", "Kerberos")
    await vocabulary.refresh(T)
    assert [one.name for one in vocabulary.named_in(T, text("Kerberos has golden tickets."))] == [
        "Golden ticket",
        "Kerberos",
    ]
    await site.says("m1", "Kerberos")
    await site.says("m2", "Silver ticket")
    await vocabulary.refresh(T)
    names = {one.name for one in vocabulary.named_in(T, text("Golden ticket, silver ticket, Kerberos."))}
    assert names == {"Silver ticket", "Kerberos"}
    await vocabulary.refresh(OTHER)
    assert vocabulary.named_in(OTHER, text("Kerberos")) == []


async def test_media_are_no_names(clock: FakeClock) -> None:
    site = memory_site(clock)
    await site.graph.state(ANA, origin("m1"), claims("Kerberos", kind=ConceptKind.MEDIUM))
    vocabulary = Vocabulary(site.ground.db, site.ground.rows)
    await vocabulary.refresh(T)
    assert vocabulary.named_in(T, text("Kerberos")) == []


async def test_the_loop_goes_on_while_a_long_text_is_looked_through(clock: FakeClock) -> None:
    site = memory_site(clock)
    vocabulary = Vocabulary(site.ground.db, site.ground.rows)
    vocabulary._lock.acquire()
    given_up = threading.Timer(5, vocabulary._lock.release)
    given_up.start()
    refreshing = asyncio.ensure_future(vocabulary.refresh(T))
    await asyncio.sleep(0.01)
    assert given_up.is_alive()
    given_up.cancel()
    vocabulary._lock.release()
    await refreshing
