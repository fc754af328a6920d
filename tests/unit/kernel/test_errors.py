from netsentinel.kernel.errors import NetSentinelError, RuleSyntaxError, ThrottledError


def test_a_rule_error_says_where() -> None:
    error = RuleSyntaxError("a colon is missing.", path="rules/ssh.yml", line=12, column=4)
    assert str(error) == "rules/ssh.yml:12:4: a colon is missing."
    assert error.extra == {"path": "rules/ssh.yml", "line": 12, "column": 4}


def test_facts_travel_with_the_error() -> None:
    error = NetSentinelError("Look at the log.", hint=3)
    assert (error.detail, error.extra, str(error)) == ("Look at the log.", {"hint": 3}, "Look at the log.")


def test_throttling_says_for_how_long() -> None:
    error = ThrottledError("Slow down.", retry_after=7)
    assert error.retryable
    assert error.extra["retry_after"] == error.retry_after == 7
