from netsentinel.detection.rules.choice import Choice
from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.model import Rule
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId

OTHER = TenantId("other")


def rule(number: int, title: str = "T") -> Rule:
    text = f"""title: {title}
id: 6e1f4a1c-0f0e-4b7a-9a5c-3a2d1b0c9e{number:02}
logsource: {{product: zeek}}
detection: {{s: {{a: x}}, condition: s}}
"""
    return load_text(text).rules[0]


def test_everybody_has_the_installed_rules() -> None:
    rules = (rule(1), rule(2))
    choice = Choice(rules)
    assert choice.is_plain
    assert choice.of(OTHER) == rules


def test_a_tenant_disables_for_itself_only() -> None:
    one, two = rule(1), rule(2)
    choice = Choice((one, two), disabled={DEFAULT_TENANT: [one.id]})
    assert not choice.is_plain
    assert choice.of(DEFAULT_TENANT) == (two,)
    assert choice.of(OTHER) == (one, two)
    assert choice.installed_of(DEFAULT_TENANT) == (two,)
    assert choice.own_of(DEFAULT_TENANT) == ()


def test_an_own_rule_takes_the_place_of_the_installed_one_with_its_id() -> None:
    installed, own = rule(1, "theirs"), rule(1, "mine")
    choice = Choice((installed,), own={DEFAULT_TENANT: (own,)})
    assert choice.of(DEFAULT_TENANT) == (own,)
    assert choice.of(OTHER) == (installed,)
    assert (choice.installed_of(DEFAULT_TENANT), choice.own_of(DEFAULT_TENANT)) == ((), (own,))
    assert (choice.installed_of(OTHER), choice.own_of(OTHER)) == ((installed,), ())


def test_an_own_rule_can_be_disabled_too() -> None:
    own = rule(3)
    assert Choice((), own={OTHER: (own,)}, disabled={OTHER: [own.id]}).of(OTHER) == ()
