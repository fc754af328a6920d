import pytest

from netsentinel.detection.behaviour.tls_clients import KnownClient, TlsFingerprints, read_list
from netsentinel.detection.content import bundled_ja3
from netsentinel.events.formats import FORMATS
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.detection.build_events import zeek

TOR = "e7d705a3286e19ea42f587b344ee6865"


def test_zeek_says_it_in_ja3_and_ja3s() -> None:
    for field in ("ja3", "ja3s"):
        (finding,) = TlsFingerprints().analyze_events([zeek("ssl", 1, cipher="x", **{field: TOR.upper()})])
        assert (finding.rule_id, finding.detector) == ("ja3", "ja3")
        assert (finding.matched[0].field, finding.matched[0].value) == (field, TOR)
        assert finding.matched[0].condition == "listed as Tor client"


def test_suricata_says_it_below_tls() -> None:
    record = {
        "timestamp": "2026-05-28T20:26:40.000000+0000",
        "event_type": "tls",
        "src_ip": "10.0.0.1",
        "tls": {"sni": "example.org", "ja3": {"hash": TOR}, "ja3s": {}},
    }
    (finding,) = TlsFingerprints().analyze_events([FORMATS["suricata"].parse(record, b"", DEFAULT_TENANT, "eve")])
    assert finding.matched[0].field == "tls.ja3.hash"


def test_what_is_not_listed_is_not_told() -> None:
    events = [zeek("ssl", 1, cipher="x", ja3="0" * 32), zeek("ssl", 1, cipher="x"), zeek("conn", 1, ja3=TOR)]
    assert TlsFingerprints().analyze_events(events) == []


def test_another_list() -> None:
    mine = {"0" * 32: KnownClient("mine", "me")}
    assert len(TlsFingerprints(mine).analyze_events([zeek("ssl", 1, cipher="x", ja3="0" * 32)])) == 1


def test_the_list_names_its_sources() -> None:
    known = read_list(bundled_ja3())
    assert known[TOR].name == "Tor client"
    assert all(client.source.startswith("https://") for client in known.values())


@pytest.mark.parametrize("row", ["abc,a,b", f"{TOR},,b", f"{TOR},a,", f"{'z' * 32},a,b", f"{TOR}"])
def test_a_wrong_line_is_an_error(row: str) -> None:
    with pytest.raises(InvalidInputError, match="list of fingerprints"):
        read_list(f"# comment\nhash,name,source\n{row}\n")
