"""`portal demo`: fills the database with demo data."""

import click

from portal.cli import connected


@click.command("demo")
@click.option("--scale", type=click.IntRange(1, 10_000), default=1, help="How many times as much to make.")
def command(scale: int) -> None:
    """Load the demo's data, once: a database that has it is left as it is."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from portal.demo import load

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with connected.app().app_context(), Progress(*columns) as bar:
        tickets = bar.add_task("Tickets", total=None)
        load(scale=scale, progress=lambda done, total: bar.update(tickets, completed=done, total=total))
