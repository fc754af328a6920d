import numpy as np
import pytest

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models import Role
from netsentinel.detection.models.flows import FLOWS, FlowFeatures
from netsentinel.detection.models.serving import Serving, lineups, lot
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from tests.unit.detection.models.deployed import KEY, deployed, usual

LEARN_EVERY = 2_048
EVERY = {FLOWS.version: LEARN_EVERY}
ADAPTING = deployed(model="autoencoder", threshold=0.999, tenant=DEFAULT_TENANT, adapts=True)


def test_lots_are_drawn_once_for_all_and_evenly() -> None:
    lots = np.array([lot(DEFAULT_TENANT, "office", f"10.0.{n // 250}.{n % 250}") for n in range(5_000)])
    assert ((lots >= 0) & (lots < 1)).all()
    assert (lots < 0.1).mean() == pytest.approx(0.1, abs=0.02)
    assert lot(DEFAULT_TENANT, "office", "10.0.0.1") == lots[1]
    assert lot(TenantId("other"), "office", "10.0.0.1") != lots[1]


def test_canaries_share_out_and_the_champion_takes_what_is_left() -> None:
    servings = [
        Serving(one, KEY, EVERY)
        for one in (
            deployed(),
            deployed(version="2", role=Role.CANARY, share=0.2),
            deployed(version="3", role=Role.CANARY, share=0.3),
            deployed(version="4", role=Role.SHADOW),
        )
    ]
    (lineup,) = lineups(servings, DEFAULT_TENANT)
    entities = [f"10.0.0.{n}" for n in range(250)]
    shares = {serving.deployed.version: own for serving, own in lineup.shares(DEFAULT_TENANT, entities)}
    assert (shares["1"].astype(int) + shares["2"] + shares["3"] == 1).all()
    assert shares["4"].all()
    assert 0.1 < shares["2"].mean() < 0.3 < shares["1"].mean()


def test_rows_come_in_parts_between_which_it_learns() -> None:
    serving = Serving(ADAPTING, KEY, EVERY)
    table = FlowFeatures().rows(usual(2 * LEARN_EVERY + 10))
    parts = [(start, len(scores)) for start, scores in serving.judge(table, DEFAULT_TENANT)]
    assert parts == [(0, LEARN_EVERY), (LEARN_EVERY, LEARN_EVERY), (2 * LEARN_EVERY, 10)]
    fixed = Serving(deployed(), KEY, EVERY)
    assert [start for start, _ in fixed.judge(table, DEFAULT_TENANT)] == [0]
    assert fixed.save() == b""


def test_what_was_learnt_must_be_whole() -> None:
    serving = Serving(ADAPTING, KEY, EVERY)
    for broken in (b"junk", serving.save()[:-40]):
        with pytest.raises(ModelFileError):
            serving.load(broken)
