"""Finds the Chromium that the browser tests drive, or installs one."""

import os
import shutil
import subprocess
from pathlib import Path

from _environment import PYTHON, Failed, apt_install, environment

NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)  # fmt: skip
MISSING = (
    "The browser tests need Chromium, and it could not be installed here: install the package chromium "
    "(or Google Chrome), or name one in CHROMIUM=/path/to/chromium"
)
PLAYWRIGHTS_OWN = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def chromium(note) -> str:
    """The path of a Chromium that starts. Raises Failed where there is none and none can be had."""
    if named := os.environ.get("CHROMIUM"):
        if not _starts(named):
            raise Failed(f"CHROMIUM names {named}, which does not start: {MISSING}")
        return named
    found = _installed() or _install_from_debian(note) or _install_from_playwright(note)
    if not found:
        raise Failed(MISSING)
    return found


def _installed() -> str | None:
    on_the_path = (shutil.which(name) for name in NAMES)
    return next((path for path in on_the_path if path and _starts(path)), None) or _playwrights_own()


def _starts(path: str) -> bool:
    # Ubuntu's `chromium-browser` is there and does nothing in a container: only one that answers counts.
    try:
        return (
            subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwrights_own() -> str | None:
    ask = [str(PYTHON), "-c", PLAYWRIGHTS_OWN]
    answer = subprocess.run(ask, capture_output=True, text=True, env=environment(), check=False)
    path = answer.stdout.strip()
    return path if path and _starts(path) else None


def _install_from_debian(note) -> str | None:
    release = Path("/etc/os-release")
    if not release.exists() or "ID=debian" not in release.read_text().splitlines():
        return None
    note("installing Debian's chromium")
    return _installed() if apt_install("chromium", "fonts-liberation") else None


def _install_from_playwright(note) -> str | None:
    note("downloading Playwright's chromium")
    with_libraries = ["--with-deps"] if os.geteuid() == 0 and shutil.which("apt-get") else []
    install = [str(PYTHON), "-m", "playwright", "install", *with_libraries, "chromium"]
    subprocess.run(install, capture_output=True, stdin=subprocess.DEVNULL, env=environment(), check=False)
    return _playwrights_own()
