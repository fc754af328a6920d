import pytest

from netsentinel.cli.suppressions import conditions_of
from netsentinel.kernel.errors import InvalidInputError


def test_conditions_are_written_with_sigmas_modifiers() -> None:
    assert conditions_of(["rule_id=a=b", "src_ip|cidr=10.0.0.0/8", "src_ip|cidr=::/0", "event.url|startswith=/x"]) == [
        {"field": "rule_id", "match": "equals", "values": ["a=b"]},
        {"field": "src_ip", "match": "cidr", "values": ["10.0.0.0/8", "::/0"]},
        {"field": "event.url", "match": "startswith", "values": ["/x"]},
    ]


@pytest.mark.parametrize("term", ["", "rule_id", "rule_id=", "=x", "src_ip|re=.*", "|cidr=::/0"])
def test_what_is_no_condition_is_refused(term: str) -> None:
    with pytest.raises(InvalidInputError):
        conditions_of([term])
