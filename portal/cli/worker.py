"""`portal worker`: runs the jobs: mail and timers."""

import click

from portal.cli import connected


@click.command("worker")
def command() -> None:
    """Run jobs until told to stop. Start as many as are needed, on as many machines."""
    run()


def run() -> None:
    """Run jobs until SIGTERM or SIGINT. Raises ConfigError, EmbeddedError."""
    from portal.jobs.app import work

    work(connected.app())
