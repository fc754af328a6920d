"""What Sigma calls things in the sources we read: categories that fit, and Sigma's names for native fields.

Rules for one product speak that product's native names, and those always win. Rules for a category (`proxy`, `dns`,
`firewall`, `webserver`) speak Sigma's own names; these tables say where a source keeps them.
Source: the Sigma specification's taxonomy appendix (2.1) for the names, the formats' own references for the rest.
"""

from collections.abc import Iterable, Mapping

from netsentinel.events.model import Logsource

_FITTING: Mapping[tuple[str, str], frozenset[str]] = {
    ("suricata", "proxy"): frozenset({"webserver"}),
    ("zeek", "proxy"): frozenset({"webserver"}),
    ("windows", "registry_add"): frozenset({"registry_delete", "registry_event"}),
    ("windows", "registry_set"): frozenset({"registry_event"}),
    ("windows", "registry_rename"): frozenset({"registry_event"}),
}
"""Product and category of events -> further categories they belong to.

HTTP seen on the wire is both a proxy's and a web server's. Sysmon's event 12 is the addition or the removal of a key.
"""

_SURICATA: Mapping[str, tuple[str, ...]] = {
    "dst_ip": ("dest_ip",),
    "dst_port": ("dest_port",),
    "query": ("dns.rrname", "dns.queries.rrname", "dns.query.rrname"),
    "record_type": ("dns.rrtype", "dns.queries.rrtype", "dns.query.rrtype"),
    "answer": ("dns.answers.rdata",),
    "c-uri": ("http.url",),
    "c-uri-path": ("http.url",),
    "cs-uri": ("http.url",),
    "cs-uri-stem": ("http.url",),
    "c-uri-query": ("http.url",),
    "cs-uri-query": ("http.url",),
    "c-useragent": ("http.http_user_agent",),
    "cs-user-agent": ("http.http_user_agent",),
    "cs-host": ("http.hostname",),
    "r-dns": ("http.hostname",),
    "cs-method": ("http.http_method",),
    "cs-referer": ("http.http_refer",),
    "sc-status": ("http.status",),
    "c-ip": ("src_ip",),
    "s-ip": ("dest_ip",),
    "r-ip": ("dest_ip",),
}

_ZEEK: Mapping[str, tuple[str, ...]] = {
    "id.orig_h": ("id_orig_h",),
    "id.orig_p": ("id_orig_p",),
    "id.resp_h": ("id_resp_h",),
    "id.resp_p": ("id_resp_p",),
    "id_orig_h": ("id.orig_h",),
    "id_orig_p": ("id.orig_p",),
    "id_resp_h": ("id.resp_h",),
    "id_resp_p": ("id.resp_p",),
    "src_ip": ("id.orig_h", "id_orig_h"),
    "src_port": ("id.orig_p", "id_orig_p"),
    "dst_ip": ("id.resp_h", "id_resp_h"),
    "dst_port": ("id.resp_p", "id_resp_p"),
    "certificate.serial": ("certificate_serial",),
    "certificate.subject": ("certificate_subject",),
    "certificate.issuer": ("certificate_issuer",),
    "record_type": ("qtype_name",),
    "answer": ("answers",),
    "c-uri": ("uri",),
    "c-uri-path": ("uri",),
    "cs-uri": ("uri",),
    "cs-uri-stem": ("uri",),
    "c-uri-query": ("uri",),
    "cs-uri-query": ("uri",),
    "c-useragent": ("user_agent",),
    "cs-user-agent": ("user_agent",),
    "cs-host": ("host",),
    "r-dns": ("host",),
    "cs-method": ("method",),
    "cs-referer": ("referrer",),
    "sc-status": ("status_code",),
    "c-ip": ("id.orig_h", "id_orig_h"),
    "s-ip": ("id.resp_h", "id_resp_h"),
    "r-ip": ("id.resp_h", "id_resp_h"),
}

_WINDOWS: Mapping[str, tuple[str, ...]] = {
    "Image": ("NewProcessName",),
    "ParentImage": ("ParentProcessName",),
}
"""Process creation in the security log (event 4688) uses other names than Sysmon."""

_NETFLOW: Mapping[str, tuple[str, ...]] = {
    "src_ip": ("SrcAddr", "sa"),
    "src_port": ("Sport", "sp"),
    "dst_ip": ("DstAddr", "da"),
    "dst_port": ("Dport", "dp"),
}
"""Argus' names, and nfdump's."""

_NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "suricata": _SURICATA,
    "zeek": _ZEEK,
    "windows": _WINDOWS,
    "netflow": _NETFLOW,
}


def dialect(product: str) -> str:
    """The product whose names events of a product have; empty for one that says nothing of its own."""
    return product if product in _NAMES else ""


def aliases(product: str, field: str) -> tuple[str, ...]:
    """The native names that stand for a field in events of a product, tried in order when its own name is absent."""
    return _NAMES.get(product, {}).get(field, ())


def applies(rule: Logsource, event: Logsource) -> bool:
    """Whether a rule for one log source looks at events of another.

    What the rule states must be what the event is; an event of unknown origin is shown to every rule.
    """
    if not (event.product or event.category or event.service):
        return True
    if rule.product and rule.product != event.product:
        return False
    if rule.service and rule.service != event.service:
        return False
    if not rule.category or rule.category == event.category:
        return True
    return rule.category in _FITTING.get((event.product, event.category), frozenset())


_OTHER = "\0"
"""What no rule states: it stands for whatever a rule does not tell from anything else."""


class LogsourceKinds:
    """Tells log sources of events apart as far as rules do: who sends events may invent any number of products.

    Args:
        rules: what the rules look at.
    """

    def __init__(self, rules: Iterable[Logsource]) -> None:
        stated = dict.fromkeys(rules)
        self._products = {"", *_NAMES, *(product for product, _ in _FITTING), *(one.product for one in stated)}
        self._categories = {"", *(category for _, category in _FITTING), *(one.category for one in stated)}
        self._services = {"", *(one.service for one in stated)}

    def of(self, event: Logsource) -> Logsource:
        """A log source at which the same rules look, whose events call fields the same."""
        return Logsource(
            product=event.product if event.product in self._products else _OTHER,
            category=event.category if event.category in self._categories else _OTHER,
            service=event.service if event.service in self._services else _OTHER,
        )
