"""A portal to measure: a throw-away instance folder with its own database, and servers on free ports.

Everything is on this machine, and everything ends with the bench, also when it is interrupted or killed.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from portal import embedded
from portal.cli.demo_server.children import Children

HOST = "127.0.0.1"
CLEARED = ("PORTAL_", "PROMETHEUS_", "DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "HOST", "PORT")


@dataclass(frozen=True)
class Stage:
    """A throw-away instance. `environment` is what the portal's commands run in."""

    folder: Path
    environment: dict[str, str]

    @property
    def database_url(self) -> str:
        """The address of the stage's database."""
        return self.environment["DATABASE_URL"]

    def with_settings(self, **settings: object) -> "Stage":
        """The same instance with further settings, named as the environment names them."""
        return Stage(self.folder, self.environment | {name: str(value) for name, value in settings.items()})

    def portal(self, *arguments: str) -> str:
        """Run a `portal` command and give what it printed. Raises CalledProcessError."""
        command = [sys.executable, "-m", "portal.cli", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"portal {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def copy_database(self, name: str) -> "Stage":
        """The same instance on a copy of its database. Nothing may be connected to the database copied."""
        source = make_url(self.database_url)
        with psycopg.connect(self.database_url, dbname="postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source.database}"'.encode())
        return self.with_settings(DATABASE_URL=source.set(database=name).render_as_string())

    @contextmanager
    def serving(self, work: Callable[[], Any] | None = None, name: str = "web server") -> Iterator[int]:
        """Run `portal serve`, or `work` in its place, until the context closes; the port it listens on."""
        port = free_port()
        environment = self.environment | {"PORT": str(port)}
        with Children(self.folder / "logs") as children:
            children.start(name, partial(_run, environment, work or _serve))
            children.wait_for(f"http://{HOST}:{port}/readyz")
            yield port
        stop_when_told()

    @contextmanager
    def working(self, work: Callable[[], Any], name: str) -> Iterator[None]:
        """Run `work` in a process of its own until the context closes."""
        with Children(self.folder / "logs") as children:
            children.start(name, partial(_run, self.environment, work))
            yield
        stop_when_told()


@contextmanager
def stage(**settings: object) -> Iterator[Stage]:
    """A new instance with an empty, migrated database that is durable, as in production."""
    stop_when_told()
    with tempfile.TemporaryDirectory(prefix="portal-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        address = embedded.start(folder).replace("postgresql+psycopg://", "postgresql://")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(CLEARED)}
        made = Stage(folder, kept | {"DATABASE_URL": address, "PORTAL_INSTANCE_DIR": name, "HOST": HOST})
        try:
            made.portal("migrate")
            yield made.with_settings(**settings)
        finally:
            embedded.stop(folder)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def stop_when_told() -> None:
    """Let SIGTERM and SIGINT unwind the bench, so that its processes are stopped."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _unwind)


def _unwind(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _run(environment: dict[str, str], work: Callable[[], Any]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    work()


def _serve() -> None:
    from portal.cli import serve

    serve.run()
