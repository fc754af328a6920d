import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.events.formats import WindowsFormat
from netsentinel.events.formats.windows import flatten
from netsentinel.events.model import Event
from netsentinel.events.rows import Layout, RowEvent, RowFormat, RowReader
from netsentinel.kernel.types import DEFAULT_TENANT

SYSMON: dict[str, Any] = {
    "EventID": 1,
    "Channel": "Microsoft-Windows-Sysmon/Operational",
    "UtcTime": "2026-03-02 10:00:00.123",
    "Image": "C:\\a.exe",
    "CommandLine": "a.exe é",
    "User": "EXAMPLE\\ann",
    "Computer": "ws-01",
}


def line(record: dict[str, Any]) -> bytes:
    return msgspec.json.encode(record)


def reader() -> RowReader:
    return RowReader(WindowsFormat(), DEFAULT_TENANT, "wec")


def taken(one: RowReader, raw: bytes) -> Event | None:
    """The event of a line, or None when it is given back."""
    found: list[Event] = []
    left = one.take(iter([raw]), found.append)
    assert left is (None if found else raw)
    return found[0] if found else None


def general(raw: bytes) -> Event | None:
    """What the general way makes of a line."""
    form = WindowsFormat()
    try:
        record = msgspec.json.decode(raw)
        return form.parse(record, raw, DEFAULT_TENANT, "wec") if form.recognises(record) else None
    except (ValueError, msgspec.DecodeError):
        return None


def taught(*records: dict[str, Any]) -> RowReader:
    one = reader()
    for record in records:
        for _ in range(2_000):  # a pause may be on
            if taken(one, line(record)) is not None:
                break
            one.learn(flatten(record))
    return one


def columns(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__struct_fields__}


def test_a_record_is_a_row_once_its_names_are_known() -> None:
    one = reader()
    assert taken(one, line(SYSMON)) is None
    one.learn(SYSMON)
    event = taken(one, line(SYSMON))
    expected = general(line(SYSMON))
    assert isinstance(event, RowEvent)
    assert expected is not None
    assert columns(event) == columns(expected)
    assert list(event.native) == list(SYSMON)
    assert event.native is event.native


SCALARS = st.sampled_from([None, "", "-", "x", "10.1.2.3", 0, 1, "4624", 4688, 7.5, True, 2**70, "é\U0001f600"])
NAMES = (
    *("EventID", "Channel", "Provider_Name", "event_type", "Image", "NewProcessName", "CommandLine", "ParentImage"),
    *("ParentProcessName", "SourceIp", "IpAddress", "SourcePort", "IpPort", "DestinationIp", "DestPort", "QueryName"),
    *("User", "TargetUserName", "SubjectUserName", "Computer", "Hostname", "UtcTime", "@timestamp", "TimeCreated"),
    *("ComputerName", "SourceAddress", "DestAddress", "DestinationPort", "DestinationHostname", "ObjectType"),
    *("Hashes", "TargetFilename", "ImageLoaded", "class", "field3", "_x", "a.b", "winlog.event_id", 'quo"te', ""),
)
KINDS = st.sampled_from(["Security", SYSMON["Channel"], 4663, 4728, "Key"])
RECORDS = st.dictionaries(
    st.sampled_from(NAMES),
    SCALARS | KINDS | st.sampled_from(["2026-03-02T10:00:00Z", "2026-03-02 10:00:00.5", {"a": 1}, [1]]),
    max_size=12,
)


@given(st.lists(RECORDS, min_size=1, max_size=6), st.lists(RECORDS | st.just(SYSMON), min_size=1, max_size=6))
def test_rows_say_what_the_general_way_says(known: list[dict[str, Any]], records: list[dict[str, Any]]) -> None:
    full = [{**SYSMON, **record} for record in known]
    one = taught(SYSMON, *full)
    for record in [*records, *full]:
        event = taken(one, line(record))
        if event is not None:
            expected = general(line(record))
            assert expected is not None
            assert columns(event) == columns(expected)
            for name in NAMES:
                assert event.value(name) == expected.native.get(name, msgspec.UNSET)  # type: ignore[attr-defined]
                assert event.has_any(frozenset({name})) is expected.has_any(frozenset({name}))


@pytest.mark.parametrize("event_id", [4625, 4656, 4663, 4688, 5156, 4104])
@pytest.mark.parametrize("channel", ["Security", "security", "Microsoft-Windows-PowerShell/Operational"])
def test_what_windows_leaves_out_is_left_out_both_ways(event_id: int, channel: str) -> None:
    nothing = dict.fromkeys(NAMES[4:24], "-")
    record = {"EventID": event_id, "Channel": channel, **nothing, "ObjectType": "Key", "SubjectUserName": "ann"}
    event, expected = taken(taught(record), line(record)), general(line(record))
    assert event is not None
    assert expected is not None
    assert columns(event) == columns(expected)
    assert (event.user, event.device, event.src_ip, event.process, event.domain) == ("ann", "", "", "", "")


@pytest.mark.parametrize(("subject", "user"), [("ann", "ann"), ("DC01$", "backdoor"), ("-", "backdoor")])
def test_who_changed_an_account_is_the_same_both_ways(subject: str, user: str) -> None:
    record = {"EventID": 4720, "Channel": "Security", "TargetUserName": "backdoor", "SubjectUserName": subject}
    event, expected = taken(taught(record), line(record)), general(line(record))
    assert event is not None
    assert expected is not None
    assert event.user == expected.user == user


@pytest.mark.parametrize(
    "raw",
    [
        b'{"EventID":1,"Channel":"x","User":{"deep":1}}',
        b'{"EventID":1,"Channel":"x","new":1}',
        b'{"EventID":null,"Channel":"x"}',
        b'{"Channel":"x"}',
        b'{"EventID":1}',
        b'{"EventID":1,"Channel":"x"',
        b'{"EventID":1,"Channel":"\xff"}',
        b'{"EventID":1,"Channel":"\\ud800"}',
        b'{"EventID":1,"Channel":1e400}',
        b'{"EventID":1,"Channel":"x"} {}',
        b"[1]",
        b' {"EventID":1,"Channel":"x"}',
    ],
)
def test_everything_else_is_left_to_the_general_way(raw: bytes) -> None:
    one = taught(SYSMON)
    assert taken(one, raw) is None


def test_escaped_and_repeated_names_are_what_they_are_elsewhere() -> None:
    raw = b'{"\\u0045ventID":4,"EventID":1,"Channel":"Security","Image":"a","Image":"b"}'
    event, expected = taken(taught(SYSMON), raw), general(raw)
    assert event is not None
    assert expected is not None
    assert (event.event_code, event.process) == (expected.event_code, expected.process) == ("1", "b")
    assert event.native == expected.native


def test_a_source_without_rows_is_hardly_ever_tried() -> None:
    one = taught(SYSMON)
    tries = 0
    original = one._layout
    assert original is not None

    class Counting(Layout):
        def __init__(self) -> None:
            self.attributes = original.attributes

        def read(self, raw: bytes) -> Any:
            nonlocal tries
            tries += 1
            return original.read(raw)

    one._layout = Counting()
    for _ in range(10_000):
        assert taken(one, b'{"EventID":1,"Channel":"x","User":{"deep":1}}') is None
    assert tries < 25
    for _ in range(2_000):
        if taken(one, line(SYSMON)) is not None:
            break
    else:
        pytest.fail("it was never tried again")


@pytest.mark.parametrize("name", ["", "x" * 65, 'quo"te', "back\\slash", "né", "new\nline", "Event", "event_type"])
def test_strange_and_nested_names_are_not_learned(name: str) -> None:
    one = taught(SYSMON)
    taken(one, line({**SYSMON, name: "x"}))
    one.learn({**SYSMON, name: "x"})
    assert one._layout is not None
    assert name not in one._layout.attributes


def test_names_are_learned_up_to_a_limit() -> None:
    one = reader()
    for number in range(500):
        record = {**SYSMON, f"Name{number}": "x"}
        one._pause = 0
        if taken(one, line(record)) is None:
            one.learn(record)
    assert one._layout is not None
    assert len(one._layout.attributes) < 250
    one._pause = 0
    assert taken(one, line(SYSMON)) is not None


def test_any_name_may_stand_for_a_python_word() -> None:
    names = ("class", "__init__", "_x", "field0", "field1", "def", "Image", "a b", "@timestamp", "7")
    layout = Layout(names)
    row = layout.read(line({name: name for name in names}))
    assert {name: getattr(row, layout.attributes[name]) for name in names} == {name: name for name in names}


def test_numbers_are_read_alike() -> None:
    dice = random.Random(7)  # noqa: S311 - the same numbers every time
    layout = Layout(("a",))
    for _ in range(2_000):
        digits = "".join(dice.choices("0123456789", k=dice.randint(1, 40)))
        said = dice.choice(["", "-"]) + (digits.lstrip("0") or "0")
        said += dice.choice(["", ".5", "e3", "E-7", ".25e+2", "e400", "."])
        raw = f'{{"a":{said}}}'.encode()
        try:
            expected = repr(msgspec.json.decode(raw)["a"])
        except msgspec.DecodeError:
            with pytest.raises(msgspec.DecodeError):
                layout.read(raw)
        else:
            assert repr(layout.read(raw).field0 if "field0" in layout.attributes.values() else layout.read(raw).a) == (
                expected
            )


def test_windows_is_a_format_with_rows() -> None:
    assert isinstance(WindowsFormat(), RowFormat)


def test_what_a_layout_lacks_is_not_there() -> None:
    layout = Layout(("a", "b"), ("c", "d e"))
    row = layout.read(b'{"b":2}')
    assert layout.getter(("b", "c", "a", "b"))(row) == (2, msgspec.UNSET, 2)
    assert layout.getter(("b",))(row) == (2,)
    assert layout.getter(("c",))(row) == ()
    assert row.c is msgspec.UNSET
    with pytest.raises(msgspec.ValidationError):
        layout.read(b'{"b":2,"c":3}')
