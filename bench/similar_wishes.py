"""How well wishes that say the same are found, beside plain full-text search and trigrams.

    .venv/bin/python -m bench.similar_wishes [--show tuning] [--kinds]

`data/wishes.toml` is a list of wishes, some with the titles of others that were merged into them; `data/similar.toml`
is what people are about to wish for, each labelled with the wishes that say the same. The weights were tuned on one
half of it, `tuning`; the figures for the other, `held-out`, are those to go by. Recall is the share of the labelled
wishes among the first five shown, precision the share of all that was shown that was labelled; "quiet" is how often
nothing was shown where there is nothing. Prints tables for docs/measurements.md.
"""

import argparse
import re
import time
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import insert, text, update

from bench.processor import busy_elsewhere
from bench.stage import stage
from portal import create_app
from portal.accounts.actor import Actor
from portal.accounts.permissions import Role
from portal.clock import now
from portal.config import load_settings
from portal.db import db
from portal.wishlist.models import Wish
from portal.wishlist.similar import similar_wishes

DATA = Path(__file__).parent / "data"
READER = Actor(person_id=None, name="Bench", staff_roles=frozenset({Role.AGENT}))
FIRST = 5
ALIKE_FROM = 0.3


@dataclass(frozen=True)
class Asked:
    """What somebody is about to wish for, and the keys of the wishes that say the same."""

    kind: str
    part: str
    title: str
    problem: str
    same: frozenset[str]


@dataclass(frozen=True)
class Figures:
    """What a way of searching found."""

    recall: float
    precision: float
    quiet: float
    shown: float


Search = Callable[[Asked], Sequence[str]]


def main() -> None:
    """Load the wishes, search, print."""
    parser = argparse.ArgumentParser(description="How well similar wishes are found.")
    parser.add_argument("--show", choices=["tuning", "held-out"], help="name each wish that is not found")
    parser.add_argument("--kinds", action="store_true", help="recall by kind of question")
    arguments = parser.parse_args()
    asked = list(_asked())
    with stage() as at:
        app = create_app(load_settings(at.environment, log_level="ERROR"))
        with app.app_context():
            keys, titles = _load()
            searches = _searches(keys, titles)
            _print_all(asked, searches)
            if arguments.kinds:
                _print_kinds(asked, searches)
            if arguments.show:
                _print_missed(
                    [each for each in asked if each.part == arguments.show], searches["this search"]
                )
            _print_times(asked, searches["this search"])
            db.engine.dispose()
    print(busy_elsewhere())


def _asked() -> Iterable[Asked]:
    for row in tomllib.loads((DATA / "similar.toml").read_text())["asked"]:
        same = frozenset(row.get("same", []))
        yield Asked(row["kind"], row["part"], row["title"], row.get("problem", ""), same)


def _load() -> tuple[dict[int, str], dict[str, list[str]]]:
    """Write the wishes, published, and those merged into them; keys by id, and titles by key."""
    keys, titles, moment = {}, {}, now()
    for row in tomllib.loads((DATA / "wishes.toml").read_text())["wish"]:
        texts = {"problem": row["problem"], "idea": row.get("idea", "")}
        root = _written(row["title"], state="published", published_at=moment, **texts)
        for title in row.get("merged", []):
            # Its own key stands as its root first, since a trigger sets it.
            merged = _written(title, state="published", published_at=moment, problem="", idea="")
            joined = update(Wish).where(Wish.id == merged).values(state="merged", root_id=root)
            db.session.execute(joined)
        keys[root] = row["key"]
        titles[row["key"]] = [row["title"], *row.get("merged", [])]
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    return keys, titles


def _written(title: str, **values: object) -> int:
    return db.session.execute(insert(Wish).values(title=title, **values).returning(Wish.id)).scalar_one()


def _searches(keys: dict[int, str], titles: dict[str, list[str]]) -> dict[str, Search]:
    by_trigrams = {key: [_trigrams(title) for title in named] for key, named in titles.items()}
    return {
        "this search": lambda asked: [keys[w.id] for w in similar_wishes(READER, asked.title, asked.problem)],
        "this search, title alone": lambda asked: [keys[w.id] for w in similar_wishes(READER, asked.title)],
        "full text, all words of the title": lambda asked: _by_text(keys, asked.title, "&"),
        "full text, any word of the title": lambda asked: _by_text(keys, asked.title, "|"),
        "full text, any word": lambda asked: _by_text(keys, f"{asked.title} {asked.problem}", "|"),
        f"trigrams of titles, from {ALIKE_FROM}": lambda asked: _by_trigrams(
            by_trigrams, asked.title, ALIKE_FROM
        ),
        "trigrams of titles, the nearest": lambda asked: _by_trigrams(by_trigrams, asked.title, 0),
    }


def _by_text(keys: dict[int, str], words: str, joined: str) -> list[str]:
    """PostgreSQL's own full-text search over titles and texts, ranked by `ts_rank`."""
    found = db.session.execute(
        text(
            "SELECT w.root_id, max(ts_rank(to_tsvector('english', w.title || ' ' || w.problem || ' ' || w.idea), q))"
            " FROM wish w, (SELECT replace(plainto_tsquery('english', :words)::text, '&', :joined)::tsquery AS q) asked"
            " WHERE to_tsvector('english', w.title || ' ' || w.problem || ' ' || w.idea) @@ q"
            " GROUP BY w.root_id ORDER BY 2 DESC, 1 LIMIT :first"
        ),
        {"words": words, "joined": joined, "first": FIRST},
    )
    return [keys[root] for root, _ in found]


def _by_trigrams(known: dict[str, list[frozenset[str]]], title: str, least: float) -> list[str]:
    """The share of three-letter pieces in common, as PostgreSQL's module of that name counts them."""
    asked = _trigrams(title)
    alike = {
        key: max(len(asked & each) / len(asked | each) for each in titles) for key, titles in known.items()
    }
    nearest = sorted(alike.items(), key=lambda pair: (-pair[1], pair[0]))[:FIRST]
    return [key for key, share in nearest if share > least]


def _trigrams(title: str) -> frozenset[str]:
    words = [f"  {word} " for word in re.findall(r"\w+", title.lower())]
    return frozenset(word[at : at + 3] for word in words for at in range(len(word) - 2))


def _figures(asked: Sequence[Asked], search: Search) -> Figures:
    found = [(each, search(each)[:FIRST]) for each in asked]
    wanted = [(each, shown) for each, shown in found if each.same]
    nothing = [shown for each, shown in found if not each.same]
    shown = sum(len(shown) for _, shown in found)
    right = sum(len(each.same & set(shown)) for each, shown in found)
    return Figures(
        sum(len(each.same & set(shown)) / len(each.same) for each, shown in wanted) / len(wanted),
        right / shown if shown else 1.0,
        sum(not shown for shown in nothing) / len(nothing) if nothing else 1.0,
        shown / len(found),
    )


def _print_all(asked: Sequence[Asked], searches: dict[str, Search]) -> None:
    print("| search | questions | recall@5 | precision | quiet | shown for each |\n|---|---|---|---|---|---|")
    for part in ("held-out", "tuning"):
        chosen = [each for each in asked if each.part == part]
        for name, search in searches.items():
            got = _figures(chosen, search)
            print(
                f"| {name} | {part} | {got.recall:.3f} | {got.precision:.3f} | {got.quiet:.2f} | {got.shown:.1f} |"
            )


def _print_kinds(asked: Sequence[Asked], searches: dict[str, Search]) -> None:
    names = ("this search", "full text, any word of the title", "trigrams of titles, the nearest")
    print(f"\n| held-out questions | number | {' | '.join(f'{name}: recall@5' for name in names)} |")
    print("|---" * (len(names) + 2) + "|")
    held = [each for each in asked if each.part == "held-out" and each.same]
    for kind in dict.fromkeys(each.kind for each in held):
        chosen = [each for each in held if each.kind == kind]
        got = " | ".join(f"{_figures(chosen, searches[name]).recall:.3f}" for name in names)
        print(f"| {kind} | {len(chosen)} | {got} |")


def _print_missed(asked: Sequence[Asked], search: Search) -> None:
    for each in asked:
        shown = search(each)
        if not each.same <= set(shown):
            print(f"missed ({each.kind}): {each.title!r}: {sorted(each.same)}, shown {list(shown)}")
        elif not each.same and shown:
            print(f"shown for nothing ({each.kind}): {each.title!r}: {list(shown)}")


def _print_times(asked: Sequence[Asked], search: Search) -> None:
    times = []
    for each in asked:
        started = time.perf_counter()
        search(each)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    print(
        f"\n{len(times)} searches: median {median(times):.1f} ms, p99 {times[int(len(times) * 0.99)]:.1f} ms"
    )


if __name__ == "__main__":
    main()
