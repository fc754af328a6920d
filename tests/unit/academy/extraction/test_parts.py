import math

from netsentinel.academy.extraction.parts import TextNames, parts_of, rareness


def test_rarer_words_and_longer_names_presume_more() -> None:
    assert rareness("angle") < rareness("isosceles triangle")


def test_names_of_one_kind_share_parts() -> None:
    shared = set(parts_of("linear regression")) & set(parts_of("Logistic Regressions"))
    assert shared >= {"-ion", "-sion", "regr-", "regre-"}
    assert "-etry" in set(parts_of("trigonometry")) & set(parts_of("geometry"))
    assert parts_of("of the") == ()


def test_a_word_of_many_names_of_the_subject_is_common() -> None:
    among = TextNames(["triangle", "acute triangle", "isosceles triangle", "circle"])
    assert among.commonness("triangles") == math.log(3)
    assert among.commonness("acute triangle") == math.log(3) / 2
    assert among.commonness("unheard of") == among.commonness("the") == TextNames().commonness("triangle") == 0.0
