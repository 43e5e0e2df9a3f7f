"""Progress lines: `2/7 Packages ... ok 12.3 s`.

Standard library only, and no import of the portal: `bin/` loads this file before anything is installed.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Note = Callable[[str], None]


class Steps:
    """Numbers the steps of a command, from `first` to `total`, and says each with the seconds it took."""

    def __init__(self, total: int, first: int = 1) -> None:
        self.total, self.next = total, first

    @contextmanager
    def step(self, title: str) -> Iterator[Note]:
        """Say that a step begins, and how it ended. Yields what shows how far it is, on a terminal only."""
        head = f"{self.next}/{self.total} {title} ... "
        self.next += 1
        _write(head)
        started = time.monotonic()
        try:
            yield lambda progress: _redraw(head, progress)
        except BaseException:
            _end(head, "failed")
            raise
        _end(head, f"ok {time.monotonic() - started:.1f} s")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _redraw(head: str, progress: str) -> None:
    if sys.stdout.isatty():
        _write(f"\r\x1b[K{head}{progress}")


def _end(head: str, outcome: str) -> None:
    _redraw(head, "")
    _write(f"{outcome}\n")
