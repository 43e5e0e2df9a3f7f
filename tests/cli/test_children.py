"""The demo's processes end together, with everything that they started."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import click
import pytest

from portal.cli.demo_server.children import Children

NOTES_ITS_CHILD = """
import subprocess, sys, pathlib
child = subprocess.Popen(["sleep", "600"])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
child.wait()
"""
STARTS_AND_DIES = """
import os, pathlib, signal, sys
from functools import partial
from portal.cli.demo_server.children import Children
from tests.cli.test_children import wait_for_ever
children = Children(pathlib.Path(sys.argv[1])).__enter__()
children.start("sleeper", wait_for_ever)
print(children.running["sleeper"].pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def wait_for_ever() -> None:
    """What a server does."""
    subprocess.run(["sleep", "600"], check=False)


def start_another(noted: Path) -> None:
    """Start a process of its own, and write its number down."""
    subprocess.run([sys.executable, "-c", NOTES_ITS_CHILD, str(noted)], check=False)


def fail(words: str) -> None:
    """End in failure, with `words`."""
    sys.exit(words)


def at_work(pid: int) -> bool:
    """Whether a process of that number lives."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return state.stdout.strip() != "" and not state.stdout.startswith("Z")


def ends(pid: int) -> bool:
    """Whether the process ends in the time that a thousand looks take."""
    return any(not at_work(pid) for _ in range(1000))


@pytest.fixture
def signals_kept() -> object:
    """Leaves this process's own handling of signals as it was."""
    import signal

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handling in before.items():
        signal.signal(number, handling)


@pytest.mark.usefixtures("signals_kept")
def test_a_child_that_ends_is_named_with_its_last_words(tmp_path: Path) -> None:
    with Children(tmp_path / "logs") as children:
        children.start("sleeper", wait_for_ever)
        children.start("job worker", partial(fail, "no queue"))
        with pytest.raises(click.ClickException) as told:
            children.watch()
    log = tmp_path / "logs" / "job-worker.log"
    assert told.value.message == f"The job worker ended by itself (status 1): no queue. See {log}"
    assert not any(process.is_alive() for process in children.running.values())


@pytest.mark.usefixtures("signals_kept")
def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    with Children(tmp_path / "logs") as children:
        children.start("starter", partial(start_another, noted))
        while not (noted.exists() and noted.read_text()):
            assert children.running["starter"].is_alive()
        assert at_work(int(noted.read_text()))
    assert ends(int(noted.read_text()))


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    parent = subprocess.run(
        [sys.executable, "-c", STARTS_AND_DIES, str(tmp_path / "logs")],
        cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": "."},
        stdout=subprocess.PIPE, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ends(int(parent.stdout))
