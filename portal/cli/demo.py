"""`portal demo`: fills the database with demo data."""

from typing import TYPE_CHECKING

import click

from portal.cli import connected

if TYPE_CHECKING:
    from portal.demo import LoadReport


@click.command("demo")
@click.option("--scale", type=click.IntRange(1, 10_000), default=1, help="How many times as much to make.")
def command(scale: int) -> None:
    """Load the demo's data, once: a database that has it is left as it is."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from portal.demo import load

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with connected.inside(connected.app()), Progress(*columns) as bar:
        events = bar.add_task("Events", total=None)
        report = load(
            scale=scale, progress=lambda done, total: bar.update(events, completed=done, total=total)
        )
    click.echo(_summary(report))


def _summary(report: "LoadReport") -> str:
    if not report.loaded:
        return "The demo's data is there already: nothing was changed."
    rows = ", ".join(f"{number:,} {table.replace('_', ' ')}" for table, number in report.rows.items())
    return f"Loaded in {report.seconds:.1f} s, {report.tickets_per_second:,.0f} tickets a second: {rows}."
