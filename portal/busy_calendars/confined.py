"""Fetching and reading a calendar, each in a process of its own that is stopped when it takes too much.

As with mail (`portal.inbound.sandbox`): started anew each time, without the settings or the database.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import portal
from portal.busy_calendars.addresses import NotFetched

ROOT = Path(portal.__file__).parent.parent
STATM = Path("/proc/self/statm")
MEMORY = 256 * 2**20
FETCH_SECONDS, READ_SECONDS = 20, 10
TOO_LONG = "Fetching the calendar took too long."
UNREADABLE = "The calendar takes too long or too much to read. Does an entry repeat without end, every second or minute?"


def fetched(address: str, *, here: bool, seconds: float = FETCH_SECONDS) -> bytes:
    """The bytes at an address. Raises NotFetched. The address, a secret, is on no command line."""
    told = {"address": address, "here": here, "memory": MEMORY, "seconds": int(seconds)}
    answer = _run("fetching", json.dumps(told).encode(), {}, seconds, TOO_LONG)
    if answer[:1] != b"+":
        raise NotFetched(answer[1:].decode("utf-8", "replace") or TOO_LONG)
    return answer[1:]


def read(
    calendar: bytes, zone: str, start: datetime, end: datetime, *, seconds: float = READ_SECONDS
) -> dict[str, Any]:
    """When a calendar is busy between two instants, as `portal.busy_calendars.reading` tells it.

    `zone` is the host's, for entries that name none. Raises NotFetched when it cannot be read within `seconds`.
    """
    told = {
        "zone": zone, "start": start.isoformat(), "end": end.isoformat(), "memory": MEMORY, "seconds": int(seconds),
    }  # fmt: skip
    answer = _run("reading", calendar, told, seconds, UNREADABLE)
    try:
        found = json.loads(answer)
    except ValueError:
        raise NotFetched(UNREADABLE) from None
    if found.get("problem"):
        raise NotFetched(str(found["problem"]))
    return dict(found)


def confine(memory: int, seconds: int) -> None:
    """Limit this process to bytes of memory beyond what it has, and seconds of work; no core is written."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
    # What the interpreter itself takes does not count. Where the system does not tell, only time is limited.
    if STATM.exists():
        most = int(STATM.read_text().split()[0]) * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _run(module: str, given: bytes, told: Mapping[str, Any], seconds: float, problem: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter, and nothing of the calendar on its command line
            [sys.executable, "-m", f"portal.busy_calendars.{module}", json.dumps(told)],
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            cwd=ROOT,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotFetched(problem) from None
    if done.returncode:
        raise NotFetched(problem)
    return done.stdout
