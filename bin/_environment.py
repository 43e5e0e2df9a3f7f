"""Makes the `.venv` that the portal runs in. Standard library only: it runs before anything is installed."""

import fcntl
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LAUNCHER = '#!/bin/sh\nexec "$(dirname -- "$0")/python" -m portal.cli "$@"\n'
UNREACHABLE = (
    "Failed to establish a new connection", "NewConnectionError", "ConnectTimeoutError", "ReadTimeoutError",
    "Temporary failure in name resolution", "Name or service not known", "nodename nor servname",
    "Connection refused", "Network is unreachable", "ProxyError", "Connection timed out", "SSLError",
)  # fmt: skip
LEAKS = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_HASHES")


class Failed(Exception):
    """A step that cannot go on; the message says what is wrong and what to do, in a line."""


def load_steps() -> ModuleType:
    """The portal's progress lines, loaded by path: the portal itself cannot be imported yet."""
    spec = importlib.util.spec_from_file_location("portal_steps", ROOT / "portal" / "cli" / "steps.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_command(command: Callable[[list[str]], None]) -> None:
    """Run a command's body with the arguments; what it cannot do ends as one line on stderr and status 1."""
    try:
        command(sys.argv[1:])
    except Failed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)


def environment() -> dict[str, str]:
    """The caller's environment without what would lead Python or pip elsewhere."""
    kept = {name: value for name, value in os.environ.items() if name not in LEAKS}
    return kept | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def prepare(lock: str, steps) -> None:
    """Make `.venv` hold what `requirements/<lock>` lists and the portal itself. Quick where it does already."""
    with _clear_errors(), _alone():
        with steps.step("Python environment"):
            if not _usable():
                _make()
        with steps.step("Packages") as note:
            stamp = VENV / f".{lock}"
            if not stamp.exists() or stamp.read_text() != _state(lock):
                _install(ROOT / "requirements" / lock, note)
                _link_portal()
                stamp.write_text(_state(lock))


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or ROOT
        raise Failed(
            f"Cannot write to {where}: {error.strerror}. The portal needs a folder it may write to."
        ) from None


@contextmanager
def _alone() -> Iterator[None]:
    # Locks the folder itself, so that two commands started together make one environment and no file is left.
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another command that is making the environment.", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _version() -> str | None:
    """The `3.x` of the Python in `.venv`, or nothing where it does not run."""
    try:
        ask = [str(PYTHON), "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        return subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _packages(version: str | None) -> Path:
    return VENV / "lib" / f"python{version}" / "site-packages"


def _usable() -> bool:
    whole = (_packages(_version()) / "pip" / "__main__.py").exists()
    return whole and not _unfinished().exists()


def _unfinished() -> Path:
    return VENV / ".unfinished"


def _state(lock: str) -> str:
    digest = hashlib.sha256((ROOT / "requirements" / lock).read_bytes()).hexdigest()
    return f"{digest} {_version()} {ROOT}\n"


def _make() -> None:
    _ensure_venv_module()
    if VENV.is_dir() and not VENV.is_symlink():
        shutil.rmtree(VENV)
    VENV.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    if done.returncode or not _usable():
        raise Failed("Python could not make its environment:\n" + last_lines(done.stdout + done.stderr))


def _ensure_venv_module() -> None:
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    package = f"python3.{sys.version_info.minor}-venv"
    if not apt_install(package):
        raise Failed(
            f"Python's venv module is missing: install it (Debian, Ubuntu: {package}) and start again."
        )
    importlib.invalidate_caches()


def apt_install(*packages: str) -> bool:
    """Install system packages where that can be done unasked: as root, with apt-get. Say whether it was."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {"stdin": subprocess.DEVNULL, "capture_output": True, "check": False}
    unasked = environment() | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-q", "update"], env=unasked, **quiet)
    install = ["apt-get", "-q", "install", "-y", "--no-install-recommends", *packages]
    return subprocess.run(install, env=unasked, **quiet).returncode == 0


def _install(requirements: Path, note) -> None:
    _unfinished().touch()
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--retries",
        "2",
    ]
    output, wanted = [], len(re.findall(r"^\S+==", requirements.read_text(), re.MULTILINE))
    with subprocess.Popen(
        [*pip, "-r", str(requirements)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, env=environment(),
    ) as process:  # fmt: skip
        for line in process.stdout:
            output.append(line)
            note(f"{sum(seen.startswith(('Collecting', 'Requirement')) for seen in output)} of {wanted}")
    # pip fetches everything before it changes anything: a failure leaves the environment as it was.
    _unfinished().unlink()
    if process.returncode:
        raise Failed(explain("".join(output)))


def explain(output: str) -> str:
    """Why pip failed, in a line where the cause is a known one, else with pip's last lines."""
    if any(sign in output for sign in UNREACHABLE):
        return (
            "The package index is out of reach: check the network, or set PIP_INDEX_URL to one that answers."
        )
    if missing := re.search(r"No matching distribution found for (\S+)", output):
        here = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        return f"There is no ready-made package of {missing[1]} for this computer ({here})."
    if "DO NOT MATCH THE HASHES" in output:
        return "A downloaded package is not the one that was locked: the package index cannot be trusted."
    return "The packages could not be installed. pip's last lines:\n" + last_lines(output)


def last_lines(output: str) -> str:
    """The end of a tool's output, for where it failed in an unknown way."""
    return "\n".join("  " + line for line in output.strip().splitlines()[-12:])


def _link_portal() -> None:
    """Let `.venv` import the portal from this folder, and hold the `portal` command."""
    (_packages(_version()) / "_portal.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "portal"
    command.write_text(LAUNCHER)
    command.chmod(0o755)
