r"""One name for each user and host of Windows, whose logs spell them in several ways.

Sysmon writes `SHIRE\ann`, the security log `ann` with the domain beside it, Kerberos `ann@SHIRE.LOCAL`. A host is
`PC04` before it joins a domain and `PC04.shire.local` after. Events keep their spelling; findings use the one name.
"""

import re
from typing import Any, Final

from netsentinel.events.model import Event

PRODUCT: Final = "windows"
"""Of the log sources whose events name users and hosts so."""

_DOMAIN_BESIDE: Final = {"TargetUserName": "TargetDomainName", "SubjectUserName": "SubjectDomainName"}
"""Fields of a user's name, and where the domain of that user stands."""
_LOOKED_AT: Final = (*_DOMAIN_BESIDE, *_DOMAIN_BESIDE.values())
_LONGEST: Final = 512
_LOCKED_OUT: Final = "4740"
"""The event of the security log that states the calling computer where others state the user's domain."""
_NO_DOMAIN: Final = "workgroup"
"""What a machine that is in no domain calls its own."""

_OWN_DOMAINS: Final = frozenset(
    {"nt authority", "nt-autorität", "autorite nt", "autoridade nt", "nt service", "nt virtual machine"}
    | {"iis apppool", "window manager", "font driver host", "builtin"}
)
"""Domains that each machine has for itself: their accounts are services and groups, and no people."""
_OWN_NAMES: Final = re.compile(r"system|local service|network service|anonymous logon|(?:dwm|umfd)-\d+")
"""Accounts of these domains, where no domain is stated."""
_NETBIOS: Final = 15
"""Characters that are left of a host's name in accounts and domains."""


def account_of(event: Event) -> tuple[str, str]:
    r"""The user that an event of Windows names, or the host, and which of the two it is (`user` or `host`).

    A user is `domain\name`, and `name` alone where the event does not say the domain; the domain of a local user is the
    host. A machine's services are the machine, and so is its own account (`PC04$`), whoever reports it. All is in lower
    case.
    """
    host = host_of(event)
    name, domain = _parted(event)
    domain = host if domain == "." else domain  # as people write it who log in
    if not name or domain in _OWN_DOMAINS or (not domain and _OWN_NAMES.fullmatch(name)):
        return host, "host"
    machine = _first_label(name.removesuffix("$"))
    if machine and name[-1] == "$" and not _is_host(domain, host):  # local users may be called so, too
        return (host if _is_host(machine, host) else machine), "host"
    return (f"{domain}\\{name}" if domain else name), "user"


def host_of(event: Event) -> str:
    """The host that reports an event of Windows, without its domain; its source where it names none."""
    return _first_label(event.device.lower()) or event.source


def names_of(typed: str) -> tuple[str, ...]:
    r"""What findings may call the user or host of Windows that somebody names as logs do; the text itself is not in it.

    `SHIRE.LOCAL\Ann` and `Ann@shire.local` are `shire\ann`; `PC04$`, `SHIRE\PC04$` and `PC04.shire.local` are `pc04`.
    """
    name, domain = _qualified(typed.lower())
    named = f"{_first_label(domain)}\\{name}" if domain else _first_label(name)
    machine = _first_label(name[:-1]) if name.endswith("$") else ""
    return tuple(one for one in dict.fromkeys((named, machine)) if one and one != typed)


def told_of_accounts(event: Event) -> dict[str, Any]:
    """What of an event's own fields says whose account it names: with these alone, `account_of` says the same."""
    if event.logsource.product != PRODUCT or not event.user:
        return {}
    native: dict[str, Any] = event.native
    stated = {name: native.get(name) for name in _LOOKED_AT}
    return {name: value for name, value in stated.items() if isinstance(value, str) and len(value) <= _LONGEST}


def _parted(event: Event) -> tuple[str, str]:
    """The user's name and domain, in lower case."""
    user = event.user.lower()
    name, domain = _qualified(user)
    if name == user:
        domain = _domain_beside(event)
    return name, _first_label(domain)


def _qualified(user: str) -> tuple[str, str]:
    r"""The name and domain that a text has in one, as `domain\name` or `name@domain`; else all of it and nothing."""
    domain, is_qualified, name = user.partition("\\")
    if not is_qualified:
        name, is_qualified, domain = user.rpartition("@")
    return (name, domain) if name and domain else (user, "")


def _domain_beside(event: Event) -> str:
    if not event.user:
        return ""
    native: dict[str, Any] = event.native
    for field, beside in _DOMAIN_BESIDE.items():
        if native.get(field) == event.user:
            domain = _stated(native, beside)
            is_lockout = event.event_code == _LOCKED_OUT and event.logsource.service == "security"
            return _domain_of_locked_out(event, domain) if is_lockout else domain
    return ""


def _domain_of_locked_out(event: Event, caller: str) -> str:
    """That of the machine which locks the user out; a local user's where it is in none, or is the caller itself."""
    host, domain = host_of(event), _stated(event.native, "SubjectDomainName")
    return host if domain == _NO_DOMAIN or _is_host(_first_label(caller), host) else domain


def _stated(native: dict[str, Any], field: str) -> str:
    domain = native.get(field)
    return domain.lower().partition("\\")[0] if isinstance(domain, str) and domain != "-" else ""


def _first_label(name: str) -> str:
    """A DNS name's first label; an address stays whole."""
    label = name.partition(".")[0]
    return name if not label or ":" in name or name.replace(".", "").isdecimal() else label


def _is_host(name: str, host: str) -> bool:
    """Whether a name of an account or a domain is a host's, of which it may have the beginning only."""
    return name == host or (len(name) == _NETBIOS and host.startswith(name))
