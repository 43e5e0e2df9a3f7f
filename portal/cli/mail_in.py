"""`portal mail-in`: the door for mail servers."""

import asyncio
import signal
from typing import TYPE_CHECKING

import click

from portal.cli import connected
from portal.cli.serve import refuse_taken_port

if TYPE_CHECKING:
    from flask import Flask


@click.command("mail-in")
def command() -> None:
    """Take mail by SMTP or LMTP on PORTAL_INBOUND_HOST and PORTAL_INBOUND_PORT until told to stop."""
    run()


def run() -> None:
    """Take mail until SIGTERM or SIGINT. Raises ClickException where the port is taken, ConfigError, EmbeddedError."""
    app = connected.app()
    settings = app.extensions["settings"]
    if settings.inbound_address is None:
        raise click.ClickException("PORTAL_INBOUND_ADDRESS is not set: nobody could be written to here.")
    refuse_taken_port(settings.inbound_host, settings.inbound_port)
    asyncio.run(_serve(app, settings.inbound_host, settings.inbound_port))


async def _serve(app: "Flask", host: str, port: int) -> None:
    from portal.inbound.door import serve

    serving = asyncio.ensure_future(serve(app, host, port))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        return
