"""The demo's processes: started, watched, and stopped together with all that they started themselves."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import click

READY_SECONDS = 60
STOP_SECONDS = 15
LOOK_EVERY_SECONDS = 0.05

# A fork shares what this process has loaded, so that the children start at once. Not safe on macOS.
START = get_context("fork" if sys.platform == "linux" else "spawn")


class Children:
    """Processes that live no longer than this context. Each writes to a log of its own under `logs`."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.running: dict[str, BaseProcess] = {}

    def __enter__(self) -> Self:
        self.logs.mkdir(exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        # A second Ctrl-C must not leave half of them behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for process in reversed(self.running.values()):
            _end(process)

    def start(self, name: str, work: Callable[[], Any]) -> None:
        """Start `work` as a process called `name`."""
        process: BaseProcess = START.Process(name=name, target=_live, args=(self._log(name), work))  # type: ignore[attr-defined]
        process.start()
        self.running[name] = process

    def watch(self) -> None:
        """Wait until a child ends, which none should: raises ClickException that says which, and why."""
        self._refuse_end_within(None)

    def wait_for(self, url: str) -> None:
        """Wait until `url` answers. Raises ClickException where a child ends before, or it takes too long."""
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(url):
            self._refuse_end_within(LOOK_EVERY_SECONDS)
            if time.monotonic() > deadline:
                raise click.ClickException(f"{url} gave no good answer in {READY_SECONDS} s: see {self.logs}")

    def _refuse_end_within(self, seconds: float | None) -> None:
        ended = connection.wait([process.sentinel for process in self.running.values()], seconds)
        for name, process in self.running.items():
            if process.sentinel in ended:
                process.join()
                raise click.ClickException(
                    f"The {name} ended by itself (status {process.exitcode}): {_last_line(self._log(name))}"
                    f" See {self._log(name)}"
                )

    def _log(self, name: str) -> Path:
        return self.logs / f"{name.replace(' ', '-')}.log"


def _live(log: Path, work: Callable[[], Any]) -> None:
    # A group of its own: a terminal's Ctrl-C reaches the parent alone, which ends the children in order.
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    _redirect(log)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work()


def _redirect(log: Path) -> None:
    # Open for as long as the process lives.
    sys.stdin, output = open(os.devnull), open(log, "w", buffering=1)  # noqa: SIM115
    sys.stdout = sys.stderr = output
    for standard, file in ((0, sys.stdin), (1, output), (2, output)):
        os.dup2(file.fileno(), standard)


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _end(process: BaseProcess) -> None:
    process.terminate()
    process.join(STOP_SECONDS)
    # Whatever is left of it, and of what it started: it leads a group of that number.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.join()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (HTTPError, URLError, OSError):
        return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1][:300].rstrip(".") + "." if lines else "it said nothing."
