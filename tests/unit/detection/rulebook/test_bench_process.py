import io
import subprocess
import sys
from pathlib import Path

from netsentinel.detection.frames import read_frame
from netsentinel.detection.rulebook.bench_process import answer
from netsentinel.detection.rulebook.frames import Check, Read, Refused, Tried, Try, WasRead, answer_decoder, encode
from tests.unit.detection.rulebook.shelf import HIT, rule_id, rule_text


def test_each_request_has_its_answer(tmp_path: Path) -> None:
    read = answer(Check(rule_text(1)))
    assert isinstance(read, WasRead)
    assert [one.id for one in read.found.rules] == [rule_id(1)]
    tried = answer(Try(rule_text(1), events=(HIT,)))
    assert isinstance(tried, Tried)
    assert tried.results[0].fired
    assert isinstance(answer(Try("title: [", events=(HIT,))), Refused)
    missing = answer(Read((str(tmp_path / "none"),)))
    assert isinstance(missing, Refused)
    assert missing.missing


def test_it_serves_until_stdin_ends() -> None:
    asked = encode(Check(rule_text(1))) + encode(Check("title: ["))
    command = [sys.executable, "-m", "netsentinel.detection.rulebook.bench_process"]
    done = subprocess.run(command, input=asked, capture_output=True, check=True)
    stream = io.BytesIO(done.stdout)
    found = [answer_decoder.decode(read_frame(stream) or b"") for _ in range(2)]
    assert [len(one.found.rules) for one in found if isinstance(one, WasRead)] == [1, 0]
    assert read_frame(stream) is None
