"""Names that people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.identity.names import checked_name, checked_tenant, checked_username, name_key, tenant_key
from netsentinel.kernel.errors import InvalidInputError


@pytest.mark.parametrize(("one", "other"), [("Ann", "ANN"), ("Straße", "STRASSE"), ("ﬁn", "fin"), (" ann", "ann ")])
def test_names_that_look_alike_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_other_names_are_others() -> None:
    assert name_key("ann") != name_key("anna")


@given(st.text())
def test_a_name_keeps_its_key_when_it_is_made_twice(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


def test_a_name_is_shown_composed_and_without_blanks_around_it() -> None:
    assert checked_name("  Rene\u0301  ") == "Ren\u00e9"


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\u202eb", "x" * 65])
def test_impossible_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        checked_name(name)


@pytest.mark.parametrize("tenant", ["default", "acme-2", "x" * 40])
def test_a_tenants_id_is_taken_as_it_is(tenant: str) -> None:
    assert checked_tenant(tenant) == tenant


@pytest.mark.parametrize("tenant", ["", "Acme", "a/b", "a b", "x" * 41])
def test_impossible_tenants_are_refused(tenant: str) -> None:
    with pytest.raises(InvalidInputError):
        checked_tenant(tenant)


@pytest.mark.parametrize("name", ["ann", "ann.lee@example.org", "A-1_b", "Zoë", "Łukasz", "李雷", "x" * 64])
def test_a_username_is_of_letters_digits_and_few_marks(name: str) -> None:
    assert checked_username(f" {name} ") == name


@pytest.mark.parametrize("name", ["", " ", "bad/name", "ann lee", "a\nb", "a\u200bb", "ann;", "<ann>", "x" * 65])
def test_other_usernames_are_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="letters, digits"):
        checked_username(name)


def test_a_tenant_is_found_in_whatever_case() -> None:
    assert tenant_key(" Acme-2 ") == "acme-2"
