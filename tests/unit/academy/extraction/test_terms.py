from netsentinel.academy.extraction.terms import ranked_terms


def test_what_is_said_often_and_rare_elsewhere_is_a_term() -> None:
    text = [
        "The certificate authority signs.",
        "A certificate authority, again.",
        "Some certificate authorities fail.",
    ] * 2
    terms = ranked_terms(text, 5)
    assert terms[0].name == "certificate authority"
    assert terms[0].count == 6


def test_a_part_of_a_longer_term_counts_only_where_it_stands_alone() -> None:
    text = ["Kerberos ticket vault works."] * 4
    assert [term.name for term in ranked_terms(text, 5)] == ["Kerberos ticket vault"]


def test_function_words_verbs_and_numbers_are_no_terms() -> None:
    assert ranked_terms(["It is really going there, 42 43 and then we walked quickly."] * 9, 5) == []


def test_no_term_reaches_over_punctuation() -> None:
    names = {term.name for term in ranked_terms(["the packet, firewall"] * 5, 9)}
    assert "packet firewall" not in names


def test_the_result_is_the_same_every_time() -> None:
    text = ["zebra yak xerus zebra yak", "yak zebra xerus", "xerus yak zebra"] * 3
    assert ranked_terms(text, 20) == ranked_terms(list(text), 20)
