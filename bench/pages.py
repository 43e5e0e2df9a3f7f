"""How quickly the main pages of each role are answered, by the demo's data made `--scale` times as large.

    .venv/bin/python bench/pages.py [--scale 20] [--seconds 3] [--clients 1,8] [--only /events]

Prints a table for docs/measurements.md: queries and size of each page; for each number of clients the
answers a second, and the median and 99th percentile in milliseconds. The processor time of an answer, in
the server and in the database, says what it costs when the machine is busy with other things too.
"""

import argparse

import psycopg

from bench.demo_pages import addresses, cookies, queries_and_size
from bench.load import Page, measure
from bench.processor import busy_elsewhere, spent
from bench.stage import Stage, stage
from portal import create_app
from portal.config import load_settings
from portal.db import db

SETTINGS = {"PORTAL_WEB_PROCESSES": 2, "PORTAL_RATE_LIMITS": 0}


def main() -> None:
    """Load the demo, measure, print."""
    arguments = _arguments()
    with stage(**SETTINGS) as at:
        print(at.portal("demo", "--scale", str(arguments.scale)).strip().splitlines()[-1], flush=True)
        _analyse(at)
        with at.serving() as port:
            signed_in = cookies(port)
            _print_table(at, port, signed_in, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How quickly pages are answered.")
    parser.add_argument("--scale", type=int, default=20, help="how many times the demo's data")
    parser.add_argument("--seconds", type=float, default=3, help="how long each page is asked for")
    parser.add_argument("--clients", default="1,8", help="numbers of clients at once")
    parser.add_argument("--only", default="", help="only pages whose address begins so")
    return parser.parse_args()


def _analyse(at: Stage) -> None:
    # What a database that has been in use for a while has done by itself.
    with psycopg.connect(at.database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _print_table(at: Stage, port: int, signed_in: dict[str, str], arguments: argparse.Namespace) -> None:
    counts = [int(number) for number in arguments.clients.split(",")]
    headings = " | ".join(
        f"{number} client{'s' * (number > 1)}: /s | median ms | p99 ms" for number in counts
    )
    print(f"| role | page | queries | kB | server ms | database ms | {headings} |")
    print("|---" * (6 + 3 * len(counts)) + "|")
    app = create_app(load_settings(at.environment, log_level="ERROR"))
    for role, address in addresses(at.database_url):
        if not address.startswith(arguments.only):
            continue
        page = Page(address, signed_in[role])
        queries, size = queries_and_size(app, address, page.cookie)
        before = spent(at.folder)
        found = [measure(port, [page], clients, arguments.seconds) for clients in counts]
        answers = sum(one.asked for one in found)
        costs = [(now - then) / answers * 1000 for now, then in zip(spent(at.folder), before, strict=True)]
        cells = " | ".join(f"{one.rate:.0f} | {one.median:.1f} | {one.p99:.1f}" for one in found)
        print(
            f"| {role or 'anybody'} | {address} | {queries} | {size / 1000:.0f}"
            f" | {costs[0]:.1f} | {costs[1]:.1f} | {cells} |",
            flush=True,
        )
    with app.app_context():
        db.engine.dispose()
    print(busy_elsewhere())


if __name__ == "__main__":
    main()
