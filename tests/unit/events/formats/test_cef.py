import pytest

from netsentinel.events.formats import CefFormat
from netsentinel.events.model import Event
from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import DEFAULT_TENANT


def parse(line: bytes) -> Event:
    form = CefFormat()
    return form.parse(form.decode(line, from_iso("2026-11-21T09:00:00Z")), line, DEFAULT_TENANT, "s")


def test_header_and_extension() -> None:
    event = parse(
        b"CEF:0|Palo Alto|PAN-OS|10|deny\\|x|worm stopped|10|src=10.0.0.1 spt=5 dst=2.1.2.2 dpt=80 proto=TCP "
        b"act=blocked suser=eve adams msg=a\\=b\\nc request=http://x/?a=b cs1Label=Rule cs1=any any"
    )
    assert (event.src_ip, event.src_port, event.dst_ip, event.dst_port) == ("10.0.0.1", 5, "2.1.2.2", 80)
    assert (event.protocol, event.action, event.user, event.severity) == ("tcp", "blocked", "eve adams", 5)
    assert (event.event_code, event.signature, event.message) == ("deny|x", "worm stopped", "a=b\nc")
    assert (event.logsource.product, event.logsource.service) == ("palo_alto", "pan-os")
    assert event.native["cs1"] == "any any"
    assert event.url.startswith("http://x/?a")


@pytest.mark.parametrize(
    ("line", "at"),
    [
        (b"CEF:0|V|P|1|x|y|1|rt=1763715541250", "2025-11-21T08:59:01.25Z"),
        (b"CEF:0|V|P|1|x|y|1|rt=Nov 21 2026 08:59:01.5", "2026-11-21T08:59:01.5Z"),
        (b"CEF:0|V|P|1|x|y|1|start=Nov 1 2026 08:59:01", "2026-11-01T08:59:01Z"),
        (b"<134>Nov 21 08:59:01 fw-1 CEF:0|V|P|1|x|y|1|", "2026-11-21T08:59:01Z"),
        (b"<134>1 2026-11-21T08:59:01Z fw-1 CEF:0|V|P|1|x|y|1|a=b", "2026-11-21T08:59:01Z"),
    ],
)
def test_times(line: bytes, at: str) -> None:
    event = parse(line)
    assert event.time == from_iso(at)
    assert event.device == ("fw-1" if b"fw-1" in line else "")


@pytest.mark.parametrize(("said", "severity"), [("0", 1), ("5", 2), ("8", 4), ("High", 4), ("11", 0), ("?", 0)])
def test_severities(said: str, severity: int) -> None:
    assert parse(f"CEF:0|V|P|1|x|y|{said}|".encode()).severity == severity


@pytest.mark.parametrize("line", [b"CEF:0|V|P|1|x", b"CEF:zero|V|P|1|x|y|1|", b"CEF:0|V|P|1|x|y|1|rt=soon"])
def test_broken_lines(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(line)
