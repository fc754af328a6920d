import pytest

from netsentinel.events.formats import SysmonLinuxFormat
from netsentinel.events.model import Event
from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import DEFAULT_TENANT

LINE = (
    'Nov 21 08:59:01 web-1 sysmon: <Event><System><Provider Name="Linux-Sysmon" Guid="{f}"/><EventID>1</EventID>'
    '<TimeCreated SystemTime="2026-11-21T08:59:01.123456789Z"/><Channel>Linux-Sysmon/Operational</Channel>'
    '<Computer>web-1</Computer><Security UserId="0"/></System><EventData><Data Name="RuleName">-</Data>'
    '<Data Name="Image">/bin/sh</Data><Data Name="Empty"/><Data Name="CommandLine">sh -c &quot;a &lt; b&quot;</Data>'
    '<Data Name="ParentImage">/usr/sbin/nginx</Data><Data Name="User">www</Data></EventData></Event>'
)


def parse(line: str) -> Event:
    form = SysmonLinuxFormat()
    return form.parse(form.decode(line.encode(), 0), line.encode(), DEFAULT_TENANT, "s")


def test_a_process() -> None:
    event = parse(LINE)
    assert event.time == from_iso("2026-11-21T08:59:01.123456Z")
    assert (event.process, event.parent_process, event.command_line) == ("/bin/sh", "/usr/sbin/nginx", 'sh -c "a < b"')
    assert (event.user, event.device, event.format) == ("www", "web-1", "sysmon_linux")
    logsource = event.logsource
    assert (logsource.product, logsource.category, logsource.service) == ("linux", "process_creation", "sysmon")
    assert (event.native["EventID"], event.native["Empty"]) == (1, "")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (LINE.removesuffix("</Event>"), "cut"),
        (LINE.replace("EventID", "Other"), "EventID"),
        (LINE.replace("Operational", "Other"), "channel"),
    ],
)
def test_broken_events(line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(line)
