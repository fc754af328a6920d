from itertools import product

import pytest

from netsentinel.detection.rules.taxonomy import LogsourceKinds, aliases, applies, dialect
from netsentinel.events.model import Logsource as Source

ZEEK_HTTP = Source(product="zeek", category="proxy", service="http")
SYSMON_DELETE = Source(product="windows", category="registry_add", service="sysmon")


@pytest.mark.parametrize(
    ("rule", "event", "expected"),
    [
        (Source(), ZEEK_HTTP, True),
        (Source(product="zeek"), ZEEK_HTTP, True),
        (Source(product="zeek", service="http"), ZEEK_HTTP, True),
        (Source(category="proxy"), ZEEK_HTTP, True),
        (Source(category="webserver"), ZEEK_HTTP, True),
        (Source(product="zeek", service="dns"), ZEEK_HTTP, False),
        (Source(product="suricata"), ZEEK_HTTP, False),
        (Source(category="dns"), ZEEK_HTTP, False),
        (Source(product="windows", category="registry_delete"), SYSMON_DELETE, True),
        (Source(product="windows", category="registry_event"), SYSMON_DELETE, True),
        (Source(product="windows", category="registry_set"), SYSMON_DELETE, False),
        (Source(product="aws", service="cloudtrail"), Source(), True),
    ],
)
def test_which_rules_look_at_which_events(rule: Source, event: Source, expected: bool) -> None:
    assert applies(rule, event) is expected


def test_names_of_fields_depend_on_the_product() -> None:
    assert aliases("suricata", "c-uri") == ("http.url",)
    assert aliases("zeek", "c-uri") == ("uri",)
    assert aliases("windows", "Image") == ("NewProcessName",)
    assert aliases("linux", "c-uri") == ()
    assert aliases("zeek", "uri") == ()


def test_flows_have_the_names_of_their_programs() -> None:
    assert aliases("netflow", "dst_port") == ("Dport", "dp")


def test_the_same_rules_look_at_events_of_a_kind() -> None:
    texts = (("", "zeek", "aws", "acme"), ("", "webserver", "proxy", "own"), ("", "http", "cloudtrail", "acme"))
    sources = [Source(product=of, category=category, service=service) for of, category, service in product(*texts)]
    rules = [source for source in sources if "acme" not in {source.product, source.service}]
    kinds = LogsourceKinds(rules)
    for event in sources:
        kind = kinds.of(event)
        assert dialect(kind.product) == dialect(event.product)
        assert [applies(rule, kind) for rule in rules] == [applies(rule, event) for rule in rules], event


def test_invented_products_are_of_one_kind() -> None:
    kinds = LogsourceKinds([Source(product="windows", category="process_creation"), Source(service="sshd")])
    assert len({kinds.of(Source(product=f"v{n}", service=f"p{n}")) for n in range(5_000)}) == 1
    assert kinds.of(Source(product="v", service="sshd")) != kinds.of(Source(product="v", service="p"))


def test_kinds_keep_what_is_told_of_events_whatever_rules_state() -> None:
    kinds = LogsourceKinds([])
    assert [dialect(kinds.of(Source(product=one)).product) for one in ("netflow", "zeek", "acme")] == [
        "netflow",
        "zeek",
        "",
    ]
    rule = Source(category="webserver")
    assert applies(rule, LogsourceKinds([rule]).of(ZEEK_HTTP)), "what a proxy sees is for web servers, too"
