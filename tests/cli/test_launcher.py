"""bin/demo and bin/test on machines that lack something: one clear line, and a status that is not 0."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STANDARD_PATH = "/usr/local/bin:/usr/bin:/bin"


@pytest.fixture
def clone() -> Iterator[Path]:
    """A copy of what the launcher needs, with no `.venv`, that any account can read."""
    with tempfile.TemporaryDirectory(prefix="portal-clone-") as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "portal" / "cli").mkdir(parents=True)
        shutil.copy(ROOT / "portal" / "cli" / "steps.py", Path(folder) / "portal" / "cli")
        for name in ("bin", "requirements"):
            shutil.copytree(ROOT / name, Path(folder) / name, ignore=shutil.ignore_patterns("__pycache__"))
        yield Path(folder)


def run(command: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a newcomer would: nothing of this environment but the path to system programs."""
    return subprocess.run(
        [command, *arguments],
        env={"PATH": STANDARD_PATH, "HOME": "/nonexistent", **environment},
        capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def fake(folder: Path, name: str, script: str) -> None:
    """A program `name` in `folder` that does what `script` says."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def only(folder: Path, *names: str) -> str:
    """A PATH with nothing on it but the programs `names`, and what is put in `folder`."""
    for name in names:
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return str(folder)


@pytest.mark.parametrize("command", ["demo", "test"])
def test_an_old_python_is_named_and_refused(tmp_path: Path, command: str) -> None:
    fake(tmp_path, "python3", "echo 3.10")
    done = run(ROOT / "bin" / command, PATH=only(tmp_path, "dirname", "uname", "sh"))
    assert done.returncode == 1
    assert done.stderr == (
        "Python 3.11 or newer is needed; python3 is 3.10, so install one "
        "(python.org, or your system's python3 package).\n"
    )


def test_no_python_at_all_is_told(tmp_path: Path) -> None:
    done = run(ROOT / "bin" / "demo", PATH=only(tmp_path, "dirname", "uname", "sh"))
    assert done.returncode == 1
    assert "none was found" in done.stderr


def test_another_system_is_told_what_it_needs(tmp_path: Path) -> None:
    fake(tmp_path, "uname", "echo MINGW64_NT-10.0")
    done = run(ROOT / "bin" / "demo", PATH=only(tmp_path, "dirname", "sh"))
    assert done.returncode == 1
    assert (
        done.stderr
        == "This runs on Linux and macOS, and on Windows inside WSL; this system is MINGW64_NT-10.0.\n"
    )


def test_a_taken_port_is_told_before_anything_is_installed(clone: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        done = run(clone / "bin" / "demo", PORT=port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken")
    assert len(done.stderr.splitlines()) == 1
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_told(clone: Path, port: str) -> None:
    done = run(clone / "bin" / "demo", PORT=port)
    assert done.returncode == 1
    assert done.stderr == f"PORT must be a number from 1 to 65535 (it is '{port}').\n"


def test_a_misspelt_option_is_told(clone: Path) -> None:
    done = run(clone / "bin" / "demo", "--chek")
    assert done.returncode == 1
    assert done.stderr.startswith("Use: bin/demo, or bin/demo --check.")


def test_a_half_made_environment_is_made_anew_and_an_index_out_of_reach_is_told(clone: Path) -> None:
    leftover = clone / ".venv" / "lib" / "half"
    leftover.mkdir(parents=True)
    done = run(
        clone / "bin" / "demo",
        PIP_INDEX_URL="http://127.0.0.1:1/simple", PIP_CONFIG_FILE="/dev/null", PIP_NO_CACHE_DIR="1",
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        "The package index is out of reach: check the network, or set PIP_INDEX_URL to one that answers.\n"
    )
    assert "1/7 Python environment ... ok" in done.stdout
    assert "2/7 Packages ... failed" in done.stdout
    assert not leftover.exists()


def test_a_package_that_the_platform_lacks_is_told(clone: Path) -> None:
    (clone / "requirements" / "run.txt").write_text("granian==2.8.7 --hash=sha256:" + "0" * 64 + "\n")
    (clone / "index").mkdir()
    done = run(
        clone / "bin" / "demo",
        PIP_NO_INDEX="1", PIP_FIND_LINKS=str(clone / "index"), PIP_CONFIG_FILE="/dev/null",
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("There is no ready-made package of granian==2.8.7 for this computer (")
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_told(clone: Path) -> None:
    clone.chmod(0o555)
    # Root may write anywhere: the launcher is run as somebody who may not.
    stranger = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    done = subprocess.run(
        [clone / "bin" / "demo"], env={"PATH": STANDARD_PATH}, user=stranger,
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        f"Cannot write to {clone}/.venv: Permission denied. The portal needs a folder it may write to.\n"
    )


def test_a_browser_that_does_not_start_is_told(tmp_path: Path) -> None:
    done = run(ROOT / "bin" / "test", "tests/none", CHROMIUM=str(tmp_path / "chromium"))
    assert done.returncode == 1
    assert "which does not start" in done.stderr
