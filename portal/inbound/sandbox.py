"""Reading a mail in a process of its own, which is killed when it takes too long or too much memory.

Each mail gets a new process: whatever one mail does to it, the next one is read as if nothing had been. It
knows neither the settings nor the database, and is started, not forked, so that threads may ask for it.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import portal
from portal.inbound.limits import Limits
from portal.inbound.parsed import ParsedMail, Unparsable
from portal.inbound.wire import unpacked

ROOT = Path(portal.__file__).parent.parent
MEMORY = 256 * 2**20
SECONDS = 5
USUAL = Limits()


def read_mail(
    raw: bytes, limits: Limits = USUAL, *, seconds: float = SECONDS, memory: int = MEMORY
) -> ParsedMail | Unparsable:
    """What the mail says, or why it could not be read within `seconds` and `memory` bytes."""
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter, and nothing of the mail on its command line
            command(limits, seconds=seconds, memory=memory),
            input=raw[: limits.raw_bytes + 1],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            cwd=ROOT,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Unparsable(f"Reading the mail took longer than {seconds:g} seconds and was stopped.")
    return _result(done)


def command(limits: Limits = USUAL, *, seconds: float = SECONDS, memory: int = MEMORY) -> list[str]:
    """How the process that reads a mail is started."""
    told = json.dumps(asdict(limits))
    return [sys.executable, "-m", "portal.inbound.child", told, str(memory), str(int(seconds) + 1)]


def _result(done: subprocess.CompletedProcess[bytes]) -> ParsedMail | Unparsable:
    if done.returncode:
        return Unparsable(f"Reading the mail failed (status {done.returncode}); it may need too much memory.")
    try:
        return unpacked(done.stdout)
    except (ValueError, KeyError, TypeError, IndexError):
        return Unparsable("Reading the mail gave no result that can be understood.")
