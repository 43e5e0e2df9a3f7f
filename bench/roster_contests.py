"""Adding, removing and replacing contacts at once: what the clients click, and what must hold then."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import text

from bench.clicks import Click, Client
from portal.accounts.models import Organisation, Person
from portal.db import db
from portal.events.models import Event
from portal.policy.contacts import contact_limit
from portal.roster.models import Contact, Removal
from portal.roster.removals import ask_for_removal, ask_for_replacement
from tests.people import actor_of, contact, event, person

LOOK_EVERY_SECONDS = 0.004
ACTIVE = "SELECT count(*) FROM contact WHERE event_id = %s AND ended_at IS NULL"
ON_SEAT = "SELECT count(*) FROM contact WHERE seat_id = %s"
DECISIONS = text(
    "SELECT count(*) FROM audit_entry WHERE subject_type = 'removal' AND subject_id = :removal"
    " AND action IN ('removal.approved', 'removal.withdrawn', 'removal.declined')"
)


@dataclass(frozen=True)
class Place:
    """The customer, whom the clients act for, and who asked for what is decided."""

    customer: Organisation
    organisers: list[Client]
    managers: list[Client]
    twins: list[Client]
    asker: Person
    database_url: str

    def add(self, client: Client, at: Event, name: str) -> tuple[Client, Click]:
        """A click that registers somebody new."""
        address, email = f"/events/{at.id}/contacts/new", f"{uuid.uuid4().hex}@people.example"
        return client, client.click(address, name=name, email=email, form_key=str(uuid.uuid4()))


@dataclass(frozen=True)
class Trial:
    """One race: who clicks what, what is wrong once all have answered, and who watches meanwhile.

    `shows` is the problem that the control must have: an error of its server alone proves nothing.
    """

    clicks: list[tuple[Client, Click]]
    shows: str
    problems: Callable[[list[int]], list[str]]
    seen: "Watch | None" = None


def last_seat(place: Place, number: int) -> Trial:
    """WHO-3: one free seat, and each client adds somebody."""
    at, limit = _roster(place, number)
    clicks = [place.add(client, at, "Newcomer") for client in place.organisers]

    def problems(statuses: list[int]) -> list[str]:
        there = _active(at)
        return _named({
            "over the limit": there > limit,
            "the last seat stayed empty": there < limit,
            "answers and contacts differ": statuses.count(303) != there - (limit - 1),
        })  # fmt: skip

    return Trial(clicks, "over the limit", problems)


def mix(place: Place, number: int) -> Trial:
    """WHO-3, WHO-6: adds, an approved removal, an approved replacement and a new request, all at once."""
    at, limit = _roster(place, number)
    going, swapped, asked_about = _contacts(at)[:3]
    actor = actor_of(place.asker)
    removal = ask_for_removal(actor, going.id, reason="leaves", handover_to=asked_about.id)
    email = f"instead-{uuid.uuid4().hex}@people.example"
    replacement = ask_for_replacement(actor, swapped.id, name="Instead", email=email)
    seat = swapped.seat_id or 0
    approvals = [f"/removals/{each.id}/decision" for each in (removal, replacement) for _ in range(2)]
    managers = list(zip(place.managers, approvals, strict=False))
    asking, adding = place.organisers[:2], place.organisers[2 : len(place.organisers) - len(managers)]
    clicks = [(client, client.click(address, decision="approve")) for client, address in managers]
    clicks += [
        (client, client.click(f"/contacts/{asked_about.id}/removal", handover_to=str(swapped.id)))
        for client in asking
    ]
    clicks += [place.add(client, at, "Newcomer") for client in adding]
    watch = Watch(place.database_url, at.id, seat, limit)

    def problems(statuses: list[int]) -> list[str]:
        added = statuses[len(managers) + len(asking) :].count(303)
        there = _active(at)
        decided = [statuses[0:2].count(303), statuses[2:4].count(303)]
        return _named({
            "over the limit": there > limit or watch.most > limit,
            "the replaced seat was empty": watch.was_empty or not _sits(seat, email),
            "answers and contacts differ": there != limit - 2 + added or not 1 <= added <= 2,
            "a request was decided other than once": decided != [1, 1] or _decisions(removal) != 1,
        })  # fmt: skip

    return Trial(clicks, "over the limit", problems, watch)


def decision(place: Place, number: int) -> Trial:
    """WHO-6: one request, which managers approve and organisers withdraw: approve, withdraw, approve, ..."""
    at, limit = _roster(place, number)
    going, heir = _contacts(at)[:2]
    removal = ask_for_removal(actor_of(place.asker), going.id, reason="leaves", handover_to=heir.id)
    clicks = [
        (organiser, organiser.click(f"/removals/{removal.id}/withdrawal"))
        if turn % 3 == 1
        else (manager, manager.click(f"/removals/{removal.id}/decision", decision="approve"))
        for turn, (organiser, manager) in enumerate(zip(place.organisers, place.managers, strict=True))
    ]

    def problems(statuses: list[int]) -> list[str]:
        ended = db.session.get_one(Removal, removal.id, populate_existing=True).state
        left = limit - 1 - _active(at)
        return _named({
            "decided more than once": statuses.count(303) > 1 or _decisions(removal) > 1,
            "not decided": statuses.count(303) < 1 or _decisions(removal) < 1,
            "the roster says another thing than the request": left != (ended == "approved"),
        })  # fmt: skip

    return Trial(clicks, "decided more than once", problems)


class Watch:
    """Looks on from outside while a race runs: the most contacts seen, and whether a seat was seen empty."""

    def __init__(self, database_url: str, event_id: int, seat_id: int, limit: int) -> None:
        self.database_url, self.event_id, self.seat_id, self.limit = database_url, event_id, seat_id, limit
        self.most, self.was_empty, self.looks = 0, False, 0

    @contextmanager
    def on(self) -> Iterator[None]:
        """Look on until the context closes."""
        over = threading.Event()
        thread = threading.Thread(target=self._look, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _look(self, over: threading.Event) -> None:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            while not over.wait(LOOK_EVERY_SECONDS):
                found = connection.execute(
                    f"SELECT ({ACTIVE}), ({ON_SEAT})", (self.event_id, self.seat_id)
                ).fetchone()
                there, on_seat = found or (0, 0)
                self.most, self.was_empty = max(self.most, there), self.was_empty or on_seat == 0
                self.looks += 1


def _roster(place: Place, number: int) -> tuple[Event, int]:
    """An event with one free seat; and its limit."""
    slug = f"race-{uuid.uuid4().hex}"
    at = event(place.customer, f"Roster {number}", slug=slug, attendees=700, licence="premium")
    limit = contact_limit(at.attendees, at.licence_kind).total
    for seat in range(limit - 1):
        contact(at, person(f"Seated {seat}", email=f"{uuid.uuid4().hex}@people.example"))
    db.session.commit()
    return at, limit


def _contacts(at: Event) -> list[Contact]:
    mine = db.select(Contact).where(Contact.event_id == at.id).order_by(Contact.id)
    return list(db.session.scalars(mine))


def _active(at: Event) -> int:
    found = text(ACTIVE.replace("%s", ":event"))
    return int(db.session.execute(found, {"event": at.id}).scalar_one())


def _sits(seat: int, email: str) -> bool:
    sitting = db.select(Person.email).join(Contact, Contact.person_id == Person.id)
    return db.session.scalars(sitting.where(Contact.seat_id == seat)).all() == [email]


def _decisions(removal: Removal) -> int:
    return int(db.session.execute(DECISIONS, {"removal": removal.id}).scalar_one())


def _named(facts: dict[str, bool]) -> list[str]:
    return [name for name, is_so in facts.items() if is_so]
