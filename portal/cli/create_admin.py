"""`portal create-admin`: the first person who may let others in."""

import click

from portal.cli import connected


@click.command("create-admin")
@click.option("--email", prompt="E-mail address", help="The administrator's address, to sign in with.")
@click.option("--name", prompt="Name", help="The administrator's name.")
def command(email: str, name: str) -> None:
    """Make somebody an administrator, and print the link at which they choose a password."""
    from portal.accounts.service import create_admin

    with connected.inside(connected.app()):
        link = create_admin(email, name)
    if link is None:
        click.echo(f"{email} is an administrator, and signs in with the password they have.")
    else:
        click.echo(
            f"{email} is an administrator. The link to choose a password, good for once and seven days:"
        )
        click.echo(link)
