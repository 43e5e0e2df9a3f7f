"""How many processes the web server should have, and how many requests each should work on at once.

    .venv/bin/python bench/capacity.py [--processes 1,2,4] [--at-once 1,2,5,10] [--clients 8] [--seconds 4] [--rounds 3]

`PORTAL_WEB_PROCESSES` and `PORTAL_DATABASE_POOL`: a process works on as many requests at once as it has
database connections. All clients read a mix of pages. The rounds go through every setting in turn, and the
median of each is told, so that what else the machine does falls on all of them.
"""

import argparse
import statistics
from itertools import product

import psycopg

from bench.demo_pages import BUSIEST, cookies
from bench.load import Figures, Page, measure
from bench.processor import busy_elsewhere
from bench.stage import Stage, stage


def main() -> None:
    """Measure every setting in turn and print a table of medians."""
    arguments = _arguments()
    settings = list(product(_numbers(arguments.processes), _numbers(arguments.at_once)))
    found: dict[tuple[int, int], list[Figures]] = {setting: [] for setting in settings}
    with stage(PORTAL_RATE_LIMITS=0) as at:
        at.portal("demo", "--scale", str(arguments.scale))
        for _ in range(arguments.rounds):
            for setting in settings:
                found[setting].append(_measured(at, *setting, arguments))
    print("| processes | at once in each | answers a second | median ms | p99 ms |\n|---|---|---|---|---|")
    for (processes, at_once), rounds in found.items():
        rate, median, p99 = (
            statistics.median(getattr(one, name) for one in rounds) for name in ("rate", "median", "p99")
        )
        print(f"| {processes} | {at_once} | {rate:.0f} | {median:.1f} | {p99:.1f} |")
    print(busy_elsewhere())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Processes and requests at once.")
    parser.add_argument("--scale", type=int, default=5, help="how many times the demo's data")
    parser.add_argument("--processes", default="1,2,4")
    parser.add_argument("--at-once", default="1,2,5,10")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _measured(at: Stage, processes: int, at_once: int, arguments: argparse.Namespace) -> Figures:
    with at.with_settings(PORTAL_WEB_PROCESSES=processes, PORTAL_DATABASE_POOL=at_once).serving() as port:
        return measure(port, _mix(at, port), arguments.clients, arguments.seconds, warm_up=2)


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
