"""How quickly the search answers common, rare and absent words, and what keeping the words costs a writer.

    .venv/bin/python -m bench.search [--scale 20] [--seconds 3]

Prints tables for docs/measurements.md. The words are taken from the data: the commonest, one of half of the
tickets, one of a few tickets, one of none. "best ms" is the quickest of ten searches for the tickets
alone, both statements; the other figures are of whole pages by HTTP, one client.
"""

import argparse
import time
from collections.abc import Iterator
from statistics import median
from urllib.parse import urlencode

import psycopg

from bench.demo_pages import cookies, queries_and_size
from bench.load import Page, measure
from bench.processor import busy_elsewhere
from bench.stage import Stage, stage
from portal import create_app
from portal.accounts.models import Person
from portal.accounts.queries import actor_for
from portal.config import load_settings
from portal.db import db
from portal.search.asked import asked
from portal.search.tickets import RANKED_MOST, found_tickets

SETTINGS = {"PORTAL_WEB_PROCESSES": 2, "PORTAL_RATE_LIMITS": 0}
ABSENT = "quetzalcoatlus"
WROTE, APART = 200, 37
A_MESSAGE = """
    INSERT INTO ticket_message (ticket_id, author_id, from_staff, internal, channel, body, quoted, sent_at)
    SELECT ticket_id, author_id, from_staff, internal, channel, body, quoted, now() FROM ticket_message
    WHERE id = %s
"""


def main() -> None:
    """Load the demo, measure, print."""
    parser = argparse.ArgumentParser(description="How quickly the search answers.")
    parser.add_argument("--scale", type=int, default=20, help="how many times the demo's data")
    parser.add_argument("--seconds", type=float, default=3, help="how long each search is asked for")
    arguments = parser.parse_args()
    with stage(**SETTINGS) as at:
        print(at.portal("demo", "--scale", str(arguments.scale)).strip().splitlines()[-1], flush=True)
        with psycopg.connect(at.database_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            searches = list(_searches(connection))
        with at.serving() as port:
            _print_pages(at, port, searches, arguments.seconds)
        _print_writes(at)
    print(busy_elsewhere())


def _searches(connection: psycopg.Connection) -> Iterator[tuple[str, dict[str, str]]]:
    """What is searched for, each with what it stands for."""
    counted = connection.execute(
        "SELECT word, ndoc FROM ts_stat('SELECT whole FROM ticket_words') WHERE word ~ '^[a-z]{4,}$' ORDER BY ndoc DESC"
    ).fetchall()
    tickets = connection.execute("SELECT count(*) FROM ticket").fetchone()
    half = min(counted, key=lambda row: abs(row[1] - (tickets or (0,))[0] / 4))
    few = min(counted, key=lambda row: abs(row[1] - 5))
    yield "the commonest word", {"q": counted[0][0]}
    yield "a word of a quarter of the tickets", {"q": half[0]}
    yield "a rare word", {"q": few[0]}
    yield "an absent word", {"q": ABSENT}
    yield "two common words", {"q": f"{counted[0][0]} {counted[1][0]}"}
    yield "a common and an absent word", {"q": f"{counted[0][0]} {ABSENT}"}
    yield "a phrase", {"q": '"shrink to fit"'}
    yield "either of two, without a third", {"q": f"badge or certificate -{half[0]}"}
    yield "the commonest word, closed, of one event", {"q": counted[0][0], "state": "closed", "event": "1"}
    yield "nothing but a state", {"state": "waiting"}
    yield "a person's name", {"q": "holm"}


def _print_pages(at: Stage, port: int, searches: list[tuple[str, dict[str, str]]], seconds: float) -> None:
    signed_in = cookies(port)
    app = create_app(load_settings(at.environment, log_level="ERROR"))
    print("| role | search | tickets | queries | kB | best ms | median ms | p99 ms |")
    print("|---" * 8 + "|")
    for role in ("agent", "contact"):
        for name, narrowed in searches:
            page = Page(f"/search?{urlencode(narrowed)}", signed_in[role])
            queries, size = queries_and_size(app, page.address, page.cookie)
            with app.app_context():
                total, best = _in_the_database(role, narrowed)
            found = measure(port, [page], 1, seconds)
            many = f"over {RANKED_MOST:,}" if total > RANKED_MOST else f"{total:,}"
            print(
                f"| {role} | {name} | {many} | {queries} | {size / 1000:.0f} | {best:.1f}"
                f" | {found.median:.1f} | {found.p99:.1f} |",
                flush=True,
            )
    with app.app_context():
        db.engine.dispose()


def _in_the_database(role: str, narrowed: dict[str, str]) -> tuple[int, float]:
    """How many tickets match, and the milliseconds of the quickest of ten searches for them, both statements."""
    key = db.session.scalars(db.select(Person.id).where(Person.email == f"{role}@demo.example")).one()
    actor = actor_for(key)
    if actor is None:
        raise SystemExit(f"The demo has no {role}.")
    times, total = [], 0
    for _ in range(10):
        started = time.perf_counter()
        total = found_tickets(actor, asked(narrowed)[0]).total
        times.append((time.perf_counter() - started) * 1000)
        db.session.rollback()
    return total, min(times)


def _print_writes(at: Stage) -> None:
    """What one more message costs with its words kept, and with the triggers off."""
    print("\n| a message is written | median ms | p99 ms |")
    print("|---" * 3 + "|")
    with psycopg.connect(at.database_url, autocommit=True) as connection:
        for name, action in (("words not kept", "DISABLE"), ("words kept", "ENABLE")):
            connection.execute(f"ALTER TABLE ticket_message {action} TRIGGER USER".encode())
            times = sorted(_written(connection))
            print(f"| {name} | {median(times):.2f} | {times[int(len(times) * 0.99) - 1]:.2f} |", flush=True)


def _written(connection: psycopg.Connection) -> Iterator[float]:
    for number in range(WROTE):
        started = time.perf_counter()
        connection.execute(A_MESSAGE, [1 + number * APART])
        yield (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
