"""The `portal` command: serving, working, migrating, checking. Flask's command line with the portal's errors."""

import click
from flask.cli import AppGroup, ScriptInfo

from portal.cli import check, connected, create_admin, demo, demo_server, mail_in, migrate, serve, worker
from portal.cli.errors import ClearErrors


class Commands(ClearErrors, AppGroup):
    """The group of commands: what is set wrong or does not answer is told in a line, not a traceback."""


@click.group(cls=Commands)
def cli() -> None:
    """The Conference Tracker support portal. Settings come from the environment: see `portal check`."""


for module in (serve, worker, mail_in, migrate, demo, demo_server, create_admin, check):
    cli.add_command(module.command)


def main() -> None:
    """Run the `portal` command."""
    cli(prog_name="portal", obj=ScriptInfo(create_app=connected.app, set_debug_flag=False))
