import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.detection.accounts import account_of, host_of
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import DEFAULT_TENANT


def event(user: str = "", device: str = "WORKSTATION5.theshire.local", **native: object) -> Event:
    return Event(
        tenant=DEFAULT_TENANT,
        source="src",
        format="windows",
        time=0,
        logsource=Logsource("windows"),
        user=user,
        device=device,
        native=native,
    )


@pytest.mark.parametrize(
    "told",
    [
        event("THESHIRE\\wardog"),
        event("theshire\\WarDog"),
        event("wardog@THESHIRE.LOCAL"),
        event("wardog", TargetUserName="wardog", TargetDomainName="THESHIRE"),
        event("wardog", TargetUserName="-", SubjectUserName="wardog", SubjectDomainName="theshire.local"),
    ],
)
def test_a_user_of_a_domain_has_one_name(told: Event) -> None:
    assert account_of(told) == ("theshire\\wardog", "user")


def test_local_users_and_those_of_other_domains_are_others() -> None:
    assert account_of(event("WORKSTATION5\\wardog")) == ("workstation5\\wardog", "user")
    assert account_of(event("SHIRE\\wardog")) == ("shire\\wardog", "user")


@pytest.mark.parametrize("beside", [{}, {"TargetUserName": "Ann"}, {"TargetUserName": "Ann", "TargetDomainName": "-"}])
def test_a_user_whose_domain_nobody_says_has_none(beside: dict[str, str]) -> None:
    assert account_of(event("Ann", **beside)) == ("ann", "user")


def test_the_domain_of_another_user_is_not_taken() -> None:
    both = {"TargetUserName": "bob", "TargetDomainName": "A", "SubjectUserName": "ann", "SubjectDomainName": "B"}
    assert account_of(event("ann", **both)) == ("b\\ann", "user")
    assert account_of(event("bob", **both)) == ("a\\bob", "user")
    assert account_of(event("bob", TargetUserName="bob", TargetDomainName=7)) == ("bob", "user")


@pytest.mark.parametrize(
    "user",
    [
        *("SYSTEM", "LOCAL SERVICE", "network service", "ANONYMOUS LOGON", "DWM-1", "UMFD-12", ""),
        *("NT AUTHORITY\\SYSTEM", "NT-AUTORITÄT\\SYSTEM", "NT SERVICE\\MSSQLSERVER", "IIS APPPOOL\\DefaultAppPool"),
        *("Window Manager\\DWM-1", "Builtin\\Administrators"),
        *("WORKSTATION5$", "THESHIRE\\WORKSTATION5$", "WORKGROUP\\WORKSTATION5$", "WORKSTATION5$@THESHIRE.LOCAL"),
    ],
)
def test_what_belongs_to_a_machine_is_the_machine(user: str) -> None:
    assert account_of(event(user)) == ("workstation5", "host")


def test_a_machine_that_another_one_tells_of_is_that_machine() -> None:
    assert account_of(event("PC04$", "DC01.theshire.local")) == ("pc04", "host")
    assert account_of(event("PC04$@THESHIRE.LOCAL", "DC01")) == ("pc04", "host")


def test_local_users_may_be_called_like_machines() -> None:
    assert account_of(event("WORKSTATION5\\backdoor$")) == ("workstation5\\backdoor$", "user")
    assert account_of(event("WORKSTATION5\\$")) == ("workstation5\\$", "user")
    assert account_of(event("THESHIRE\\system")) == ("theshire\\system", "user")


def test_accounts_have_the_beginning_of_a_long_name() -> None:
    long = "WEBFRONTEND-BERLIN-07.example.org"
    assert account_of(event("EXAMPLE\\WEBFRONTEND-BER$", long)) == ("webfrontend-berlin-07", "host")
    assert account_of(event("WEBFRONTEND-BER\\backdoor$", long)) == ("webfrontend-ber\\backdoor$", "user")
    assert account_of(event("EXAMPLE\\WEBFRONT$", long)) == ("webfront", "host")


@pytest.mark.parametrize(
    ("device", "named"),
    [
        ("PC04", "pc04"),
        ("PC04.theshire.local", "pc04"),
        ("10.0.0.5", "10.0.0.5"),
        ("FE80::1", "fe80::1"),
        ("::ffff:10.0.0.5", "::ffff:10.0.0.5"),
        (".x", ".x"),
        ("", "src"),
    ],
)
def test_hosts_have_their_first_label_and_addresses_stay(device: str, named: str) -> None:
    assert host_of(event(device=device)) == named
    assert account_of(event("SYSTEM", device)) == (named, "host")


_NAMES = st.text(st.sampled_from(list("aB1.\\@$-İß ")) | st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["NT AUTHORITY\\SYSTEM", "PC04$", "ann@EXAMPLE.ORG", "EXAMPLE\\ann", "10.0.0.5", "PC04.example.org"]
)


@given(user=_NAMES, device=_NAMES, domain=_NAMES)
def test_the_name_of_a_name_is_the_same(user: str, device: str, domain: str) -> None:
    told = event(user, device, TargetUserName=user, TargetDomainName=domain)
    name, kind = account_of(told)
    again = {"user": name, "device": host_of(told)} if kind == "user" else {"user": "", "device": name}
    assert account_of(msgspec.structs.replace(told, native={}, **again)) == (name, kind)


@given(user=_NAMES, device=_NAMES)
def test_capital_letters_do_not_count(user: str, device: str) -> None:
    if user.lower().upper().lower() == user.lower() and device.lower().upper().lower() == device.lower():
        assert account_of(event(user.lower().upper(), device.lower().upper())) == account_of(event(user, device))


def test_who_logs_in_with_a_dot_is_a_user_of_the_machine() -> None:
    assert account_of(event(".\\ann")) == ("workstation5\\ann", "user")
    assert account_of(event(".\\ben")) != account_of(event(".\\ann")), "guesses at several users are no one alert"


@pytest.mark.parametrize(
    ("device", "caller", "domain", "named"),
    [
        ("DC01.contoso.local", "WIN81", "CONTOSO", "contoso\\auditor"),
        ("DC01.contoso.local", "", "CONTOSO", "contoso\\auditor"),
        ("WIN81.contoso.local", "WIN81", "CONTOSO", "win81\\auditor"),
        ("WIN81", "KALI", "WORKGROUP", "win81\\auditor"),
        ("DC01.contoso.local", "WIN81", "-", "auditor"),
    ],
)
def test_who_is_locked_out_is_no_user_of_the_computer_that_called(
    device: str, caller: str, domain: str, named: str
) -> None:
    """In 4740 the field TargetDomainName is the Caller Computer Name, by Microsoft's own template of the event."""
    fields = {"TargetUserName": "Auditor", "TargetDomainName": caller, "SubjectUserName": "DC01$"}
    told = event("Auditor", device, **fields, SubjectDomainName=domain)
    locked = msgspec.structs.replace(told, event_code="4740", logsource=Logsource("windows", "", "security"))
    assert account_of(locked) == (named, "user")
    as_stated = (f"{caller.lower()}\\auditor" if caller else "auditor", "user")
    assert account_of(told) == as_stated, "in any other event"
    elsewhere = msgspec.structs.replace(locked, logsource=Logsource("windows", "", "application"))
    assert account_of(elsewhere) == as_stated, "numbers of events are those of their log"
