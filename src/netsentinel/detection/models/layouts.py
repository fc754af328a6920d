"""Column layouts that are known: which columns are features, in which unit, and which would give the answer away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netsentinel.detection.models.table import Feature, Kind

_TWO_SECONDS = "2 s"
_CONNECTIONS = "100 connections"
_COUNT = "connections"

NSL_KDD_COLUMNS: tuple[str, ...] = (
    "duration",
    "protocol_type",
    "service",
    "flag",
    "src_bytes",
    "dst_bytes",
    "land",
    "wrong_fragment",
    "urgent",
    "hot",
    "num_failed_logins",
    "logged_in",
    "num_compromised",
    "root_shell",
    "su_attempted",
    "num_root",
    "num_file_creations",
    "num_shells",
    "num_access_files",
    "num_outbound_cmds",
    "is_host_login",
    "is_guest_login",
    "count",
    "srv_count",
    "serror_rate",
    "srv_serror_rate",
    "rerror_rate",
    "srv_rerror_rate",
    "same_srv_rate",
    "diff_srv_rate",
    "srv_diff_host_rate",
    "dst_host_count",
    "dst_host_srv_count",
    "dst_host_same_srv_rate",
    "dst_host_diff_srv_rate",
    "dst_host_same_src_port_rate",
    "dst_host_srv_diff_host_rate",
    "dst_host_serror_rate",
    "dst_host_srv_serror_rate",
    "dst_host_rerror_rate",
    "dst_host_srv_rerror_rate",
)
"""The 41 features of KDD Cup 1999 in the order of its text files (Stolfo et al., 2000; Tavallaee et al., 2009)."""

NSL_KDD_TEXT = (*NSL_KDD_COLUMNS, "class", "difficulty")
"""Columns of the text files, which have no header; some leave the last out."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a column layout."""

    name: str
    recognised_by: frozenset[str]
    left_out: frozenset[str]
    """Columns that follow from the label, or number the rows."""
    units: Mapping[str, str]
    windows: Mapping[str, str]
    source: str

    def feature(self, name: str, kind: Kind) -> Feature:
        """A column as a feature."""
        return Feature(name, kind, self.units.get(name, ""), self.windows.get(name, ""), self.source)


def _kdd_windows() -> dict[str, str]:
    found = dict.fromkeys(NSL_KDD_COLUMNS[22:31], _TWO_SECONDS)
    return found | dict.fromkeys(NSL_KDD_COLUMNS[31:], _CONNECTIONS)


NSL_KDD = Layout(
    "nsl-kdd",
    frozenset({"protocol_type", "src_bytes", "serror_rate", "dst_host_count"}),
    frozenset({"difficulty", "class", "classnum", "label"}),
    {
        "duration": "s",
        **dict.fromkeys(("src_bytes", "dst_bytes"), "bytes"),
        **dict.fromkeys(("count", "srv_count", "dst_host_count", "dst_host_srv_count"), _COUNT),
    },
    _kdd_windows(),
    "KDD Cup 1999",
)

_UNSW_COUNTS = (
    "ct_srv_src",
    "ct_dst_ltm",
    "ct_src_dport_ltm",
    "ct_dst_sport_ltm",
    "ct_dst_src_ltm",
    "ct_src_ltm",
    "ct_srv_dst",
)

UNSW_NB15 = Layout(
    "unsw-nb15",
    frozenset({"sttl", "dttl", "ct_state_ttl", "ct_srv_src"}),
    frozenset({"id", "attack_cat", "label", "srcip", "dstip", "stime", "ltime"}),
    {
        **dict.fromkeys(("dur", "tcprtt", "synack", "ackdat"), "s"),
        **dict.fromkeys(("sbytes", "dbytes", "response_body_len"), "bytes"),
        **dict.fromkeys(("smean", "dmean"), "bytes/packet"),
        **dict.fromkeys(("spkts", "dpkts", "sloss", "dloss"), "packets"),
        **dict.fromkeys(("sinpkt", "dinpkt", "sjit", "djit"), "ms"),
        **dict.fromkeys(("sload", "dload"), "bit/s"),
        **dict.fromkeys(_UNSW_COUNTS, _COUNT),
        "rate": "1/s",
    },
    dict.fromkeys(_UNSW_COUNTS, _CONNECTIONS),
    "UNSW-NB15 (Argus and Zeek)",
)

UNKNOWN = Layout("unknown", frozenset(), frozenset(), {}, {}, "")

LAYOUTS = (NSL_KDD, UNSW_NB15)

_TRANSPORTS = frozenset({"tcp", "udp", "icmp"})


def layout_of(columns: Sequence[str]) -> Layout:
    """The layout that these columns belong to, or `UNKNOWN`."""
    names = frozenset(columns)
    return next((one for one in LAYOUTS if one.recognised_by <= names), UNKNOWN)


def is_nsl_kdd_text(line: str) -> bool:
    """Whether the first line of a file is a row of NSL-KDD's text files, which have no header."""
    cells = line.rstrip("\r\n").split(",")
    return len(cells) in (len(NSL_KDD_TEXT) - 1, len(NSL_KDD_TEXT)) and cells[1] in _TRANSPORTS
