"""Two agents who claim the same ticket at the same moment, against the running server, with its control.

    .venv/bin/python bench/claims.py [--trials 200] [--controls 200] [--minutes 15]

Each trial opens a ticket, lets two signed-in agents send its claim form at the same moment over HTTP, and
then looks in the database: one of them has it, one audit row says so, and the other's page named the
winner. The control is the same against a server whose claim does not compare who has the ticket. Ends with
1 when two won or none, an answer was a server error, the loser was not told who won, the control never let
two win, or time ran out.
"""

import argparse
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy import text

from bench import unguarded
from bench.browser import Browser
from bench.stage import Stage, stage
from portal import create_app
from portal.accounts.models import Person
from portal.accounts.passwords import hash_password
from portal.accounts.permissions import Role
from portal.config import load_settings
from portal.db import db
from portal.events.models import Event
from portal.tickets.service import open_ticket
from tests.people import actor_of, contact, event, grant, organisation, person

SETTINGS = {"PORTAL_WEB_PROCESSES": 2, "PORTAL_RATE_LIMITS": 0, "PORTAL_LOG_LEVEL": "WARNING"}
PASSWORD = "two agents and one ticket"
BARRIER_SECONDS = 30

CLAIMS = text("SELECT count(*) FROM audit_entry WHERE action = 'ticket.claimed' AND subject_id = :ticket")
HOLDER = text("SELECT p.name FROM ticket t JOIN person p ON p.id = t.assignee_id WHERE t.id = :ticket")


@dataclass(frozen=True)
class Place:
    """The event whose contact asks, and the two agents."""

    at: Event
    asks: Person
    agents: list[Person]


@dataclass
class Tally:
    """What came of the trials on one server."""

    trials: int = 0
    one_won: int = 0
    several_won: int = 0
    untold: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def server_errors(self) -> int:
        """Answers from 500 on, and requests without an answer (counted as 599)."""
        return sum(number for status, number in self.statuses.items() if status >= 500)


def main() -> int:
    """Run the races and print a table; the exit status."""
    arguments = _arguments()
    deadline = time.monotonic() + arguments.minutes * 60
    with stage(**SETTINGS) as plain:
        bare = plain.copy_database(unguarded.DATABASE)
        print("2 agents, 2 server processes on each side", flush=True)
        guarded = _series(plain, "guarded", arguments.trials, deadline)
        control = _series(bare, "control", arguments.controls, deadline)
    return _verdict(guarded, control, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Two agents race for a claim against the running server.")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--controls", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=15, help="give up after so long")
    return parser.parse_args()


def _series(at: Stage, name: str, trials: int, deadline: float) -> Tally:
    tally = Tally()
    with at.serving(unguarded.run if name == "control" else None, name) as port, _place(at) as place:
        browsers = [Browser(port) for _ in place.agents]
        for browser, agent in zip(browsers, place.agents, strict=True):
            browser.sign_in(agent.email, PASSWORD)
        while tally.trials < trials and time.monotonic() < deadline:
            _trial(place, browsers, tally)
    print(
        f"{name:8} {tally.trials:4} trials   one won {tally.one_won}   both won {tally.several_won}"
        f"   loser not told who won {tally.untold}   answers {dict(sorted(tally.statuses.items()))}",
        flush=True,
    )
    return tally


@contextmanager
def _place(at: Stage) -> Iterator[Place]:
    app = create_app(load_settings(at.environment))
    with app.app_context():
        try:
            yield _settle()
        finally:
            db.session.remove()
            db.engine.dispose()


def _settle() -> Place:
    stored, asks = hash_password(PASSWORD), person("Asking Contact")
    agents = [person(f"Agent {name}", password_hash=stored) for name in ("One", "Two")]
    for agent in agents:
        grant(agent, Role.AGENT)
    at = event(organisation("Racing Society"), "Race")
    contact(at, asks)
    db.session.commit()
    return Place(at, asks, agents)


def _trial(place: Place, browsers: list[Browser], tally: Tally) -> None:
    ticket = open_ticket(
        actor_of(place.asks), place.at.id, topic="problem", subject="Who takes it?", body="Somebody?",
        form_key=str(uuid4()),
    ).id  # fmt: skip
    answers = _at_once(browsers, ticket)
    db.session.rollback()
    claims = int(db.session.execute(CLAIMS, {"ticket": ticket}).scalar_one())
    holder = str(db.session.execute(HOLDER, {"ticket": ticket}).scalar_one_or_none())
    db.session.rollback()
    tally.trials += 1
    tally.statuses.update(status for status, _ in answers)
    tally.one_won += claims == 1
    tally.several_won += claims > 1
    lost = [page for status, page in answers if status == 409]
    tally.untold += claims == 1 and not (len(lost) == 1 and f"{holder} has this ticket already." in lost[0])


def _at_once(browsers: list[Browser], ticket: int) -> list[tuple[int, str]]:
    """Let both open the ticket and send its claim form at the same moment; status and page of each answer."""
    together = threading.Barrier(len(browsers))
    answers = [(599, "")] * len(browsers)

    def send(number: int) -> None:
        browser = browsers[number]
        browser.reconnect()
        token = browser.form(f"/tickets/{ticket}/assignment")["csrf_token"]
        together.wait(BARRIER_SECONDS)
        answers[number] = browser.ask("POST", f"/tickets/{ticket}/claim", {"csrf_token": token})

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(browsers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _verdict(guarded: Tally, control: Tally, arguments: argparse.Namespace) -> int:
    problems = [
        what
        for what, is_so in (
            (f"{guarded.trials - guarded.one_won} trials without exactly one winner", guarded.trials - guarded.one_won),
            (f"{guarded.untold} losers were not told who won", guarded.untold),
            (f"{guarded.server_errors} server errors", guarded.server_errors),
            (f"only {guarded.trials} trials in the time given", guarded.trials < arguments.trials),
            ("the control never let both win", not control.several_won),
        )
        if is_so
    ]  # fmt: skip
    print("\n".join(problems) or "One won each time and the other was told who; without the guard both won.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
