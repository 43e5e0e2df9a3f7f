"""bin/demo: the environment, then the portal with its demo data, worker and mail catcher."""

import os
import socket

from _environment import PYTHON, ROOT, Failed, environment, load_steps, prepare, run_command

USUAL_PORT = "8000"


def demo(arguments: list[str]) -> None:
    """Check that the port is free, make the environment, and become the demo server."""
    if arguments not in ([], ["--check"]):
        raise Failed("Use: bin/demo, or bin/demo --check. PORT and DATABASE_URL come from the environment.")
    wanted = os.environ.get("PORT") or (None if arguments else USUAL_PORT)
    if wanted:
        _refuse_taken_port(wanted)
    prepare("run.txt", load_steps().Steps(total=7))
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), "-m", "portal.cli", "demo-server", *arguments], environment())


def _refuse_taken_port(wanted: str) -> None:
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        raise Failed(f"PORT must be a number from 1 to 65535 (it is {wanted!r}).")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(wanted)))
        except PermissionError:
            raise Failed(
                f"Port {wanted} is not yours to use: choose one above 1023, as in PORT=8001 bin/demo"
            ) from None
        except OSError:
            raise Failed(
                f"Port {wanted} is taken, perhaps by a demo that is running: stop it, or PORT=8001 bin/demo"
            ) from None


run_command(demo)
