"""Actions are made of functions, and say what they take and give."""

from dataclasses import dataclass, replace

import msgspec
import pytest

from netsentinel.kernel.types import Permission
from netsentinel.tasks import ActionRegistry, Pool, Reporter, action, check_inner
from netsentinel.tasks.errors import (
    InnerActionError,
    InvalidTaskInputError,
    TaskTooLargeError,
    UnknownActionError,
    UnserialisableResultError,
)
from tests.unit.tasks.bench import Echo, blocking, echo


def test_the_function_says_types_pool_and_summary() -> None:
    assert (echo.input, echo.output, echo.pool, echo.summary) == (Echo, Echo, Pool.LOOP, "Gives back what it got.")
    assert blocking.pool is Pool.THREAD


def test_a_function_without_annotations_is_refused() -> None:
    with pytest.raises(TypeError, match="annotations"):

        @action("test.bare", permission=Permission.TASKS_WRITE)
        def bare(source, reporter):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - the point of the test
            return source


def test_a_coroutine_cannot_go_to_a_process() -> None:
    with pytest.raises(TypeError, match="pool process"):

        @action("test.lost", permission=Permission.TASKS_WRITE, pool=Pool.PROCESS)
        async def lost(source: Echo, reporter: Reporter) -> None: ...


def test_a_name_is_taken_once() -> None:
    registry = ActionRegistry([echo])
    with pytest.raises(ValueError, match="registered twice"):
        registry.add(echo)
    with pytest.raises(UnknownActionError):
        registry["test.other"]
    assert "test.echo" in registry
    assert list(registry) == [echo]


def test_input_is_a_value_or_json_of_its_shape() -> None:
    for given in (Echo("a", 1), {"text": "a", "number": 1}, msgspec.Raw(b'{"text":"a","number":1}')):
        value, raw = echo.pack_input(given)
        assert (value, msgspec.json.decode(raw)) == (Echo("a", 1), {"text": "a", "number": 1})
    assert echo.pack_input(None)[0] == Echo()


@dataclass
class Loop:
    """A value that contains itself."""

    inner: object = None


def test_what_cannot_be_kept_is_refused() -> None:
    endless = Loop()
    endless.inner = endless
    for value in (object(), {1: {2, 3}.__iter__}, endless):
        with pytest.raises(UnserialisableResultError):
            echo.pack_result(value)
        with pytest.raises(InvalidTaskInputError):
            echo.pack_input(value)
    with pytest.raises(TaskTooLargeError):
        echo.pack_result("x" * 2_000_000)


def test_an_inner_action_is_the_servers_alone() -> None:
    inner = replace(echo, is_inner=True)
    with pytest.raises(InnerActionError, match=r"test\.echo"):
        check_inner(inner)
    check_inner(inner, by_server=True)
    check_inner(echo)
