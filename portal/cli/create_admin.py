"""`portal create-admin`: the first person who may let others in."""

import click


@click.command("create-admin")
def command() -> None:
    """x"""
