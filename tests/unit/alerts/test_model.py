from netsentinel.alerts.model import techniques


def test_techniques_of_tags_each_once_in_their_order() -> None:
    tags = (
        "attack.t1110.001",
        "attack.credential-access",
        "ATTACK.T1021",
        "attack.t1110.001",
        "cve.2024.1",
        "attack.t12",
    )
    assert techniques(tags) == ("T1110.001", "T1021")
    assert techniques(()) == ()
