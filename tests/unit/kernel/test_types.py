from netsentinel.kernel.types import ROLE_PERMISSIONS, Level, Permission, Principal, Role, TenantId, system_principal


def test_levels_have_an_order() -> None:
    assert [level.rank for level in Level] == [0, 1, 2, 3, 4]


def test_each_role_may_what_the_one_below_may() -> None:
    viewer, analyst, admin = (ROLE_PERMISSIONS[role] for role in Role)
    assert viewer < analyst < admin == frozenset(Permission)


def test_a_principal_may_what_it_holds() -> None:
    principal = Principal("u", "user", TenantId("t"), Role.VIEWER, "U", frozenset({Permission.ALERTS_READ}))
    assert principal.may(Permission.ALERTS_READ)
    assert not principal.may(Permission.ALERTS_WRITE)


def test_the_system_may_everything_in_its_tenant() -> None:
    assert system_principal(TenantId("t")).tenant == "t"
    assert all(system_principal().may(permission) for permission in Permission)
