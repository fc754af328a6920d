from netsentinel.streamer.ports import Ended, Step
from netsentinel.streamer.watchers import Watchers


class Note:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def on_end(self, task_id: str, end: Ended) -> None:
        self.heard.append(f"{task_id} {end.status}")

    def on_step(self, step: Step) -> None:
        self.heard.append(f"{step.task_id} {step.percent}")


def test_only_those_who_wait_are_told_and_once() -> None:
    watchers, one, other = Watchers(), Note(), Note()
    watchers.enter("t-1", one)
    watchers.enter("t-1", one)
    watchers.enter("t-2", other)
    watchers.on_step(Step(task_id="t-1", percent=50))
    watchers.on_end("t-1", Ended(task_id="t-1", status="succeeded"))
    watchers.on_end("t-3", Ended(task_id="t-3", status="failed"))
    assert (one.heard, other.heard) == (["t-1 50", "t-1 succeeded"], [])


def test_leaving_as_often_as_entering_forgets_the_task() -> None:
    watchers, one = Watchers(), Note()
    watchers.enter("t-1", one)
    watchers.enter("t-1", one)
    watchers.leave("t-1", one)
    assert "t-1" in watchers
    watchers.leave("t-1", one)
    watchers.leave("t-1", one)
    assert len(watchers) == 0
