from netsentinel.academy.graph.store_sql.portions import features_of, marks, portions, text_of_features


def test_things_come_in_portions() -> None:
    assert [len(some) for some in portions(range(801))] == [400, 400, 1]
    assert marks(3) == "?, ?, ?"


def test_features_come_back_as_they_were_kept() -> None:
    features = (("bias", 1.0), ("rarer", -0.25))
    assert features_of(text_of_features(features)) == features
    assert features_of(text_of_features(())) == ()
