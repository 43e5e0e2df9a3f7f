"""bin/test: the environment, Chromium, the linters, the type check, then pytest on all cores."""

import os
import subprocess

from _chromium import chromium
from _environment import PYTHON, ROOT, Failed, environment, load_steps, prepare, run_command

CHECKS = {
    "Lint": ["ruff", "check", "--quiet", "."],
    "Format": ["ruff", "format", "--check", "--quiet", "."],
    "Types": ["mypy", "--no-error-summary"],
}
OWN_PROCESSES = ("-n", "--numprocesses", "--pdb", "--dist")


def test(arguments: list[str]) -> None:
    """Prepare and check, then become pytest: its summary comes last and its status is the command's."""
    steps = load_steps().Steps(total=7)
    prepare("test.txt", steps)
    with steps.step("Chromium") as note:
        browser = chromium(note)
    os.chdir(ROOT)
    for title, tool in CHECKS.items():
        with steps.step(title):
            _check(title, tool)
    print("7/7 Tests", flush=True)
    pytest = [str(PYTHON), "-m", "pytest", *_parallel(arguments), *arguments]
    os.execve(PYTHON, pytest, environment() | {"PORTAL_TEST_CHROMIUM": browser})


def _check(title: str, tool: list[str]) -> None:
    command = [str(PYTHON), "-m", *tool]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    if done.returncode:
        raise Failed(f"{done.stdout}{done.stderr}{title}: {' '.join(tool)} found the above.")


def _parallel(arguments: list[str]) -> list[str]:
    if any(argument.startswith(OWN_PROCESSES) for argument in arguments):
        return []
    return ["-n", str(os.cpu_count() or 1)]


run_command(test)
