"""References to what admitted somebody: the tenant and the id of a session or key. No secret, no meaning outside."""

from netsentinel.kernel.types import TenantId

SESSION = "ses"
KEY = "key"


def ref_of(tenant: TenantId, subject_id: str) -> str:
    """The reference to a session or key of a tenant."""
    return f"{tenant}/{subject_id}"


def parse_ref(ref: str) -> tuple[TenantId, str]:
    """Tenant and id of a reference; a text that is none gives an id that nothing has."""
    tenant, _, subject_id = ref.partition("/")
    return TenantId(tenant), subject_id
