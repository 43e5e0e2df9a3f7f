"""Where a demo runs: its instance folder, its ports, its settings."""

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from portal.cli.serve import refuse_taken_port

HOST = "127.0.0.1"
INBOUND_ADDRESS = "support@conference-tracker.example"
UNSET = (
    "PORTAL_IMAP_HOST",
    "PORTAL_INBOUND_JUDGE",
    "PUBLIC_URL",
    "PORTAL_MAIL_USERNAME",
    "PORTAL_MAIL_PASSWORD",
    "PORTAL_MAIL_STARTTLS",
    "PORTAL_TRUSTED_PROXIES",
)

# Who sells in the demo, where the environment does not say.
SELLER = {
    "PORTAL_SELLER_ADDRESS": "1 Example Plaza|Springfield, IL 62701|United States",
    "PORTAL_SELLER_TAX_ID": "00-0000000",
    "PORTAL_SELLER_BANK": "First Example Bank|Account 000123456789, routing 000000000",
}


class Occupied(Exception):
    """Another demo runs in this instance folder."""


@dataclass(frozen=True)
class Ports:
    """The ports of the portal, of the mail catcher and of its viewer, and of the door for mail."""

    web: int
    smtp: int
    viewer: int
    door: int

    @property
    def portal_url(self) -> str:
        """The portal's address."""
        return f"http://{HOST}:{self.web}"

    @property
    def viewer_url(self) -> str:
        """The address of the caught mail."""
        return f"http://{HOST}:{self.viewer}"


def choose_ports(wanted: str | None, *, usual: bool) -> Ports:
    """The portal's port as `wanted`, the others as they are free; with `usual` the well-known ones come first.

    Raises ClickException where the wanted port cannot be had.
    """
    preferred = (8000, 1025, 8025, 2525) if usual else (0, 0, 0, 0)
    with ExitStack() as taken:
        web = int(wanted) if wanted else preferred[0]
        if web:
            refuse_taken_port(HOST, web)
        return Ports(*(_reserve(taken, port) for port in (web, *preferred[1:])))


def _reserve(taken: ExitStack, preferred: int) -> int:
    """A free port, `preferred` if it is one, held until `taken` is closed so that no two are the same."""
    for port in (preferred, 0):
        probe = taken.enter_context(socket.socket())
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            continue
        return int(probe.getsockname()[1])
    raise click.ClickException("No port is free on this machine.")


@contextmanager
def instance(folder: Path, *, spare: bool) -> Iterator[Path]:
    """`folder`, made and held for this demo alone. Where another demo holds it: one that is thrown away
    afterwards if `spare`, else ClickException. Raises ClickException where it cannot be written."""
    with ExitStack() as held:
        try:
            held.enter_context(_occupied(folder))
        except Occupied as error:
            if not spare:
                raise click.ClickException(str(error)) from None
            folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="portal-check-")))
        yield folder


@contextmanager
def _occupied(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / "demo.lock", "a+")  # noqa: SIM115 - closed below, after what it guards
    except OSError as error:
        raise click.ClickException(f"Cannot write to {folder}: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied(f"A demo is running from {folder} already: stop it first.") from None
        yield


def settle(folder: Path, ports: Ports) -> None:
    """Set this process's environment, which its children inherit, to that of a demo."""
    for name in UNSET:
        os.environ.pop(name, None)
    os.environ |= {name: text for name, text in SELLER.items() if name not in os.environ}
    os.environ |= {
        "HOST": HOST,
        "PORT": str(ports.web),
        "PORTAL_DEMO": "1",
        "PORTAL_INSTANCE_DIR": str(folder),
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "PORTAL_MAIL_HOST": HOST,
        "PORTAL_MAIL_PORT": str(ports.smtp),
        "PORTAL_MAIL_VIEWER_URL": ports.viewer_url,
        "PORTAL_INBOUND_ADDRESS": INBOUND_ADDRESS,
        "PORTAL_INBOUND_HOST": HOST,
        "PORTAL_INBOUND_PORT": str(ports.door),
    }
