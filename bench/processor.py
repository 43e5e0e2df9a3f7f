"""Processor time, which tells what an answer costs also on a machine that is busy with other things."""

import os
from contextlib import suppress
from pathlib import Path

import psutil


def spent(instance: Path) -> tuple[float, float]:
    """Seconds of processor time spent so far by this bench's servers, and by the instance's database."""
    database = psutil.Process(int((instance / "postgres" / "postmaster.pid").read_text().split()[0]))
    own = {database.pid, *(child.pid for child in database.children(recursive=True))}
    servers = [child for child in psutil.Process().children(recursive=True) if child.pid not in own]
    return sum(map(_of, servers)), sum(map(_of, [database, *database.children(recursive=True)]))


def busy_elsewhere() -> str:
    """What else the machine is doing, to be told with every figure."""
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} cores, load average {one:.1f} (1 min), {five:.1f} (5 min)"


def _of(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        times = process.cpu_times()
        return times.user + times.system
    return 0.0
