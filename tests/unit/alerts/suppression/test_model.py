import pytest

from netsentinel.alerts.suppression import Condition, Match, Suppression, SuppressionState
from netsentinel.alerts.suppression.model import checked
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.types import DEFAULT_TENANT


def condition(field: str = "entity", match: Match = Match.EQUALS, values: tuple[str, ...] = ("x",)) -> Condition:
    return Condition(field, match, values)


@pytest.mark.parametrize(
    "given",
    [
        [],
        [condition()] * 11,
        [condition("level")],
        [condition("event.")],
        [condition("event." + "x" * 2_000)],
        [condition(values=())],
        [condition(values=("",))],
        [condition(values=("x" * 1_025,))],
        [condition(values=tuple(map(str, range(101))))],
        [condition("src_ip", Match.CIDR, ("10.0.0.0/33",))],
        [condition("src_ip", Match.CIDR, ("host",))],
    ],
)
def test_impossible_conditions_are_refused(given: list[Condition]) -> None:
    with pytest.raises(InvalidFilterError):
        checked(given)


@pytest.mark.parametrize(
    "given",
    [
        condition("event.http.url", Match.STARTSWITH, ("/admin",)),
        condition("src_ip", Match.CIDR, ("10.1.2.3/8", "2001:db8::/32", "192.0.2.1")),
    ],
)
def test_possible_conditions_stay_as_they_are(given: Condition) -> None:
    assert checked([given]) == (given,)


def test_a_condition_says_itself() -> None:
    assert str(condition("src_ip", Match.CIDR, ("10.0.0.0/8", "192.0.2.0/24"))) == (
        "src_ip cidr 10.0.0.0/8 or 192.0.2.0/24"
    )
    assert str(condition("rule_id")) == "rule_id = x"


@pytest.mark.parametrize(
    ("expires_at", "lifted_at", "state"),
    [
        (0, 0, SuppressionState.ACTIVE),
        (11, 0, SuppressionState.ACTIVE),
        (10, 0, SuppressionState.EXPIRED),
        (10, 5, SuppressionState.LIFTED),
    ],
)
def test_it_is_over_at_its_expiry_or_when_it_is_lifted(
    expires_at: int, lifted_at: int, state: SuppressionState
) -> None:
    one = Suppression("s", DEFAULT_TENANT, (condition(),), "", "", "", "", 1, expires_at, lifted_at)
    assert one.state_at(10) is state
