"""A crowd for the wish list: many customers, wishes and stands, written straight into the database of a bench.

Texts are the sentences of `data/wishes.toml`, put together anew, so that common and rare words are as among real wishes.
"""

import random
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from portal.policy.usefulness import Tally, stand_of, trend

WORDS = Path(__file__).parent / "data" / "wishes.toml"
CUSTOMERS, OF_EACH = 2_000, 4
STATES = {"published": 88, "submitted": 3, "declined": 4, "hidden": 1, "merged": 4}
DECISIONS = {"open": 80, "under_consideration": 6, "planned": 5, "in_progress": 2, "done": 5, "declined": 2}
STANDS = {"useful": 70, "neutral": 18, "not_for_us": 12}
MODULES = {"": 70, "virtual_event": 10, "exhibitors": 8, "attendance_app": 7, "premium": 5}
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
COMMENTS, FOLLOWERS = 60_000, 200_000


@dataclass
class Crowd:
    """What was written, for the searches that are measured to be chosen from."""

    wishes: int
    stands: int
    titles: list[str] = field(default_factory=list)


def write_crowd(database_url: str, wishes: int, stands: int) -> Crowd:
    """Write customers with their people and events, `wishes`, and `stands` on them, with all that is counted."""
    chance = random.Random(8)
    with psycopg.connect(database_url) as connection:
        people = _customers(connection)
        titles = _wishes(connection, chance, wishes, people)
        spread = _stands(connection, chance, wishes, stands, people)
        _discussion(connection, chance, people)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return Crowd(wishes, spread, titles)


def _customers(connection: psycopg.Connection) -> list[tuple[int, int]]:
    """Customers, each with an event that still counts, and their people: each person's key with their customer's."""
    connection.execute(
        "INSERT INTO organisation (name, billing_address, billing_email, created_at)"
        " SELECT 'Customer ' || n, '', '', now() FROM generate_series(1, %s) n",
        [CUSTOMERS],
    )
    connection.execute(
        "INSERT INTO event (organisation_id, name, slug, starts_on, ends_on, place, time_zone, attendees, licence,"
        " account_opened_on, virtual_event_package, exhibitor_package, in_person, records_attendance, created_at, version)"
        " SELECT id, name, 'crowd-' || id, current_date + 90, current_date + 92, 'Vienna', 'Europe/Vienna', 200,"
        " CASE id % 3 WHEN 0 THEN 'premium' ELSE 'basic' END, current_date - 100, id % 2 = 0, id % 3 = 0, true,"
        " id % 4 = 0, now(), 1 FROM organisation WHERE name LIKE 'Customer %'"
    )
    connection.execute(
        "INSERT INTO person (email, name, phone, time_zone, created_at)"
        " SELECT 'crowd-' || o.id || '-' || n || '@people.example', 'Person ' || n, '', 'UTC', now()"
        " FROM organisation o, generate_series(1, %s) n WHERE o.name LIKE 'Customer %%'",
        [OF_EACH],
    )
    connection.execute(
        "INSERT INTO role_grant (person_id, role, organisation_id, granted_at)"
        " SELECT id, 'organiser', split_part(email, '-', 2)::bigint, now() FROM person WHERE email LIKE 'crowd-%'"
    )
    found = connection.execute(
        "SELECT id, split_part(email, '-', 2)::bigint FROM person WHERE email LIKE 'crowd-%' ORDER BY id"
    )
    return [(person, customer) for person, customer in found]


def _wishes(
    connection: psycopg.Connection, chance: random.Random, wishes: int, people: Sequence[tuple[int, int]]
) -> list[str]:
    known = tomllib.loads(WORDS.read_text())["wish"]
    heads = [" ".join(each["title"].split()[:3]) for each in known]
    tails = [" ".join(each["title"].split()[3:]) or each["title"] for each in known]
    said = [
        part.strip()
        for each in known
        for part in each.get("problem", each["title"]).split(".")
        if part.strip()
    ]
    first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM wish").fetchone()
    start, titles, published = (first or (1,))[0], [], []
    columns = (
        "id, title, problem, affected, workaround, idea, module, state, decision, author_id, organisation_id,"
        " on_behalf, root_id, submitted_at, published_at, hidden_because, answer, decided_at, useful, neutral, against,"
        " concerned, score, trend"
    )
    with connection.cursor().copy(f"COPY wish ({columns}) FROM STDIN") as copy:
        for key in range(start, start + wishes):
            state = _one_of(chance, STATES) if published else "published"
            at = BEGAN + timedelta(minutes=chance.randrange(1_500_000))
            person, customer = chance.choice(people)
            title = (
                f"{chance.choice(heads)} {chance.choice(tails)} {chance.choice(said).split()[-1].lower()}"[
                    :120
                ]
            )
            root = chance.choice(published) if state == "merged" else key
            decision = _one_of(chance, DECISIONS) if state == "published" else "open"
            if state == "published":
                published.append(key)
                titles.append(title)
            copy.write_row((
                key, title, ". ".join(chance.choices(said, k=4)), chance.choice(said), "", chance.choice(said),
                _one_of(chance, MODULES) or None, state, decision, person, customer, False, root, at,
                at if state in ("published", "hidden", "merged") else None, "", "",
                at + timedelta(days=9) if decision != "open" else None, 0, 0, 0, CUSTOMERS, 0.0, 0.0,
            ))  # fmt: skip
    connection.execute("SELECT setval('wish_id_seq', (SELECT max(id) FROM wish))")
    return titles


def _stands(
    connection: psycopg.Connection,
    chance: random.Random,
    wishes: int,
    stands: int,
    people: Sequence[tuple[int, int]],
) -> int:
    """A few wishes have the answers of most, most have the answers of a few."""
    rows = connection.execute("SELECT id, root_id FROM wish ORDER BY id DESC LIMIT %s", [wishes]).fetchall()
    weights = [chance.paretovariate(1.2) for _ in rows]
    written, total = 0, sum(weights)
    said: dict[int, dict[int, list[tuple[str, datetime]]]] = defaultdict(lambda: defaultdict(list))
    with connection.cursor().copy(
        "COPY wish_stand (wish_id, organisation_id, person_id, stand, on_behalf, stood_at) FROM STDIN"
    ) as copy:
        for (wish, root), weight in zip(rows, weights, strict=True):
            many = min(len(people), round(stands * 1.45 * weight / total))
            for person, customer in chance.sample(people, many)[: max(0, stands - written)]:
                stand = _one_of(chance, STANDS)
                at = BEGAN + timedelta(minutes=chance.randrange(1_500_000))
                copy.write_row((wish, customer, person, stand, False, at))
                said[root][customer].append((stand, at))
                written += 1
    _count(connection, said)
    return written


def _count(connection: psycopg.Connection, said: dict[int, dict[int, list[tuple[str, datetime]]]]) -> None:
    figures = []
    with connection.cursor().copy(
        "COPY organisation_stand (wish_id, organisation_id, stand, stood_at) FROM STDIN"
    ) as copy:
        for root, customers in said.items():
            stands = {key: stand_of([stand for stand, _ in each]) for key, each in customers.items()}
            for key, stand in stands.items():
                copy.write_row((root, key, stand, customers[key][0][1]))
            figures.append((root, *_figures(stands.values(), [each[0][1] for each in customers.values()])))
    connection.execute("CREATE TEMP TABLE figures (id bigint, u int, n int, a int, s float, t float)")
    with connection.cursor().copy("COPY figures FROM STDIN") as copy:
        for row in figures:
            copy.write_row(row)
    connection.execute(
        "UPDATE wish SET useful = u, neutral = n, against = a, score = s, trend = t FROM figures WHERE figures.id = wish.id"
    )


def _figures(stands: Iterable[object], moments: Sequence[datetime]) -> tuple[int, int, int, float, float]:
    counted = Counter(str(stand) for stand in stands)
    tally = Tally(counted["useful"], counted["neutral"], counted["not_for_us"], CUSTOMERS)
    return tally.useful, tally.neutral, tally.against, tally.score, trend(moments)


def _discussion(
    connection: psycopg.Connection, chance: random.Random, people: Sequence[tuple[int, int]]
) -> None:
    listed = [row[0] for row in connection.execute("SELECT id FROM wish WHERE state = 'published'")]
    with connection.cursor().copy(
        "COPY wish_comment (wish_id, kind, state, body, author_id, organisation_id, from_staff, written_at) FROM STDIN"
    ) as copy:
        for person, customer, wish in _drawn(chance, people, listed, COMMENTS):
            copy.write_row((wish, "comment", "published", "For us as well.", person, customer, False, BEGAN))
    followers = {(wish, person) for person, _, wish in _drawn(chance, people, listed, FOLLOWERS)}
    with connection.cursor().copy(
        "COPY wish_follower (wish_id, person_id, since, told_through) FROM STDIN"
    ) as copy:
        for wish, person in followers:
            copy.write_row((wish, person, BEGAN, 0))


def _drawn(
    chance: random.Random, people: Sequence[tuple[int, int]], wishes: Sequence[int], many: int
) -> Iterator[tuple[int, int, int]]:
    for _ in range(many):
        # The square favours the first: some wishes are talked about far more than others.
        yield *chance.choice(people), wishes[int(len(wishes) * chance.random() ** 2)]


def _one_of(chance: random.Random, weighted: dict[str, int]) -> str:
    return chance.choices(list(weighted), list(weighted.values()))[0]
