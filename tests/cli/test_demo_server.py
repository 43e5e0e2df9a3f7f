"""The demo from start to stop: everything runs, everything ends, and a second start finds what was there."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
STEPS = [
    "3/7 Database",
    "4/7 Tables",
    "5/7 Demo data",
    "6/7 Mail catcher, mail door, job worker, web server",
    "7/7 First page",
]


class Demo:
    """A demo server in an instance folder of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        environment = {"PATH": os.environ["PATH"], "PORTAL_INSTANCE_DIR": str(folder), "PORT": str(self.port)}
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "demo-server"],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def told_until(self, words: str) -> str:
        """What it says up to the line with `words`."""
        told = ""
        assert self.process.stdout
        for line in self.process.stdout:
            told += line
            if words in line:
                return told
        raise AssertionError(told + str(self.process.stderr and self.process.stderr.read()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=60)

    def offspring(self) -> set[int]:
        """The numbers of its processes, and of theirs."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
        rows = [line.split() for line in listed.stdout.splitlines()]
        found = {self.process.pid}
        for pid, parent, state in rows * 3:
            if int(parent) in found and not state.startswith("Z"):
                found.add(int(pid))
        return found - {self.process.pid}

    def ending(self) -> tuple[int, str, str]:
        """Its status, and what it says, when it has ended."""
        output, errors = self.process.communicate(timeout=60)
        return self.process.returncode, output, errors


def lives(pid: int) -> bool:
    """Whether a process is at work."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return state.stdout.strip() != "" and not state.stdout.startswith("Z")


@pytest.fixture
def folder() -> Iterator[Path]:
    """An instance folder that is not there yet."""
    with tempfile.TemporaryDirectory(prefix="portal-demo-") as place:
        yield Path(place) / "instance"


def test_a_demo_starts_serves_stops_and_starts_again(folder: Path) -> None:
    with Demo(folder) as demo:
        told = demo.told_until("Ctrl-C stops all of it.")
        assert [line.split(" ... ok")[0] for line in told.splitlines() if " ... ok" in line] == STEPS
        addresses = re.findall(r"http://\S+", told)
        assert f"http://127.0.0.1:{demo.port}" in addresses
        for address in addresses:
            with urlopen(address) as answer:
                assert answer.status == 200
        with urlopen(f"http://127.0.0.1:{demo.port}/metrics") as numbers:
            assert b'portal_requests_total{method="GET",route="/",' in numbers.read()
        running = demo.offspring()
        demo.process.send_signal(signal.SIGINT)
        assert demo.ending() == (0, "\nStopped.\n", "")
    assert len(running) == 6
    assert not [pid for pid in running if lives(pid)]
    assert not (folder / "postgres" / "postmaster.pid").exists()

    with Demo(folder) as again:
        again.told_until("Ctrl-C stops all of it.")
        with Demo(folder) as refused:
            line = f"Error: A demo is running from {folder} already: stop it first.\n"
            assert refused.ending() == (1, "", line)
        [worker] = [pid for pid in again.offspring() if is_worker(pid, folder)]
        os.kill(worker, signal.SIGKILL)
        status, _, errors = again.ending()
    assert status == 1
    assert errors.startswith("Error: The job worker ended by itself (status -9)")
    assert not (folder / "postgres" / "postmaster.pid").exists()


def is_worker(pid: int, folder: Path) -> bool:
    """Whether the process writes the job worker's log."""
    return Path(f"/proc/{pid}/fd/1").resolve() == folder / "logs" / "job-worker.log"
