"""Every state that a visitor of the demo is promised to find."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Grant, OneTimeLink, Organisation, Person
from portal.accounts.passwords import matches
from portal.bookings.models import Availability, Booking
from portal.clock import now
from portal.db import db
from portal.demo import ACCOUNTS, PASSWORD
from portal.demo.moments import clock_changes
from portal.editions.queries import edition_in_force
from portal.events.models import Event
from portal.inbound.models import InboundMail
from portal.orders.models import Order
from portal.policy.contacts import contact_limit, is_over_limit, size_band
from portal.policy.hours import business_minutes_between
from portal.policy.training import entitlements
from portal.policy.wishes import WishDecision
from portal.roster.imports.models import ContactImport
from portal.roster.imports.queries import plan_for
from portal.roster.models import Contact, Removal, Seat
from portal.roster.queries import roster_of
from portal.tickets.models import Message, Ticket
from portal.tickets.models_drafts import TicketDraft
from portal.tickets.models_work import AfterEventHelp, CannedReply, FollowUp, TicketLink, TimeEntry
from portal.tickets.storage import store
from portal.wishlist.models import OrganisationStand, Wish
from portal.wishlist.models_decisions import DecisionRecord, PlanningLine, PlanningRound, WishEvaluation
from portal.wishlist.models_images import WishImage
from portal.wishlist.models_moderation import WishComment, WishMerge, WishQuestion, WishReview, WishVersion

pytestmark = pytest.mark.usefixtures("demo")


def count(*conditions: Any) -> int:
    """How many rows fulfil the conditions."""
    return db.session.scalar(select(func.count()).where(*conditions)) or 0


def test_mail_waits_to_be_sorted_and_some_was() -> None:
    states = set(db.session.execute(select(InboundMail.state, InboundMail.reason)))
    assert {("quarantined", "stranger"), ("quarantined", "which_event"), ("ignored", "auto_reply")} <= states
    assert ("discarded", "stranger") in states
    for mail in db.session.scalars(select(InboundMail)):
        with store().open(mail.storage_name) as original:
            assert mail.subject.encode() in original.read()
    [asked] = db.session.scalars(select(InboundMail.person_id).where(InboundMail.reason == "which_event"))
    assert count(Grant.person_id == asked, Grant.role == "contact", Grant.ended_at.is_(None)) > 1


def test_support_works_on_tickets() -> None:
    assert count(Message.internal) >= 2
    assert count(Message.call_direction == "in", Message.logged_by_id.is_not(None)) >= 1
    assert count(Ticket.merged_into_id.is_not(None)) == 1
    assert count(Ticket.spent_minutes > 0) >= 4
    assert count(FollowUp.state == "pending", FollowUp.due_at > now()) >= 1
    assert count(CannedReply.archived_at.is_(None)) >= 3
    assert count(CannedReply.archived_at.is_not(None)) == 1
    assert count(TicketLink.relation == "related") >= 1
    assert {"attendance", "certificates", "export"} == set(db.session.scalars(select(AfterEventHelp.kind)))
    assert count(AfterEventHelp.done_at.is_not(None)) >= 1
    summed = select(TimeEntry.ticket_id, func.sum(TimeEntry.minutes)).group_by(TimeEntry.ticket_id)
    kept = select(Ticket.id, Ticket.spent_minutes).where(Ticket.spent_minutes > 0)
    assert dict(db.session.execute(summed).all()) == dict(db.session.execute(kept).all())


def in_use(event: Event) -> int:
    """How many contacts an event has."""
    return count(Contact.event_id == event.id, Contact.ended_at.is_(None))


def limit(event: Event) -> int:
    """How many contacts an event may have."""
    bought = count(Seat.event_id == event.id, Seat.order_line_id.is_not(None))
    return contact_limit(event.attendees, event.licence_kind, extra_seats=bought).total


def events() -> list[Event]:
    """Every event."""
    return list(db.session.scalars(select(Event)))


def events_of(email: str) -> list[Event]:
    """The events at which a member of the cast has a part."""
    roles = db.session.scalars(
        select(Grant).join(Person, Person.id == Grant.person_id).where(Person.email == email)
    )
    held = list(roles)
    return [
        event
        for event in events()
        if any(role.event_id == event.id or role.organisation_id == event.organisation_id for role in held)
    ]


def test_there_are_five_organisations_and_twelve_events() -> None:
    assert (count(Organisation.id > 0), len(events())) == (5, 12)


def test_every_size_band_is_there_under_both_licences() -> None:
    assert len({(size_band(event.attendees), event.licence) for event in events()}) == 10


def test_events_are_past_present_and_to_come_in_many_zones() -> None:
    today = now().date()
    assert [event.name for event in events() if event.starts_on <= today <= event.ends_on]
    assert sum(event.ends_on < today for event in events()) >= 4
    assert sum(event.starts_on > today for event in events()) >= 4
    assert len({event.time_zone for event in events()}) >= 7


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.role + "-" + account.name)
def test_each_of_the_cast_can_sign_in_with_the_published_password(account: Any) -> None:
    person = db.session.scalars(select(Person).where(Person.email == account.email)).one()
    assert matches(person.password_hash, PASSWORD)
    assert account.role in db.session.scalars(select(Grant.role).where(Grant.person_id == person.id)).all()


def test_nobody_else_has_the_published_password() -> None:
    others = Person.email.not_in([account.email for account in ACCOUNTS])
    for known in db.session.scalars(
        select(Person.password_hash).where(others, Person.password_hash.is_not(None)).distinct()
    ):
        assert not matches(known, PASSWORD)


def test_the_organiser_sees_a_full_roster_and_one_with_a_free_bought_seat() -> None:
    mine = events_of("organiser@demo.example")
    assert [event for event in mine if in_use(event) == limit(event)]
    bought = [event for event in mine if count(Seat.event_id == event.id, Seat.order_line_id.is_not(None))]
    assert [event for event in bought if in_use(event) < limit(event)]


def test_the_outsiders_event_is_over_its_limit() -> None:
    (event,) = events_of("outsider@demo.example")
    assert is_over_limit(contact_limit(event.attendees, event.licence_kind), in_use(event))
    assert count(Seat.event_id == event.id, Seat.closing) == 1


def test_the_outsider_shares_no_event_with_the_organiser_and_the_contact() -> None:
    others = {event.id for email in ("organiser", "contact") for event in events_of(f"{email}@demo.example")}
    assert not others & {event.id for event in events_of("outsider@demo.example")}


@pytest.mark.parametrize("state", ["pending", "approved", "declined", "withdrawn"])
def test_a_removal_is_in_each_state(state: str) -> None:
    assert count(Removal.state == state) >= 1


def test_a_replacement_waits_to_be_decided() -> None:
    assert count(Removal.kind == "replacement", Removal.state == "pending") == 1


def test_a_contact_has_an_invitation_that_still_works() -> None:
    [who] = db.session.scalars(select(OneTimeLink.person_id).where(OneTimeLink.expires_at > now()))
    assert count(Person.id == who, Person.password_hash.is_(None)) == 1
    assert count(Contact.person_id == who, Contact.ended_at.is_(None)) == 1
    assert count(Message.author_id == who) == 0


def test_pending_removals_are_due_in_time_to_come_one_of_them_soon() -> None:
    hours = edition_in_force().hours
    due = db.session.scalars(select(Removal.due_at).where(Removal.state == "pending")).all()
    left = sorted(business_minutes_between(now(), moment, hours) for moment in due)
    assert 0 < left[0] < 120 < left[-1]


@pytest.mark.parametrize("state", ["pending", "paid", "cancelled"])
def test_an_order_is_in_each_state(state: str) -> None:
    assert count(Order.state == state) >= 1


def test_the_queue_has_late_unclaimed_claimed_and_waiting_tickets() -> None:
    assert count(Ticket.state == "open", Ticket.reply_due_at < now()) >= 2
    assert count(Ticket.state == "open", Ticket.assignee_id.is_(None), Ticket.reply_due_at > now()) >= 3
    assert count(Ticket.state == "open", Ticket.assignee_id.is_not(None), Ticket.reply_due_at > now()) >= 2
    assert count(Ticket.state == "waiting") >= 2
    assert count(Ticket.state == "closed") >= 300


def test_the_queue_is_one_that_a_team_of_five_can_look_at() -> None:
    assert count(Ticket.state == "open") < 60


def test_the_agent_has_claimed_tickets_that_wait_for_an_answer() -> None:
    agent = db.session.scalars(select(Person.id).where(Person.email == "agent@demo.example")).one()
    assert count(Ticket.state == "open", Ticket.assignee_id == agent) >= 2


def test_the_contact_has_an_answer_to_read_and_a_question_that_is_open() -> None:
    contact = db.session.scalars(select(Person.id).where(Person.email == "contact@demo.example")).one()
    assert count(Ticket.state == "waiting", Ticket.opened_by_id == contact) >= 1
    assert count(Ticket.state == "open", Ticket.opened_by_id == contact) >= 1


def test_tickets_reach_back_two_years() -> None:
    first = db.session.scalar(select(func.min(Ticket.opened_at)))
    assert first is not None
    assert timedelta(days=640) < now() - first <= timedelta(days=731)


def test_tickets_came_by_each_channel_and_on_covered_and_uncovered_topics() -> None:
    assert set(db.session.scalars(select(Ticket.channel))) == {"page", "mail", "phone"}
    assert len(set(db.session.scalars(select(Ticket.topic)))) >= 12


def test_conversations_have_two_to_six_messages_from_both_sides() -> None:
    sizes = db.session.execute(
        select(Message.ticket_id, func.count(), func.count().filter(Message.from_staff))
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Ticket.state == "closed")
        .group_by(Message.ticket_id)
    ).all()
    assert {size for _, size, _ in sizes} <= {2, 3, 4, 5, 6}
    assert all(0 < staff < size for _, size, staff in sizes)


@pytest.mark.parametrize("state", ["confirmed", "done", "no_show", "cancelled"])
def test_a_live_session_is_in_each_state(state: str) -> None:
    assert count(Booking.state == state) >= 1


def test_a_cancelled_session_was_given_back_and_another_is_used_up() -> None:
    assert count(Booking.state == "cancelled", Booking.one_per_event, ~Booking.uses_entitlement) == 1
    assert count(Booking.state == "cancelled", Booking.uses_entitlement) == 1


def test_the_contact_can_book_one_entitlement_and_has_used_another() -> None:
    free, used = set(), set()
    for event in events_of("contact@demo.example"):
        entitled = {each.audience for each in entitlements(event.facts) if each.entitled and each.sessions}
        taken = db.session.scalars(
            select(Booking.audience).where(Booking.event_id == event.id, Booking.uses_entitlement)
        ).all()
        used |= entitled & set(taken)
        free |= {(event.id, audience) for audience in entitled - set(taken)}
    assert free
    assert used


def test_sessions_and_availability_reach_across_changes_of_the_clocks() -> None:
    today = now().date()
    last = clock_changes(today - timedelta(days=366), today)[-1]
    coming = clock_changes(today, today + timedelta(days=366))[0]
    assert count(Booking.starts_at < last) > 3
    assert count(Booking.starts_at > now()) >= 4
    assert count(Availability.starts_at > coming + timedelta(days=1)) > 10


@pytest.mark.parametrize("state", ["submitted", "published", "declined"])
def test_wishes_are_in_each_state(state: str) -> None:
    assert count(Wish.state == state) >= 3


def test_moderators_have_everything_to_do_with_wishes() -> None:
    for state in ("asked_back", "hidden", "merged"):
        assert count(Wish.state == state) >= 1, state
    assert count(Wish.locked_at.is_not(None), Wish.state == "published") >= 1
    assert {kind for (kind,) in db.session.execute(select(WishVersion.kind))} == {
        "original",
        "edited",
        "reworded",
    }
    assert count(WishVersion.state == "held") >= 1
    assert count(WishComment.state == "submitted") >= 2
    assert count(WishMerge.undone_at.is_(None)) == count(Wish.state == "merged")
    waits = WishReview.ended_at.is_(None)
    for kind in ("wish", "edit", "comment"):
        assert count(waits, WishReview.kind == kind) >= 1, kind
    assert count(waits, WishReview.kind == "wish") == count(Wish.state.in_(("submitted", "asked_back")))
    assert count(WishQuestion.closed_at.is_(None)) == count(Wish.state == "asked_back")


def test_wishes_come_with_pictures_cases_and_on_behalf() -> None:
    for image in db.session.scalars(select(WishImage)):
        with store().open(image.storage_name) as drawn:
            assert drawn.read(4) == b"RIFF"
    assert count(WishImage.alt != "") == 1
    assert count(WishComment.kind == "case", WishComment.state == "published") >= 3
    assert count(Wish.on_behalf) == 1
    assert count(Wish.workaround != "") >= 3
    assert count(TicketDraft.place == "wish") == 1


@pytest.mark.parametrize("decision", WishDecision)
def test_management_decided_on_wishes_in_each_way(decision: WishDecision) -> None:
    assert count(Wish.state == "published", Wish.decision == decision) >= 1


def test_planning_rounds_were_taken_evaluations_written_dates_shown_and_kept_and_a_choice_made() -> None:
    assert count(PlanningRound.id > 0) == 2
    assert count(PlanningLine.evaluations == 2) >= 5
    assert count(WishEvaluation.id > 0) >= 10
    assert {True, False} <= set(
        db.session.scalars(select(DecisionRecord.date_published).where(DecisionRecord.release != ""))
    )
    assert count(OrganisationStand.chosen.is_not(None)) >= 1


def test_declined_planned_and_done_wishes_are_answered() -> None:
    assert count(Wish.decision != "open", Wish.answer == "") == 0
    assert count(Wish.state == "declined", Wish.answer == "") == 0


def test_a_list_waits_for_the_organiser_with_every_kind_of_row() -> None:
    (kept,) = db.session.scalars(select(ContactImport)).all()
    organiser = db.session.scalars(select(Person).where(Person.id == kept.owner_id)).one()
    assert (organiser.email, kept.expires_at > now()) == ("organiser@demo.example", True)
    event = db.session.get_one(Event, kept.event_id)
    roster = roster_of(event, edition_in_force())
    plan = plan_for(kept.read, [place.contact for place in roster.places if place.contact], roster.limit)
    assert [each.standing for each in plan.judged] == ["new", "registered", "wrong", "new", "twice"]
    assert (len(plan.fitting), len(plan.waiting)) == (1, 1)
