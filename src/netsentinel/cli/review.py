"""`netsentinel graph review`: judge what media suggest, one key per answer."""

import asyncio
import sys
from collections.abc import Callable
from typing import Annotated, Any, Final

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, print_json, print_table, printable, talk
from netsentinel.cli.tasks import ask, segment, tell

_REVIEWS: Final = "/api/v2/reviews"
_AT_ONCE: Final = 10
_KEYS: Final = {"y": "confirm", "n": "deny", "m": "merge", "s": "skip"}
_HELP: Final = "y yes   n no   m they are one   s skip   u undo   q quit"
_DONE: Final = {"confirm": "confirmed", "deny": "denied", "merge": "merged", "skip": "skipped"}


def review(
    *,
    kind: Annotated[str, typer.Option(help="prerequisite or link; both when left out.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="Suggestions in a list, for other programs.")] = 20,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Judge what media suggest: one question after the other, one key per answer.

    In a terminal: y yes, n no, m they are one, s skip, u undo, q quit. Elsewhere, and with -o json, the suggestions are
    listed instead, what teaches the model most first. `graph answer` answers one of them.
    """
    if output is Output.TABLE and sys.stdin.isatty() and sys.stdout.isatty():
        asyncio.run(Session(server, key, kind, one_key).run())
        return
    query = {"kind": kind, "limit": limit}
    found = asyncio.run(ask(server, key, _REVIEWS, query))
    if output is Output.JSON:
        print_json(found)
        return
    print_table(
        ("ID", "QUESTION", "LIKELY", "EVIDENCE"),
        [
            (one["id"], printable(one["question"]), f"{one['probability']:.2f}", printable(_sentence(one)))
            for one in found["items"]
        ],
    )


def answer(
    review_id: Annotated[str, typer.Argument(metavar="REVIEW", help="Its id; `graph review` lists them.")],
    verdict: Annotated[str, typer.Argument(help="confirm, deny, merge or skip.")],
    *,
    because: Annotated[str, typer.Option(help="Why, in a sentence.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Answer one suggestion; `graph take-back` undoes it."""
    body = {"verdict": verdict, "sentence": because}
    done = asyncio.run(tell(server, key, f"{_REVIEWS}/{segment(review_id)}/answer", body))
    if output is Output.JSON:
        print_json(done)
    else:
        talk(f"{_DONE[done['verdict']].capitalize()}. Take it back with: netsentinel graph take-back {done['id']}")


def take_back(
    answer_id: Annotated[str, typer.Argument(metavar="ANSWER", help="Its id, as `graph answer` printed it.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Take an answer to a suggestion back."""
    asyncio.run(tell(server, key, f"{_REVIEWS}/answers/{segment(answer_id)}/undo", None))
    talk("The answer is taken back; the suggestion waits again.")


class Session:
    """Questions and answers in a terminal."""

    def __init__(self, server: str, key: str, kind: str, read: Callable[[], str]) -> None:
        self._server, self._key, self._kind, self._read = server, key, kind, read
        self._given: list[dict[str, Any]] = []
        self._shown: set[str] = set()

    async def run(self) -> None:
        """Ask until nothing waits or somebody quits."""
        talk(_HELP)
        while True:
            found = await ask(self._server, self._key, _REVIEWS, {"kind": self._kind, "limit": _AT_ONCE})
            fresh = next((one for one in found["items"] if one["id"] not in self._shown), None)
            if fresh is None:
                talk("Nothing waits for an answer.")
                return
            _show(fresh, sum(found["open"].values()))
            if not await self._judged(fresh):
                talk(f"{len(self._given)} answered.")
                return

    async def _judged(self, one: dict[str, Any]) -> bool:
        """Take keys until the question is answered, or another one is to be shown; False to quit."""
        while True:
            pressed = self._read()
            if pressed in {"q", "\x03", "\x04", ""}:
                return False
            if pressed == "u":
                await self._undo()
                return True
            if pressed in _KEYS:
                await self._answer(one, _KEYS[pressed])
                return True
            talk(_HELP)

    async def _answer(self, one: dict[str, Any], verdict: str) -> None:
        from netsentinel.kernel.errors import NetSentinelError

        try:
            done = await tell(self._server, self._key, f"{_REVIEWS}/{one['id']}/answer", {"verdict": verdict})
        except NetSentinelError as error:
            self._shown.add(one["id"])  # what cannot be answered is not asked again and again
            talk(f"  {error.detail}")
            return
        self._given.append(done)
        talk(f"  {_DONE[verdict]}")

    async def _undo(self) -> None:
        if not self._given:
            talk("  There is nothing to undo.")
            return
        last = self._given.pop()
        await tell(self._server, self._key, f"{_REVIEWS}/answers/{last['id']}/undo", None)
        talk(f"  Taken back: {printable(last['source_name'])}, {printable(last['target_name'])}")


def _show(one: dict[str, Any], waiting: int) -> None:
    talk("")
    talk(f"{printable(one['question'])}   ({one['probability']:.0%} likely, {waiting:,} waiting)")
    sentence = _sentence(one)
    if sentence:
        talk(f"  “{printable(sentence)}”")
    for end in (one["source"], one["target"]):
        if end["text"]:
            talk(f"  {printable(end['name'])}: {printable(end['text'][:160])}")


def _sentence(one: dict[str, Any]) -> str:
    return next((said["sentence"] for said in one["evidence"] if said["sentence"]), "")


def one_key() -> str:
    """One key as it is pressed, without Enter; a whole line where the terminal cannot do that."""
    try:
        import termios
        import tty
    except ImportError:
        return sys.stdin.readline().strip()[:1].lower()
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    try:
        tty.setcbreak(number)
        return sys.stdin.read(1).lower()
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)
