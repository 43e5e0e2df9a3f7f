"""Loading the demo: everything in one transaction, once."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from sqlalchemy import select, text

from portal.accounts.models import Person
from portal.accounts.passwords import hash_password
from portal.accounts.tokens import new_token
from portal.clock import now
from portal.db import db
from portal.demo import content
from portal.demo.after_hours import write_ready_hours, write_windows
from portal.demo.after_hours_ticket import write_ticket_within
from portal.demo.articles import write_articles
from portal.demo.availability import Diary
from portal.demo.bookings import write_bookings
from portal.demo.calendar import write_entries
from portal.demo.cast import ACCOUNTS, PASSWORD
from portal.demo.conversation import Draft, write_ticket
from portal.demo.customers import Customer, Stage, write_customer
from portal.demo.documents import write_documents
from portal.demo.drafts import write_draft
from portal.demo.duty import write_rotas
from portal.demo.editions import write_editions
from portal.demo.frame import Frame
from portal.demo.hosts import write_hosts
from portal.demo.lists import write_list
from portal.demo.mail import write_mails
from portal.demo.newcomers import write_newcomers
from portal.demo.people import settle_team
from portal.demo.questions import write_questions
from portal.demo.quotes import write_quotes
from portal.demo.removals import write_removals
from portal.demo.roster import write_roster
from portal.demo.rows import Rows
from portal.demo.tickets import tickets_of
from portal.demo.waiting import write_waiting
from portal.demo.wishes import count_wishes, write_wishes
from portal.demo.work import write_replies, write_work
from portal.editions.queries import editions
from portal.policy.edition import edition_in_force
from portal.roster.models import Seat

Progress = Callable[[int, int], object]

ADVISORY_LOCK = 7_203_551
CUSTOMERS_PER_WRITE = 10


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did: whether it wrote anything, how many rows of each table, and how many seconds it took."""

    loaded: bool
    rows: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def tickets_per_second(self) -> float:
        """Tickets, with their messages and audit rows, written in a second of the whole load."""
        return self.rows.get("ticket", 0) / self.seconds if self.seconds else 0.0


def load(scale: int = 1, progress: Progress | None = None) -> LoadReport:
    """Write the demo's data, `scale` times as many customers; nothing where it is there already.

    Needs an application context. Two loads at once are one: the second waits, and finds the first's.
    `progress(done, total)` is told of each event. Raises LookupError without a policy edition.
    """
    started = time.monotonic()
    with db.session.begin():
        db.session.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"))
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        if db.session.scalar(select(Person.id).where(Person.email == ACCOUNTS[0].email)):
            return LoadReport(loaded=False)
        with closing(Rows(db.session())) as rows, _no_collection():
            _write_all(_frame(rows), scale, progress or (lambda done, total: None))
    return LoadReport(loaded=True, rows=dict(rows.written), seconds=time.monotonic() - started)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Rows hold no cycles: looking for some among hundreds of thousands cost a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _frame(rows: Rows) -> Frame:
    moment, known = now(), editions()
    unknown = hash_password(new_token())
    return Frame(rows, moment, known, edition_in_force(known, moment), hash_password(PASSWORD), unknown)


def _write_all(frame: Frame, scale: int, progress: Progress) -> None:
    plans = [(plan, generation) for generation in range(scale) for plan in content.organisations()]
    settle_team(frame, len(plans))
    write_editions(frame)
    write_rotas(frame)
    write_hosts(frame)
    write_ready_hours(frame)
    diary, customers = Diary(frame), []
    total = scale * len(content.events())
    for start in range(0, len(plans), CUSTOMERS_PER_WRITE):
        drafts: list[Draft] = []
        for plan, generation in plans[start : start + CUSTOMERS_PER_WRITE]:
            customers.append(write_customer(frame, plan, generation))
            drafts += _drafts(frame, customers[-1], diary)
            progress(sum(len(customer.stages) for customer in customers), total)
        for draft in sorted(drafts, key=lambda draft: draft.opened_at):
            write_ticket(frame, draft)
        for customer in customers[start:]:
            for stage in customer.stages:
                write_questions(frame, stage)
                write_ticket_within(frame, stage)
        if len(customers) == len(plans):
            write_wishes(frame, customers)
            write_articles(frame, customers)
            write_mails(frame)
            write_replies(frame)
        write_documents(frame)
        frame.rows.flush()
    write_work(frame, customers)
    write_entries(frame)
    frame.rows.finish()
    count_wishes()


def _drafts(frame: Frame, customer: Customer, diary: Diary) -> list[Draft]:
    return [draft for stage in customer.stages for draft in _settle(frame, stage, diary)]


def _settle(frame: Frame, stage: Stage, diary: Diary) -> list[Draft]:
    write_roster(frame, stage)
    last_seat = frame.rows.last_key[Seat.__tablename__]
    if stage.customer.is_first:
        write_removals(frame, stage)
        write_list(frame, stage)
        write_quotes(frame, stage)
        write_windows(frame, stage)
        write_draft(frame, stage)
    write_bookings(frame, stage, diary)
    if stage.customer.is_first:
        write_waiting(frame, stage, diary)
    drafts = list(tickets_of(frame, stage))
    write_newcomers(frame, stage, last_seat)
    return drafts
