"""References to what admitted somebody."""

from netsentinel.identity.refs import parse_ref, ref_of
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId


def test_a_reference_names_tenant_and_id() -> None:
    assert parse_ref(ref_of(TenantId("acme"), "ses_1")) == (TenantId("acme"), "ses_1")


def test_a_text_that_is_no_reference_names_nothing() -> None:
    assert parse_ref("ses_1") == ("ses_1", "")
    assert parse_ref("") == ("", "")
    assert ref_of(DEFAULT_TENANT, "key_1") == "default/key_1"
