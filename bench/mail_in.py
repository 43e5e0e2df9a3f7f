"""How long reading one mail takes, and how much memory, over the whole corpus of `tests/inbound/corpus`.

    .venv/bin/python bench/mail_in.py [--memory 60]

Time is taken inside one process, of each mail once, after a first one that loads what is needed. Memory is
that of the process which reads the mail, above one that reads an empty mail; it is taken of the `--memory`
longest mails and of those that took longest. The largest mail is one of 26 MB that fills its limits.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.processor import busy_elsewhere
from portal.inbound.parse import parse
from portal.inbound.sandbox import MEMORY, ROOT, command, read_mail
from tests.inbound.corpus.everything import CLASSES, damage
from tests.inbound.corpus.writing import Piece, Sample, mail, several, text

MEGABYTE = 2**20
WATCHED = """
import runpy, sys
try:
    runpy.run_module("{module}", run_name="__main__", alter_sys=True)
finally:
    status = open("/proc/self/status").read()
    print(next(line for line in status.splitlines() if line.startswith("VmHWM")), file=sys.stderr)
"""


def main() -> None:
    """Read every mail and print what it took."""
    parser = argparse.ArgumentParser(description="Reading mail.")
    parser.add_argument("--memory", type=int, default=60)
    arguments = parser.parse_args()
    parse(mail(text("Yes, two.\n")))
    kinds, took, longest = Counter[str](), dict[str, tuple[float, float]](), list[Sample]()
    for kind, sample in _every():
        kinds[kind] += 1
        took[sample.name] = _seconds(sample.raw)
        longest = sorted([*longest, sample], key=lambda one: _weight(one, took), reverse=True)[
            : arguments.memory
        ]
    _print_time(kinds, took)
    _print_memory(longest)
    print(busy_elsewhere())


def _every() -> Iterator[tuple[str, Sample]]:
    for kind, made in CLASSES.items():
        yield from ((kind, sample) for sample in made())
    for sample in damage():
        yield "expensive" if sample.name.startswith("bomb") else "damaged", sample
    content = b"%PDF-1.7\n" + os.urandom(9 * MEGABYTE)
    files = (Piece(f"application/pdf; name={n}.pdf", content, "base64") for n in range(2))
    yield "expensive", Sample("the largest mail", mail(several("mixed", text("Here."), *files)))


def _weight(sample: Sample, took: dict[str, tuple[float, float]]) -> float:
    return len(sample.raw) / MEGABYTE + 10 * took[sample.name][0]


def _seconds(raw: bytes) -> tuple[float, float]:
    """Processor and wall seconds."""
    processor, wall = time.process_time(), time.perf_counter()
    parse(raw)
    return time.process_time() - processor, time.perf_counter() - wall


def _print_time(kinds: Counter[str], took: dict[str, tuple[float, float]]) -> None:
    print(f"{kinds.total()} mails: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    processor = sorted(one[0] * 1000 for one in took.values())
    print(
        f"median {statistics.median(processor):.1f} ms of a processor, 99 of 100 below {processor[-len(processor) // 100]:.0f} ms"
    )
    print("\n| mail | processor ms | wall ms |\n|---|---|---|")
    for name, (busy, wall) in sorted(took.items(), key=lambda one: one[1], reverse=True)[:6]:
        print(f"| {name.removeprefix('bomb: ')} | {busy * 1000:.0f} | {wall * 1000:.0f} |")


def _print_memory(longest: list[Sample]) -> None:
    least, _ = _process(b"\r\n")
    found = {sample.name: (_process(sample.raw), len(sample.raw)) for sample in longest}
    print(
        f"\n| mail | its size, MB | memory above {least:.0f} MB, MB | whole process, ms |\n|---|---|---|---|"
    )
    for name, ((most, wall), size) in sorted(found.items(), key=lambda one: one[1][0], reverse=True)[:6]:
        print(
            f"| {name.removeprefix('bomb: ')} | {size / MEGABYTE:.1f} | {most - least:.0f} | {wall * 1000:.0f} |"
        )
    usual = [_process(mail(text("Yes, two.\n")))[1] * 1000 for _ in range(10)]
    print(
        f"\nlimit {MEMORY // MEGABYTE} MB; a short mail in its own process: {statistics.median(usual):.0f} ms"
    )
    killed = [sample.name for sample in longest if not hasattr(read_mail(sample.raw), "text")]
    print(f"stopped by the limits: {killed or 'none'}")


def _process(raw: bytes) -> tuple[float, float]:
    """The most memory of a process that reads this mail, in MB, and how long it lived, in seconds."""
    interpreter, _, module, *limits = command()
    started = time.perf_counter()
    done = subprocess.run(
        [interpreter, "-c", WATCHED.format(module=module), *limits],
        input=raw,
        capture_output=True,
        cwd=ROOT,
        env={},
        check=False,
    )
    return int(done.stderr.split()[-2]) / 1024, time.perf_counter() - started


if __name__ == "__main__":
    main()
