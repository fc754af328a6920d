"""What a process can still do after it gave up its network; the rest is tried on readers in `test_room`."""

import os
import subprocess
import sys
from pathlib import Path

ASKED = """
import os, threading
from pathlib import Path
from netsentinel.guards.confinement import give_up, leave_network
is_alone = leave_network()
threading.Thread(target=threading.Event().wait, daemon=True).start()
give_up(512)
print(int(is_alone), os.readlink("/proc/thread-self/ns/net"))
for status in Path("/proc/self/task").glob("*/status"):
    print(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("Seccomp:")))
os._exit(0 if b"NoNewPrivs:\\t1" in open("/proc/thread-self/status", "rb").read() else 1)
"""


def test_the_network_is_left_before_there_are_threads_and_calls_by_all_of_them() -> None:
    done = subprocess.run([sys.executable, "-u", "-c", ASKED], capture_output=True, text=True, check=True, timeout=60)
    is_alone, network, *filtered = done.stdout.split()
    assert (network != str(Path("/proc/self/ns/net").readlink())) is (is_alone == "1")
    assert filtered == (["2", "2"] if os.uname().machine in {"x86_64", "aarch64"} else ["0", "0"])
