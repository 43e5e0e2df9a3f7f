"""Whether the figures of fair use are those of a recount by plain SQL, and how long they take, for a thousand events.

    .venv/bin/python -m bench.usage [--scale 84]

Prints a table for docs/measurements.md. Ends with 1 when one figure of one event is another than the recount's.
"""

import argparse
import time
from datetime import timedelta
from statistics import median

import psycopg
from sqlalchemy import text

from bench.processor import busy_elsewhere
from bench.stage import Stage, stage
from portal import create_app
from portal.clock import now
from portal.config import load_settings
from portal.db import db
from portal.policy.fair_use import Usage
from portal.usage.queries import all_usage, usage_of

TURNS = 7
RECOUNT = text("""
    SELECT e.id,
        coalesce((SELECT sum(m.minutes) FROM time_entry m JOIN ticket t ON t.id = m.ticket_id
            WHERE t.event_id = e.id AND m.noted_at >= :since AND m.noted_at < :at), 0) AS minutes,
        (SELECT count(*) FROM ticket t WHERE t.event_id = e.id AND t.opened_at >= :since AND t.opened_at < :at
            AND t.merged_into_id IS NULL
            AND NOT EXISTS (SELECT FROM ticket_link l WHERE l.other_id = t.id AND l.relation = 'split')) AS tickets,
        (SELECT count(*) FROM booking b WHERE b.event_id = e.id AND b.state <> 'cancelled'
            AND b.starts_at >= :since AND b.starts_at < :at) AS sessions
    FROM event e
""")


def main() -> int:
    """Load the demo, compare, measure, print; the exit status."""
    parser = argparse.ArgumentParser(description="Fair use beside a recount.")
    parser.add_argument("--scale", type=int, default=84, help="how many times the demo's data")
    scale = parser.parse_args().scale
    with stage() as at:
        print(at.portal("demo", "--scale", str(scale)).strip().splitlines()[-1], flush=True)
        with psycopg.connect(at.database_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        wrong = _compare(at)
    print(busy_elsewhere())
    return 1 if wrong else 0


def _compare(at: Stage) -> int:
    with create_app(load_settings(at.environment)).app_context():
        moment = now()
        found = {each.event_id: each.usage for each in all_usage(moment)}
        rows = db.session.execute(RECOUNT, {"at": moment, "since": moment - timedelta(days=30)}).all()
        counted = {row.id: Usage(int(row.minutes), row.tickets, row.sessions) for row in rows}
        wrong = sum(found.get(key) != usage for key, usage in counted.items()) + len(
            found.keys() ^ counted.keys()
        )
        used = sum(usage != Usage(0, 0, 0) for usage in counted.values())
        print("| events | of them with usage | other than the recount | all of them, ms | one of them, ms |")
        print("|---|---|---|---|---|")
        print(f"| {len(counted)} | {used} | {wrong} | {_took(lambda: all_usage(moment))} |", end="")
        print(f" {_took(lambda: usage_of(next(iter(counted)), moment))} |")
    return wrong


def _took(work: object) -> str:
    times = []
    for _ in range(TURNS):
        begun = time.perf_counter()
        work()  # type: ignore[operator]
        times.append((time.perf_counter() - begun) * 1000)
    return f"{median(times):.0f}"


if __name__ == "__main__":
    raise SystemExit(main())
