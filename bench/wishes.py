"""How quickly the wish list answers with many wishes and stands: each order, the search, what is suggested.

    .venv/bin/python -m bench.wishes [--wishes 20000] [--stands 1000000] [--seconds 5]

In a database of its own, thrown away afterwards. Whole pages by HTTP, one client, `portal serve` with 2 processes; each
line asks for several addresses in turn, so that none is answered from what was just read. Prints a table for
docs/measurements.md.
"""

import argparse
from collections.abc import Iterator
from urllib.parse import quote

import psycopg

from bench.crowd import Crowd, write_crowd
from bench.demo_pages import cookies, queries_and_size
from bench.load import Page, measure
from bench.processor import busy_elsewhere
from bench.stage import stage
from portal import create_app
from portal.config import load_settings
from portal.db import db

SETTINGS = {"PORTAL_WEB_PROCESSES": 2, "PORTAL_RATE_LIMITS": 0}
ABSENT = "quetzalcoatlus"
TURNS = 12


def main() -> None:
    """Load the demo and the crowd, measure, print."""
    parser = argparse.ArgumentParser(description="How quickly the wish list answers.")
    parser.add_argument("--wishes", type=int, default=20_000)
    parser.add_argument("--stands", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5, help="how long each line is asked for")
    arguments = parser.parse_args()
    with stage(**SETTINGS) as at:
        at.portal("demo")
        crowd = write_crowd(at.database_url, arguments.wishes, arguments.stands)
        print(f"{crowd.wishes:,} wishes, {crowd.stands:,} stands", flush=True)
        lines = list(_lines(at.database_url, crowd))
        app = create_app(load_settings(at.environment, log_level="ERROR"))
        print("| role | page | queries | kB | asked | median ms | p99 ms |")
        print("|---" * 7 + "|")
        with at.serving() as port:
            signed_in = cookies(port)
            for role, name, addresses in lines:
                pages = [Page(address, signed_in[role]) for address in addresses]
                queries, size = queries_and_size(app, addresses[0], signed_in[role])
                found = measure(port, pages, 1, arguments.seconds)
                print(
                    f"| {role} | {name} | {queries} | {size / 1000:.0f} | {found.rate * arguments.seconds:.0f}"
                    f" | {found.median:.1f} | {found.p99:.1f} |",
                    flush=True,
                )
        with app.app_context():
            db.engine.dispose()
    print(busy_elsewhere())


def _lines(database_url: str, crowd: Crowd) -> Iterator[tuple[str, str, list[str]]]:
    """The role, what is asked, and the addresses that are asked in turn."""
    with psycopg.connect(database_url) as connection:
        common, middling, rare = _words(connection)
        keys = [row[0] for row in connection.execute(
            "SELECT id FROM wish WHERE state = 'published' ORDER BY useful DESC LIMIT %s", [TURNS]
        )]  # fmt: skip
    titles = [quote(title) for title in crowd.titles[:: max(1, len(crowd.titles) // TURNS)][:TURNS]]
    for order in ("useful", "trending", "newest"):
        yield "contact", f"list, {order}", [f"/wishes?order={order}"]
        yield (
            "contact",
            f"list, {order}, narrowed",
            [f"/wishes?order={order}&decision=planned&module=premium"],
        )
    for order in ("useful", "newest"):
        for name, words in (
            ("the commonest word", common), ("a middling word", middling), ("a rare word", rare),
            ("an absent word", ABSENT), ("two words", f"{common} {middling}"), ("either of two", f"{rare} or {middling}"),
        ):  # fmt: skip
            yield "contact", f"list, {order}, with {name}", [f"/wishes?order={order}&words={quote(words)}"]
    yield "contact", "suggestions", [f"/wishes/similar?title={title}" for title in titles]
    yield "contact", "suggestions, mistyped", [f"/wishes/similar?title={_slipped(title)}" for title in titles]
    yield (
        "contact",
        "suggestions, with a description",
        [f"/wishes/similar?title={t}&problem={t}%20{t}" for t in titles],
    )
    yield "contact", "the most useful wishes", [f"/wishes/{key}" for key in keys]
    yield "contact", "one's own", ["/wishes/mine", "/wishes/mine?of=followed", "/wishes/mine?of=answered"]
    yield (
        "contact",
        "search, all kinds",
        [f"/search?q={common}", f"/search?q={middling}", f"/search?q={rare}"],
    )
    for page in ("roadmap", "changelog", "feed.atom"):
        yield "contact", page, [f"/wishes/{page}"]
    yield "moderator", "list, useful", ["/wishes"]
    yield "moderator", "list, useful, with the commonest word", [f"/wishes?words={common}"]
    yield "moderator", "the queue", ["/staff/wishes"]
    yield "moderator", "the page of a wish", [f"/staff/wishes/{key}" for key in keys]
    yield "moderator", "similar wishes to merge with", [f"/staff/wishes/{key}/merge" for key in keys]


def _words(connection: psycopg.Connection) -> tuple[str, str, str]:
    """The commonest word, one of a fiftieth of the wishes, and one of a few."""
    counted = connection.execute(
        "SELECT word, ndoc FROM ts_stat('SELECT words FROM wish_words') WHERE word ~ '^[a-z]{4,}$' ORDER BY ndoc DESC"
    ).fetchall()
    many = connection.execute("SELECT count(*) FROM wish").fetchone()
    middling = min(counted, key=lambda row: abs(row[1] - (many or (0,))[0] / 50))
    rare = min(counted, key=lambda row: abs(row[1] - 5))
    return counted[0][0], middling[0], rare[0]


def _slipped(title: str) -> str:
    """A title with two letters exchanged in its longest word."""
    longest = max(title.split("%20"), key=len)
    return title.replace(longest, longest[:2] + longest[3:4] + longest[2:3] + longest[4:])


if __name__ == "__main__":
    main()
