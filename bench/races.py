"""Races for the last seat and the last session against the running server, each with its control.

    .venv/bin/python bench/races.py [--trials 200] [--controls 200] [--clients 8] [--minutes 20]
                                    [--only WORD]

Each trial prepares what only some can get, lets all clients, each with a signed-in session of its own,
send their forms at the same moment over HTTP, and then counts in the database. The control is the same
against a server whose row locks and constraints are taken away. Ends with 1 when a limit was broken, an
acknowledged write is missing, an answer was a server error, the control never broke a limit, or time ran out.
"""

import argparse
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench import unguarded
from bench.browser import Browser
from bench.contests import CONTESTS, PASSWORD, Contest, Place, Trial, settle
from bench.stage import Stage, stage
from portal import create_app
from portal.config import load_settings
from portal.db import db

SETTINGS = {
    "PORTAL_WEB_PROCESSES": 2,
    "PORTAL_RATE_LIMITS": 0,
    "PORTAL_LOG_LEVEL": "WARNING",
}
BARRIER_SECONDS = 30


@dataclass
class Tally:
    """What came of the trials of one contest on one server."""

    trials: int = 0
    over: int = 0
    most: int = 0
    lost: int = 0
    wrong_number: int = 0
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
        unguarded.drop_constraints(bare.database_url)
        print(f"{arguments.clients} clients, 2 server processes on each side", flush=True)
        guarded = _series(plain, "guarded", arguments.trials, arguments, deadline)
        control = _series(bare, "control", arguments.controls, arguments, deadline)
    return _verdict(guarded, control, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Races against the running server.")
    parser.add_argument("--trials", type=int, default=200, help="trials of each race")
    parser.add_argument("--controls", type=int, default=200, help="trials of each control")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--only", default="", help="only races whose name holds this")
    parser.add_argument("--minutes", type=float, default=20, help="give up after so long")
    return parser.parse_args()


def _series(
    at: Stage, name: str, trials: int, arguments: argparse.Namespace, deadline: float
) -> dict[str, Tally]:
    work = unguarded.run if name == "control" else None
    tallies: dict[str, Tally] = {}
    with at.serving(work, name) as port, _place(at, arguments.clients) as place:
        browsers = _signed_in(place, port)
        for title, contest in CONTESTS.items():
            if arguments.only not in title:
                continue
            tallies[title] = _contest(contest, place, browsers, trials, deadline)
            _show(name, title, tallies[title])
    return tallies


@contextmanager
def _place(at: Stage, clients: int) -> Iterator[Place]:
    app = create_app(load_settings(at.environment))
    with app.app_context():
        try:
            yield settle(clients)
        finally:
            db.session.remove()
            db.engine.dispose()


def _signed_in(place: Place, port: int) -> list[Browser]:
    browsers = [Browser(port) for _ in place.emails]
    for browser, email in zip(browsers, place.emails, strict=True):
        browser.sign_in(email, PASSWORD)
    return browsers


def _contest(contest: Contest, place: Place, browsers: list[Browser], trials: int, deadline: float) -> Tally:
    tally = Tally()
    while tally.trials < trials and time.monotonic() < deadline:
        trial = contest(place, tally.trials)
        answers = _at_once(browsers, trial)
        db.session.rollback()
        count = trial.count()
        won = answers.count(303)
        tally.trials += 1
        tally.statuses.update(answers)
        tally.over += trial.broken()
        tally.most = max(tally.most, count)
        tally.lost += won != count
        tally.wrong_number += won not in trial.winners
        trial.close()
    return tally


def _at_once(browsers: list[Browser], trial: Trial) -> list[int]:
    """Let each browser open its form, and all send it at the same moment; the statuses."""
    together = threading.Barrier(len(browsers))
    statuses = [599] * len(browsers)

    def send(number: int) -> None:
        browser, (address, typed) = browsers[number], trial.forms[number]
        try:
            browser.reconnect()
            filled = browser.form(address) | typed
            together.wait(BARRIER_SECONDS)
            sent_to = trial.sent_to[number] if trial.sent_to else address.partition("?")[0]
            statuses[number] = browser.ask("POST", sent_to, filled)[0]
        except BaseException:
            together.abort()
            raise

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(browsers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def _show(name: str, title: str, tally: Tally) -> None:
    answers = "  ".join(f"{status}: {number}" for status, number in sorted(tally.statuses.items()))
    print(
        f"{name:8} {title:42} {tally.trials:4} trials  {tally.over:4} over"
        f"  most {tally.most}  {tally.lost} lost   answers {answers}",
        flush=True,
    )


def _verdict(guarded: dict[str, Tally], control: dict[str, Tally], arguments: argparse.Namespace) -> int:
    problems = [
        f"{title}: {what}"
        for title, tally in guarded.items()
        for what, is_so in (
            (f"over the limit {tally.over} times", tally.over),
            (f"{tally.server_errors} server errors", tally.server_errors),
            (f"{tally.lost} trials in which answers and rows differ", tally.lost),
            (f"{tally.wrong_number} trials with another number of winners than places", tally.wrong_number),
            (f"only {tally.trials} trials in the time given", tally.trials < arguments.trials),
        )
        if is_so
    ]
    problems += [
        f"{title}: the control never went over" for title, tally in control.items() if not tally.over
    ]
    print("\n".join(problems) or "Every limit held; every control went over.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
