"""A throw-away PostgreSQL server for tests: own folder, free loopback port, stopped by its own pid."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

_START_SECONDS = 30
_ROOM_BYTES = 2 * 1024**3


class PostgresServer:
    """Started by `with`; each test gets a database of its own from `create`."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # PostgreSQL refuses to run as root, so root hands it to the system's user for it.
        self._user = "postgres" if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self._folder = Path()
        self.port = 0

    def __enter__(self) -> Self:
        # Not in pytest's folder: that one is closed to other users.
        self._folder = Path(tempfile.mkdtemp(prefix="netsentinel-pg-", dir=_roomy_memory()))
        if self._user:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", self._folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.port = _free_port()
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server on its folder and port, and wait until it answers."""
        # Nobody pulls the plug of this one, so it need not wait for the disk; and its databases live for a second each.
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self._folder,
            "fsync": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "shared_buffers": "16MB",
        }
        arguments = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
        command = [self._programs / "postgres", "-D", self._folder / "data", "-p", str(self.port), *arguments]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._as_user(command), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self._folder
            )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    text = (self._folder / "log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"PostgreSQL did not start: {text}") from error
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop the server, cutting every connection."""
        if self._process is None:
            return
        self._run("pg_ctl", "stop", "-D", self._folder / "data", "-m", "immediate", "-w")
        self._process.wait(timeout=_START_SECONDS)
        self._process = None

    def url(self, database: str) -> str:
        """Where a database is."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template1") -> str:
        """The URL of a new database, a copy of the one that `template` names, to which nobody may be connected."""
        self._databases += 1
        name = f"test_{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY".encode())
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database that `create` made, whoever is still connected to it."""
        name = url.rsplit("/", 1)[1]
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = self._as_user([self._programs / program, *arguments])
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self._folder)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    def _as_user(self, command: list[str | Path]) -> list[str]:
        words = [str(word) for word in command]
        if self._user is None:
            return words
        user = pwd.getpwnam(self._user)
        # setpriv replaces itself by the program, so the process we started is the server itself.
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *words]


def _roomy_memory() -> str | None:
    """A file system in memory with room for databases, where hundreds are made and dropped in no time."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
