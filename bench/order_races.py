"""Races for seats, decisions and money against the running server and its worker, each with its control.

    .venv/bin/python -m bench.order_races [--trials 200] [--controls 40] [--clients 16] [--minutes 20]
                                            [--only WORD]

Each trial prepares what may happen once, lets all clients, each with a signed-in session of its own, send
their forms at the same moment over HTTP, and then asks the database what came of it. Stripe is the stand-in
of the tests, with signed events. The control is the same against a server and a worker without row locks,
without the comparison of a state as it is set, and without the constraints behind both. Ends with 1 when
something that must hold did not, an answer was a server error, a control never showed what it is for, or time ran out.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import text

from bench import order_contests, roster_contests, unguarded
from bench.clicks import Client, Tally, at_once
from bench.contests import PASSWORD
from bench.processor import busy_elsewhere
from bench.roster_contests import Place, Trial
from bench.stage import Stage, stage
from portal import create_app
from portal.accounts.models import Person
from portal.accounts.passwords import hash_password
from portal.accounts.permissions import Role
from portal.config import load_settings
from portal.db import db
from tests.payments.stripe_stand_in import SECRET_KEY, WEBHOOK_SECRET, StripeStandIn
from tests.people import grant, organisation, person

MANAGERS = 4
NO_MAIL = text("DELETE FROM procrastinate_jobs WHERE queue_name = 'mail' AND status = 'todo'")

Contest = Callable[[Place, int], Trial]


def main() -> int:
    """Run the races and print a table; the exit status."""
    arguments = _arguments()
    deadline = time.monotonic() + arguments.minutes * 60
    with StripeStandIn() as stand_in, stage(**_settings(stand_in)) as plain:
        bare = plain.copy_database(unguarded.DATABASE)
        unguarded.drop_constraints(bare.database_url)
        known: dict[str, Contest] = {
            "add at the last seat": roster_contests.last_seat,
            "add, remove and replace": roster_contests.mix,
            "approve, withdraw, approve": roster_contests.decision,
            "confirm, webhook, webhook (Stripe's stand-in)": order_contests.stripe(stand_in),
            "confirm, pay told three times (trial provider)": order_contests.trial,
            "double click on order": order_contests.double_click,
        }
        contests = {title: contest for title, contest in known.items() if arguments.only in title}
        print(f"{arguments.clients} clients, 2 server processes and a worker on each side", flush=True)
        print(
            "| side | race | trials | broken | shown | seconds | answers |\n|---|---|---|---|---|---|---|",
            flush=True,
        )
        control = (
            _series(bare, "control", contests, arguments.controls, arguments.clients, deadline)
            if arguments.controls
            else {}
        )
        guarded = _series(plain, "guarded", contests, arguments.trials, arguments.clients, deadline)
    print(busy_elsewhere())
    return _verdict(guarded, control, arguments.trials)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Races for seats, decisions and money.")
    parser.add_argument("--trials", type=int, default=200, help="trials of each race")
    parser.add_argument("--controls", type=int, default=40, help="trials of each control; 0 holds none")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=20, help="give up after so long")
    parser.add_argument("--only", default="", help="only races whose name holds this")
    return parser.parse_args()


def _settings(stand_in: StripeStandIn) -> dict[str, object]:
    return {
        "PORTAL_WEB_PROCESSES": 2, "PORTAL_RATE_LIMITS": 0, "PORTAL_LOG_LEVEL": "WARNING",
        "PORTAL_TRIAL_PAYMENTS": 1, "PORTAL_STRIPE_SECRET_KEY": SECRET_KEY,
        "PORTAL_STRIPE_WEBHOOK_SECRETS": WEBHOOK_SECRET, "PORTAL_STRIPE_API_URL": stand_in.address,
    }  # fmt: skip


def _series(
    at: Stage, side: str, contests: dict[str, Contest], trials: int, clients: int, deadline: float
) -> dict[str, Tally]:
    serve, work = (unguarded.run, unguarded.work) if side == "control" else (None, _work)
    tallies = {title: Tally() for title in contests}
    with (
        at.serving(serve, f"{side} server") as port,
        at.working(work, f"{side} worker"),
        _place(at, port, clients) as place,
    ):
        # In turn, so that each has had its share should the time run out.
        for number in range(trials):
            for title, contest in contests.items():
                if time.monotonic() < deadline:
                    _hold(contest, place, number, tallies[title])
    for title, tally in tallies.items():
        _show(side, title, tally)
    return tallies


@contextmanager
def _place(at: Stage, port: int, clients: int) -> Iterator[Place]:
    app = create_app(load_settings(at.environment))
    with app.app_context():
        try:
            yield _settle(at, port, clients)
        finally:
            db.session.remove()
            db.engine.dispose()


def _settle(at: Stage, port: int, clients: int) -> Place:
    customer, stored = organisation("Racing Society"), hash_password(PASSWORD)
    organisers = [person(f"Organiser {number}", password_hash=stored) for number in range(clients)]
    managers = [person(f"Manager {number}", password_hash=stored) for number in range(MANAGERS)]
    asker = person("Asker")
    for each in (*organisers, asker):
        grant(each, Role.ORGANISER, organisation_id=customer.id)
    for each in managers:
        grant(each, Role.MANAGER)
    db.session.commit()
    signed_in = [_signed_in(port, each) for each in organisers]
    deciding = [_signed_in(port, each) for each in managers]
    windows = [deciding[number % MANAGERS].twin() for number in range(clients)]
    twins = [signed_in[0].twin() for _ in range(clients)]
    return Place(customer, signed_in, windows, twins, asker, at.database_url)


def _signed_in(port: int, who: Person) -> Client:
    return Client.signed_in(port, who.email, PASSWORD)


def _hold(contest: Contest, place: Place, number: int, tally: Tally) -> None:
    began = time.monotonic()
    trial = contest(place, number)
    db.session.rollback()
    with trial.seen.on() if trial.seen else nullcontext():
        statuses = at_once(trial.clicks)
    db.session.rollback()
    tally.add(statuses, trial.problems(statuses), trial.shows)
    # Nobody reads these mails: the worker is to look after payments.
    db.session.execute(NO_MAIL)
    db.session.commit()
    # What was read in one trial is not kept for the next ones.
    db.session.remove()
    tally.seconds += time.monotonic() - began


def _work() -> None:
    from portal.cli import worker

    worker.run()


def _show(side: str, title: str, tally: Tally) -> None:
    answers = ", ".join(f"{number} × {status}" for status, number in sorted(tally.statuses.items()))
    print(
        f"| {side} | {title} | {tally.trials} | {tally.broken} | {tally.shown} | {tally.seconds:.0f} | {answers} |",
        flush=True,
    )
    for problem, times in tally.problems.most_common():
        print(f"    {problem}: {times}", flush=True)


def _verdict(guarded: dict[str, Tally], control: dict[str, Tally], trials: int) -> int:
    problems = [
        f"{title}: {what}"
        for title, tally in guarded.items()
        for what, is_so in (
            (f"broken {tally.broken} times", tally.broken),
            (f"{tally.server_errors} server errors", tally.server_errors),
            (f"only {tally.trials} trials in the time given", tally.trials < trials),
        )
        if is_so
    ]
    problems += [
        f"{title}: the control never showed what it is for"
        for title, tally in control.items()
        if not tally.shown
    ]
    shown = "every control showed what it is for." if control else "no control was held."
    print("\n".join(problems) or f"Everything held; {shown}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
