"""How many processes the web server should have, and how many requests each should work on at once.

    .venv/bin/python bench/capacity.py [--processes 1,2,4] [--at-once 1,2,5,10] [--clients 8] [--rounds 3]

`PORTAL_WEB_PROCESSES` and `PORTAL_DATABASE_POOL`: a process works on as many requests at once as it has
database connections. All clients read a mix of pages. The rounds go through every setting in turn, and the
best of each is told, as the one that was least disturbed; the processor time of an answer, in the server and
in the database together, is the median of all rounds.
"""

import argparse
import statistics
from itertools import product

import psycopg

from bench.demo_pages import BUSIEST, cookies
from bench.load import Figures, Page, measure
from bench.processor import busy_elsewhere, spent
from bench.stage import Stage, stage


def main() -> None:
    """Measure every setting in turn and print a table."""
    arguments = _arguments()
    settings = list(product(_numbers(arguments.processes), _numbers(arguments.at_once)))
    found: dict[tuple[int, int], list[tuple[Figures, float]]] = {setting: [] for setting in settings}
    with stage(PORTAL_RATE_LIMITS=0) as at:
        at.portal("demo", "--scale", str(arguments.scale))
        for _ in range(arguments.rounds):
            for setting in settings:
                found[setting].append(_measured(at, *setting, arguments))
    print("| processes | at once in each | answers a second | median ms | p99 ms | processor ms |")
    print("|---" * 6 + "|")
    for (processes, at_once), rounds in found.items():
        best = max((figures for figures, _ in rounds), key=lambda figures: figures.rate)
        cost = statistics.median(cost for _, cost in rounds)
        print(
            f"| {processes} | {at_once} | {best.rate:.0f} | {best.median:.1f} | {best.p99:.1f} | {cost:.1f} |"
        )
    print(busy_elsewhere())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Processes and requests at once.")
    parser.add_argument("--scale", type=int, default=5, help="how many times the demo's data")
    parser.add_argument("--processes", default="1,2,4")
    parser.add_argument("--at-once", default="1,2,5,10")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--warm-up", type=float, default=4, help="seconds that are not counted")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _measured(
    at: Stage, processes: int, at_once: int, arguments: argparse.Namespace
) -> tuple[Figures, float]:
    with at.with_settings(PORTAL_WEB_PROCESSES=processes, PORTAL_DATABASE_POOL=at_once).serving() as port:
        pages = _mix(at, port)
        measure(port, pages, arguments.clients, arguments.warm_up, warm_up=0)
        before = sum(spent(at.folder))
        figures = measure(port, pages, arguments.clients, arguments.seconds, warm_up=0)
        return figures, (sum(spent(at.folder)) - before) / figures.asked * 1000


def _mix(at: Stage, port: int) -> list[Page]:
    with psycopg.connect(at.database_url) as connection:
        event, ticket = connection.execute(BUSIEST).fetchone() or (0, 0)
    signed_in = cookies(port)
    return [
        Page("/events", signed_in["organiser"]),
        Page(f"/events/{event}/contacts", signed_in["organiser"]),
        Page(f"/tickets/{ticket}", signed_in["contact"]),
        Page("/staff/tickets", signed_in["agent"]),
        Page("/wishes", signed_in["contact"]),
    ]


if __name__ == "__main__":
    main()
