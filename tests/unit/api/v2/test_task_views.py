from dataclasses import fields

from netsentinel.api.v2.task_views import AttemptItem, TaskItem
from netsentinel.tasks import Attempt, Task

ENGINES_OWN = {
    *("tenant", "input", "cause", "pool", "unique_key", "unique_until", "lane", "lane_limit", "unmet", "needed"),
    *("not_before", "timeout", "retry", "worker", "queued_at", "checkpoint", "result"),
}
"""Fields of a task that a list does not show."""


def test_a_list_shows_every_field_that_is_not_the_engines_own() -> None:
    assert {field.name for field in fields(TaskItem)} == {field.name for field in fields(Task)} - ENGINES_OWN


def test_an_attempt_is_shown_whole() -> None:
    assert {field.name for field in fields(AttemptItem)} == {f.name for f in fields(Attempt)} - {"task_id", "tenant"}
