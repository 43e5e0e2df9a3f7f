"""`portal serve`: the web server."""

import functools
import gc
import os
import socket
from typing import TYPE_CHECKING

import click

from portal.cli import connected
from portal.cli.receiving import Received

if TYPE_CHECKING:
    from portal.config import Settings

COLLECT_AFTER = 50_000
RECEIVED_AT_ONCE = 64


@click.command("serve")
def command() -> None:
    """Serve the portal's pages on HOST and PORT until told to stop."""
    run()


def run() -> None:
    """Serve until SIGTERM or SIGINT. Raises ClickException where the port is taken, ConfigError, EmbeddedError."""
    from granian.constants import HTTPModes, Interfaces
    from granian.server import Server

    settings = connected.settings()
    refuse_taken_port(settings.host, settings.port)
    # The server's processes build the application from the environment; they use this database too.
    os.environ["DATABASE_URL"] = settings.sqlalchemy_url
    _share_metrics(settings)
    application()
    Server(
        "portal.cli.serve:application",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.web_processes,
        blocking_threads=RECEIVED_AT_ONCE,
        backpressure=RECEIVED_AT_ONCE * 2,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


def _share_metrics(settings: "Settings") -> None:
    """Give the server's processes one folder to count in, without what an earlier run counted."""
    folder = settings.prometheus_multiproc_dir or settings.instance_dir / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    for counted in folder.glob("*.db"):
        counted.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


@functools.cache
def application() -> Received:
    """The application of this process. Built before the server forks, so that its processes share it."""
    app = connected.app()
    # Collecting less often, and never what was loaded at start, took the slowest answers from 33 to 4 ms.
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 100)
    # As many requests are worked on at once as there are connections to the database.
    at_once = app.extensions["settings"].database_pool
    return Received(app, at_once=at_once, longest=app.config["MAX_CONTENT_LENGTH"])


def refuse_taken_port(host: str, port: int) -> None:
    """Raise ClickException where nobody can listen on `port`."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(f"Cannot listen on {host} port {port}: {error.strerror}.") from error
