"""`portal migrate`: brings the database's tables to what this version needs."""

from typing import TYPE_CHECKING

import click

from portal.cli import connected

if TYPE_CHECKING:
    from flask import Flask


@click.command("migrate")
def command() -> None:
    """Bring the database's tables up to date. Two that start together run one after the other."""
    upgrade(connected.app())
    click.echo("The database is up to date.")


def upgrade(app: "Flask") -> None:
    """Run the migrations that are missing on the application's database."""
    import flask_migrate

    with connected.inside(app):
        flask_migrate.upgrade()
