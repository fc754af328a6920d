from netsentinel.demo import cast


def test_no_two_machines_share_an_address() -> None:
    alone = [value for value in vars(cast).values() if isinstance(value, cast.Machine) and value != cast.ADMIN_STATION]
    machines = [*cast.WORKSTATIONS, *cast.SITES, *cast.MAIL_PARTNERS, *alone]
    assert len({machine.address for machine in machines}) == len(machines)


def test_the_office_has_25_workstations() -> None:
    assert len(cast.WORKSTATIONS) == 25
