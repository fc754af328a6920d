from netsentinel.academy.extraction.linking import Entry, Linker

ENTRIES = (
    Entry("T1566", "Adversaries may send phishing messages to gain access. Phishing is social engineering."),
    Entry("T1110", "Adversaries may guess passwords by brute force when passwords are unknown."),
    Entry(
        "T1071",
        "Adversaries may communicate using application layer protocols. See [Phishing](https://x.example/T1566).",
    ),
)


def test_the_description_that_fits_best_comes_first() -> None:
    linker = Linker(ENTRIES)
    assert [link.key for link in linker.rank("Phishing")] == ["T1566", "T1071"]
    assert linker.rank("password guessing")[0].key == "T1110"
    assert linker.rank("Protocol misuse in the application layer", limit=1)[0].key == "T1071"


def test_words_that_are_written_alike_are_found() -> None:
    assert Linker(ENTRIES).rank("spearphishing")[0].key == "T1566"


def test_nothing_in_common_is_no_link() -> None:
    assert Linker(ENTRIES).rank("zzzz") == []
    assert Linker(()).rank("phishing") == []


def test_equal_scores_keep_the_order_of_the_entries() -> None:
    same = [Entry(str(number), "the same words here") for number in range(5)]
    assert [link.key for link in Linker(same).rank("same words")] == ["0", "1", "2", "3", "4"]
