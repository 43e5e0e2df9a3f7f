"""The process that reads one mail: raw bytes come in, a packed `ParsedMail` goes out, and it ends.

Started by `portal.inbound.sandbox` with the limits as JSON, the bytes of memory and the seconds it may use.
"""

import json
import resource
import sys
from pathlib import Path

from portal.inbound.limits import Limits
from portal.inbound.parse import parse
from portal.inbound.wire import packed

STATM = Path("/proc/self/statm")


def main() -> None:
    """Read the mail on standard input; write what was understood on standard output."""
    limits, memory, seconds = Limits(**json.loads(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
    _confine(memory, seconds)
    sys.stdout.buffer.write(packed(parse(sys.stdin.buffer.read(), limits)))


def _confine(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
    # What the interpreter itself takes does not count. Where the system does not tell, only time is limited.
    if STATM.exists():
        most = int(STATM.read_text().split()[0]) * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main()
