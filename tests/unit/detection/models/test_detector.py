import msgspec
import pytest

from netsentinel.detection.models import Deployment, ModelHost, Role
from netsentinel.detection.models.artefact import load, save
from netsentinel.detection.models.detector import AGAIN, MLDetector
from netsentinel.detection.models.registry import MODELS, available
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import DEFAULT_TENANT, Level, TenantId
from tests.unit.detection.build_events import attempt, login, zeek
from tests.unit.detection.models.deployed import KEY, SCANNER, by_time, deployed, deployment, scan, trained, usual
from tests.unit.detection.models.rows import some_rows

OTHER = TenantId("other")


def detector(*models: object) -> MLDetector:
    made = MLDetector()
    assert made.deploy(Deployment(tuple(models), KEY)) == []  # type: ignore[arg-type] # they are deployed models
    return made


def test_a_scan_is_one_finding_that_explains_itself() -> None:
    (found,) = detector(deployed(threshold=0.9)).analyze_events(by_time(usual(200), scan(100, start=100)))
    assert (found.entity, found.rule_id, found.level) == (SCANNER, "model.office", Level.MEDIUM)
    assert "version 1" in found.description
    first, *rest = found.matched
    assert (first.field, first.condition) == ("probability", "above 90.0 %, the threshold of version 1")
    assert 1 <= len(rest) <= 5
    assert any(one.field.startswith("source_") and "speaks for an attack" in one.condition for one in rest)
    assert found.raw == b""


def test_usual_flows_and_other_events_say_nothing() -> None:
    made = detector(deployed())
    assert made.analyze_events(usual(300, seed=5)) == []
    assert made.analyze_events([zeek("dns", 0, query="example.org")]) == []
    assert detector().analyze_events(scan(50)) == []


@pytest.mark.parametrize("measured", [0, 30])
def test_connections_that_nobody_measured_are_no_flows(measured: int) -> None:
    made, unmeasured = detector(deployed()), scan(60)
    for event in unmeasured:
        event.format = "windows"
    assert made.analyze_events([*usual(measured), *unmeasured]) == []
    assert sum(tally.judged for tally in made.tallies()) == measured


def test_an_entity_is_told_of_again_after_a_while() -> None:
    made = detector(deployed())
    assert len(made.analyze_events(scan(50))) == 1
    assert made.analyze_events(scan(50, start=60)) == []
    assert len(made.analyze_events(scan(50, start=AGAIN / SECOND + 60))) == 1


def test_a_shadow_counts_and_does_not_tell() -> None:
    made = detector(deployed(role=Role.SHADOW))
    assert made.analyze_events(by_time(usual(100), scan(60))) == []
    (tally,) = made.tallies()
    assert (tally.tenant, tally.judged, tally.findings, tally.role) == (DEFAULT_TENANT, 160, 0, Role.SHADOW)
    assert tally.above > 40
    assert sum(tally.scores) == 160
    assert all(sum(counts) == 160 for counts in tally.features.values())
    assert tally.nanoseconds > 0
    assert made.tallies() == []


def test_a_canary_judges_its_share_of_the_entities_and_the_champion_the_others() -> None:
    made = detector(deployed(version="1"), deployed(version="2", role=Role.CANARY, share=0.25))
    sources = [f"198.51.100.{number}" for number in range(200)]
    found = made.analyze_events(by_time(*[scan(30, source=source, start=n) for n, source in enumerate(sources)]))
    assert sorted(one.entity for one in found) == sorted(sources), "each once"
    by_canary = sum("version 2" in one.description for one in found)
    assert 25 < by_canary < 80
    tallies = {one.version: one for one in made.tallies()}
    assert tallies["1"].judged + tallies["2"].judged == 6_000
    assert tallies["2"].findings == by_canary
    assert made.analyze_events(scan(30, source=sources[0], start=100)) == [], "whoever told, it was told"


def test_a_tenants_own_champion_takes_the_place_of_everybodys() -> None:
    made = detector(deployed(version="everybody's"), deployed(version="own", tenant=OTHER))
    assert "version everybody's" in made.analyze_events(scan(50))[0].description
    assert "version own" in made.analyze_events(scan(50, tenant=OTHER))[0].description
    assert {(one.tenant, one.version) for one in made.tallies()} == {(DEFAULT_TENANT, "everybody's"), (OTHER, "own")}


def test_what_cannot_be_used_is_refused_by_name_and_the_rest_judges() -> None:
    good = deployed()
    model = MODELS["nearest"](0)
    model.fit(some_rows(200)[0])
    cases = {
        "model-file": msgspec.structs.replace(good, name="damaged", artefact=good.artefact[:200]),
        "model-signature": msgspec.structs.replace(
            good, name="foreign", artefact=save(load(good.artefact, KEY), b"x" * 32)
        ),
        "model-schema": msgspec.structs.replace(good, name="other rows", artefact=save(model, KEY)),
        "conflict": msgspec.structs.replace(good, version="2"),
    }
    made = MLDetector()
    refused = made.deploy(Deployment((good, *cases.values()), KEY))
    assert [(one.code, one.name) for one in refused] == [(code, one.name) for code, one in cases.items()]
    assert all(one.detail for one in refused)
    assert len(made.analyze_events(scan(50))) == 1


def test_only_a_tenants_own_model_that_can_learn_adapts() -> None:
    made = MLDetector()
    shared = deployed(model="autoencoder", adapts=True)
    fixed = deployed("fixed", tenant=DEFAULT_TENANT, adapts=True)
    assert [one.code for one in made.deploy(deployment(shared, fixed))] == ["model-schema"] * 2


def learning() -> MLDetector:
    return detector(deployed(model="autoencoder", threshold=0.999, tenant=DEFAULT_TENANT, adapts=True))


def told_scores(made: MLDetector) -> tuple[int, ...]:
    made.tallies()
    made.analyze_events(usual(200, start=20_000, seed=9))
    return made.tallies()[0].scores


def test_an_adapting_model_gets_used_to_what_is_usual_here() -> None:
    def fixed() -> MLDetector:
        return detector(deployed(model="autoencoder", threshold=0.999))

    assert told_scores(learning()) == told_scores(fixed())
    adapting, other = learning(), fixed()
    adapting.analyze_events(usual(5_000, seed=7))
    other.analyze_events(usual(5_000, seed=7))
    assert told_scores(adapting) != told_scores(other)


def test_what_was_learnt_survives_restarts_and_deployments() -> None:
    made = learning()
    made.analyze_events(usual(3_000, seed=7))
    other = learning()
    other.restore(made.snapshot())
    again = made.snapshot()
    assert other.snapshot() == again
    assert made.deploy(deployment(deployed(model="autoencoder", tenant=DEFAULT_TENANT, adapts=True))) == []
    assert made.snapshot() == again
    made.restore(b"")
    assert made.snapshot() == learning().snapshot()


def test_a_snapshot_of_another_version_means_a_fresh_start() -> None:
    made = detector(deployed())
    made.analyze_events(scan(50))
    made.restore(msgspec.msgpack.encode([99, b"", b"", [], {}]))
    assert made.snapshot() == detector(deployed()).snapshot()


@pytest.mark.parametrize("name", sorted(available()))
def test_every_model_can_judge_flows(name: str) -> None:
    made = detector(deployed(model=name, threshold=0.995 if name != "flow-classifier" else 0.5))
    made.analyze_events(usual(3))
    (tally,) = made.tallies()
    assert (tally.judged, sum(tally.scores)) == (3, 3)
    assert trained(name)


def windows_detector() -> MLDetector:
    return detector(deployed("behaviour", model="windows", threshold=0.995, tenant=DEFAULT_TENANT, adapts=True))


def test_many_flows_beside_other_events_make_the_windows_of_each_by_itself() -> None:
    nobodys = attempt(3, "", 22)
    others = [login(2 * n, success=True, source="ssh") for n in range(20)]
    for one in others:
        one.user = "anna"
    events = by_time(usual(200), others, [nobodys, zeek("dns", 4, query="example.org")])
    for part in (events, [*usual(100, seed=3), nobodys]):
        at_once, one_by_one = windows_detector(), windows_detector()
        at_once.analyze_events(part)
        for one in part:
            one_by_one.analyze_events([one])
        assert at_once.snapshot() == one_by_one.snapshot()


def test_an_entity_that_does_what_it_never_did_is_told_of_with_what_would_be_usual() -> None:
    made = windows_detector()
    assert made.analyze_events(usual(1_500, start=18_000, seed=4)) == []
    scanning = scan(250, start=21_030, source="10.0.0.12")
    found = made.analyze_events(by_time(usual(600, start=21_000, seed=6), scanning))
    about = {one.entity: one for one in found}
    assert "10.0.0.12" in about
    one = about["10.0.0.12"]
    assert one.title == "The model behaviour finds the address 10.0.0.12 suspicious"
    assert (one.rule_id, one.entity_kind) == ("model.behaviour", "address")
    named = {field.field: field for field in one.matched}
    assert named.keys() & {"events", "failed", "things", "failed_share"}
    assert any("usual would be" in field.condition for field in one.matched)
    assert one.raw == b""
    (tally,) = made.tallies()
    assert tally.judged > 50
    assert tally.features.keys() >= {"events", "peers"}


@pytest.mark.parametrize("cut", [0, 1_000, 1_650])
def test_histories_are_judged_beside_windows_and_survive_a_restart(cut: int) -> None:
    models = (
        deployed("behaviour", model="windows", threshold=0.995, tenant=DEFAULT_TENANT),
        deployed("course", model="histories", threshold=0.995, tenant=DEFAULT_TENANT),
    )
    events = by_time(usual(1_500, start=18_000, seed=4), scan(250, start=20_030, source="10.0.0.12"))
    before = detector(*models)
    found = before.analyze_events(events[:cut])
    after = detector(*models)
    after.restore(before.snapshot())
    found += after.analyze_events(events[cut:])
    whole = detector(*models)
    assert [one.title for one in found] == [one.title for one in whole.analyze_events(events)]
    told = next(one for one in found if one.rule_id == "model.course" and one.entity == "10.0.0.12")
    assert {field.field for field in told.matched} & {"events", "failed", "things", "failed_share"}
    assert after.snapshot() == whole.snapshot()


def test_a_service_is_told_of_by_its_address() -> None:
    made = windows_detector()
    made.analyze_events(usual(300, start=18_000, seed=4))
    flood = [
        zeek("conn", 18_700 + n / 10, id__orig_h=f"198.51.100.{n % 250}", id__resp_h="10.0.0.1", id__resp_p=53,
             proto="udp", orig_bytes=40_000, resp_bytes=0, orig_pkts=40, conn_state="S0")
        for n in range(2_000)
    ]  # fmt: skip
    found = made.analyze_events(by_time(flood, usual(600, start=18_700, seed=6)))
    service = next(one for one in found if "service 10.0.0.1:53/udp" in one.title)
    assert (service.entity, service.entity_kind, service.dst_ip) == ("10.0.0.1", "address", "10.0.0.1")


def test_it_gets_used_to_a_new_habit_of_an_entity() -> None:
    made = windows_detector()
    made.analyze_events(usual(1_500, start=18_000, seed=4))
    state = made.snapshot()
    made.analyze_events(usual(9_000, start=21_000, seed=8))
    assert len(made.snapshot()) > 1_000
    assert made.snapshot() != state


def test_whom_a_quiet_tenant_was_told_of_is_not_forgotten_for_a_noisy_one() -> None:
    made = MLDetector()
    made._told = {(TenantId("noisy"), "m", str(number)): 1_000 + number for number in range(30_000)}
    made._told[TenantId("quiet"), "m", "a"] = 0
    made.analyze_events([])
    assert len(made._told) == 15_000
    assert made._told[TenantId("quiet"), "m", "a"] == 0
    assert min(at for (tenant, _, _), at in made._told.items() if tenant == "noisy") == 1_000 + 30_000 - 14_999


def test_the_host_looks_at_the_same_events() -> None:
    assert ModelHost.classes == MLDetector.classes
