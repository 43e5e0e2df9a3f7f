"""One of everything that an address can name, for each of two customers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import Range

from portal.accounts.actor import SYSTEM
from portal.accounts.models import Person, Session
from portal.accounts.tokens import digest
from portal.after_hours.models import Window
from portal.articles.models import Article, Category, Version
from portal.audiences.models import AudienceMember
from portal.bookings.models import Availability, Booking
from portal.bookings.models_commitments import Commitment, SlotHold, Waiting
from portal.bookings.models_hosts import HostDay, HostHours, HostProfile
from portal.busy_calendars.models import BusyCalendar
from portal.clock import now
from portal.db import db
from portal.documents.issue import issue_invoice
from portal.duty.models import Absence, DutyException
from portal.editions.models import PolicyDraft
from portal.events.models import Event
from portal.inbound.models import InboundMail
from portal.orders.models import Order, OrderLine
from portal.payments.models import Payment
from portal.policy.edition import FIRST_EDITION, parts_of
from portal.questions.models import PublishedAnswer, Question
from portal.quotes.models import Quote, QuoteVersion
from portal.recordings.models import SessionMaterial
from portal.roster.imports.models import ContactImport
from portal.roster.imports.sheet import Sheet, SheetRow, as_json
from portal.roster.models import Contact, Removal
from portal.tickets.models import Attachment, Message, Ticket
from portal.tickets.models_distribution import SavedFilter
from portal.tickets.models_work import CannedReply
from portal.usage.models import UsageNotice
from portal.wishlist.models import Wish
from portal.wishlist.models_decisions import PlanningLine, PlanningRound
from portal.wishlist.models_images import WishImage
from portal.wishlist.models_moderation import WishComment
from tests.people import World


@dataclass(frozen=True)
class Belongings:
    """The values that stand for each parameter of an address; all belong to one customer."""

    values: dict[str, Any]


def _entry(world: World, day: int) -> int:
    """An entry of the agent's own calendar."""
    begins = now() + timedelta(days=day, hours=6)
    entry = Commitment(
        host_id=world.agent.id,
        kind="entry",
        title="Course",
        during=Range(begins, begins + timedelta(hours=1)),
    )
    db.session.add(entry)
    db.session.flush()
    return entry.id


def belongings(world: World, event: Event, organiser: Person, contact: Person, day: int) -> Belongings:
    """Write one of everything at `event`; `day` keeps the sessions of two customers apart."""
    registered = db.session.scalars(
        db.select(Contact).where(Contact.event_id == event.id).order_by(Contact.id)
    ).first()
    assert registered is not None
    removal = Removal(
        event_id=event.id, contact_id=registered.id, requested_by_id=organiser.id,
        due_at=now() + timedelta(days=2), policy_edition=1,
    )  # fmt: skip
    ticket = Ticket(
        event_id=event.id, subject="A question", topic="problem", opened_by_id=contact.id,
        awaiting_since=now(), reply_due_at=now() + timedelta(days=1), policy_edition=1,
    )  # fmt: skip
    order = Order(
        organisation_id=event.organisation_id, event_id=event.id, total_cents=50_000, placed_by_id=organiser.id,
        policy_edition=1,
        lines=[OrderLine(item="extra_contact", description="Contact", quantity=1, unit_cents=50_000, total_cents=50_000, rule="WHO-4")],
    )  # fmt: skip
    wish = Wish(
        title="A wish", problem="A problem", author_id=contact.id, organisation_id=event.organisation_id,
        state="published", published_at=now(),
    )  # fmt: skip
    session = Session(
        token_hash=digest(f"{event.id}"), person_id=contact.id, expires_at=now() + timedelta(days=1)
    )
    listed = ContactImport(
        event_id=event.id, owner_id=organiser.id, source="list.csv",
        sheet=as_json(Sheet("Line", (SheetRow(2, "Ada", "ada@people.example"),))),
    )  # fmt: skip
    db.session.add_all([listed, removal, ticket, order, wish, session])
    db.session.flush()
    message = Message(ticket_id=ticket.id, author_id=contact.id, from_staff=False, body="How?")
    db.session.add(message)
    db.session.flush()
    attachment = Attachment(
        message_id=message.id,
        name="a.txt",
        media_type="text/plain",
        size=1,
        sha256="0" * 64,
        storage_name=f"gone-{event.id}",
    )
    db.session.add(attachment)
    document = issue_invoice(SYSTEM, order)
    payment = Payment(
        order_id=order.id, provider="stripe", state="open", amount_cents=50_000, reference=f"cs_{event.id}",
        address="https://pay.example/1",
    )  # fmt: skip
    db.session.add(payment)
    notice = UsageNotice(
        event_id=event.id, words="Much", figures={}, sent_by_id=world.agent.id, policy_edition=1
    )
    db.session.add(notice)
    quote = Quote(
        organisation_id=event.organisation_id, event_id=event.id, subject="on_site", title="Help at the venue",
        asked_for="Two days", asked_by_id=contact.id, state="sent", current=1, ends_at=now() + timedelta(days=9),
        policy_edition=1,
    )  # fmt: skip
    db.session.add(quote)
    db.session.flush()
    db.session.add(
        QuoteVersion(
            quote_id=quote.id, number=1, lines=[], net_cents=0, total_cents=0, drafted_by_id=world.agent.id,
            sent_by_id=world.manager.id, sent_at=now(), last_day=now().date() + timedelta(days=8),
        )
    )  # fmt: skip
    db.session.flush()
    comment = WishComment(wish_id=wish.id, body="For us as well.", author_id=contact.id)
    db.session.add(comment)
    db.session.flush()
    reply = CannedReply(title=f"A reply {event.id}", body="Hello {customer}", changed_by_id=world.agent.id)
    db.session.add(reply)
    article = _article(world, event)
    availability, booking = _live_session(world, event, contact, day)
    question, answer = _help(event, contact)
    db.session.commit()
    return Belongings(
        {
            "mail_id": _mail(event), "question_id": question.id, "answer_id": answer.id, "slug": event.slug,
            "event_id": event.id, "import_id": listed.id, "contact_id": registered.id, "removal_id": removal.id, "ticket_id": ticket.id,
            "attachment_id": attachment.id, "order_id": order.id, "quote_id": quote.id, "notice_id": notice.id, "wish_id": wish.id, "round_id": _round(world, wish), "comment_id": comment.id, "session_id": session.id,
            "availability_id": availability.id, "entry_id": _entry(world, day), "booking_id": booking.id, "person_id": contact.id,
            "article_id": article.id, "category_id": article.category_id,
            **_around(booking, contact),
            "filter_id": _saved_filter(world.agent if event is world.congress else world.manager),
            "colleague_id": world.agent.id, **_rota(world, day), **_hosting(world, day),
            "organisation_id": event.organisation_id, "document_id": document.id, "payment_id": payment.id, "grant_id": registered.grant_id,
            "image_id": _picture(wish), "reply_id": reply.id, "draft_id": _draft(world), "taker_id": world.agent.id,
            **_waits(world, event, contact, day),
            "window_id": _window(event, contact, order.id, day),
        }
    )  # fmt: skip


def _waits(world: World, event: Event, contact: Person, day: int) -> dict[str, int]:
    """A time that is kept for a contact while they book, and a place in a waiting list."""
    start = now() + timedelta(days=day)
    hold = SlotHold(
        event_id=event.id, kind="contact_training", host_id=world.manager.id, starts_at=start,
        ends_at=start + timedelta(hours=1), busy=Range(start, start + timedelta(hours=1)), held_by_id=contact.id,
        expires_at=now() + timedelta(minutes=10),
    )  # fmt: skip
    place = Waiting(event_id=event.id, kind="live_assistance", person_id=contact.id)
    db.session.add_all([hold, place])
    db.session.commit()
    return {"hold_id": hold.id, "waiting_id": place.id}


def _window(event: Event, contact: Person, order_id: int, day: int) -> int:
    starts = now() + timedelta(days=day)
    window = Window(
        organisation_id=event.organisation_id, event_id=event.id, channel="email", starts_at=starts,
        ends_at=starts + timedelta(hours=1), hold_by=starts, reply_minutes=30, state="offered", asked_by_id=contact.id,
        order_id=order_id, policy_edition=1,
    )  # fmt: skip
    db.session.add(window)
    db.session.commit()
    return window.id


def _round(world: World, wish: Wish) -> int:
    """A planning round with a line of a wish."""
    taken = PlanningRound(
        release=f"Release {wish.id}", method="wilson-95-fpc", customers=2, taken_by_id=world.manager.id,
        policy_edition=1, form_key=f"round-{wish.id}",
    )  # fmt: skip
    db.session.add(taken)
    db.session.flush()
    line = PlanningLine(
        round_id=taken.id, wish_id=wish.id, rank=1, title=wish.title, decision="open", useful=0, neutral=0, against=0,
        concerned=2, score=0.0, evaluations=0,
    )  # fmt: skip
    db.session.add(line)
    db.session.commit()
    return taken.id


def _around(booking: Booking, contact: Person) -> dict[str, int]:
    """Somebody in the audience of a session, and a material of it."""
    member = AudienceMember(
        booking_id=booking.id, name="Mia Park", email="mia@attendees.example", added_by_id=contact.id
    )
    material = SessionMaterial(
        booking_id=booking.id, title="Slides", link="https://slides.example/1", added_by_id=contact.id,
        form_key=f"material-{booking.id}",
    )  # fmt: skip
    db.session.add_all([member, material])
    db.session.commit()
    return {"audience_id": booking.id, "member_id": member.id, "material_id": material.id}


def _picture(wish: Wish) -> int:
    image = WishImage(wish_id=wish.id, alt="A badge", storage_name=f"gone-{wish.id}", width=1, height=1)
    db.session.add(image)
    db.session.commit()
    return image.id


def _mail(event: Event) -> int:
    mail = InboundMail(
        door="smtp", envelope_from="a@b.example", envelope_to=[], storage_name=f"gone-mail-{event.id}", size=1,
        sha256=f"{event.id}", received_on=now().date(), state="quarantined", reason="stranger",
    )  # fmt: skip
    db.session.add(mail)
    db.session.commit()
    return mail.id


def _article(world: World, event: Event) -> Article:
    shelf = Category(name=f"Shelf {event.id}", position=event.id)
    db.session.add(shelf)
    db.session.flush()
    article = Article(
        category_id=shelf.id, audience="everyone", state="published", title="An article", body="Text.", published_at=now()
    )  # fmt: skip
    db.session.add(article)
    db.session.flush()
    first = {
        "number": 1,
        "title": "An article",
        "body": "Text.",
        "reason": "First",
        "author_id": world.agent.id,
    }
    db.session.add(Version(article_id=article.id, **first))
    return article


def _draft(world: World) -> int:
    draft = PolicyDraft(
        based_on=1, parameters=parts_of(FIRST_EDITION), begun_by_id=world.manager.id, changed_by_id=world.manager.id
    )  # fmt: skip
    db.session.add(draft)
    db.session.commit()
    return draft.id


def _saved_filter(owner: Person) -> int:
    saved = SavedFilter(person_id=owner.id, name="A view", wanted={"view": "open"})
    db.session.add(saved)
    db.session.commit()
    return saved.id


def _rota(world: World, day: int) -> dict[str, int]:
    """A day with other hours, and an absence; both of the agent's."""
    # Long after the session, since nobody is in two places.
    today, moment = now().date() + timedelta(days=day), now() + timedelta(days=90 + day)
    other = DutyException(person_id=world.agent.id, day=today)
    away = Absence(person_id=world.agent.id, during=Range(moment, moment + timedelta(days=1)))
    db.session.add_all([other, away])
    db.session.commit()
    return {"exception_id": other.id, "absence_id": away.id}


def _hosting(world: World, day: int) -> dict[str, int]:
    """Hours, a date and a calendar of the agent as a host."""
    date = now().date() + timedelta(days=day)
    if db.session.get(HostProfile, world.agent.id) is None:
        db.session.add(HostProfile(host_id=world.agent.id, zone="Europe/Vienna"))
    hours = HostHours(
        host_id=world.agent.id, weekday=date.weekday(), opens=540, closes=720, first_day=date, last_day=date
    )
    other = HostDay(host_id=world.agent.id, day=date)
    calendar = BusyCalendar(host_id=world.agent.id, name="Work", address=f"https://calendar.example/{day}")
    db.session.add_all([hours, other, calendar])
    db.session.commit()
    return {
        "host_id": world.agent.id, "hours_id": hours.id, "day_id": other.id, "busy_calendar_id": calendar.id,
    }  # fmt: skip


def _help(event: Event, contact: Person) -> tuple[Question, PublishedAnswer]:
    question = Question(
        event_id=event.id, state="open", name="Mia Park", email="mia@attendees.example", body="How?",
        confirmed_at=now(), form_key=f"help:{event.id}",
    )  # fmt: skip
    answer = PublishedAnswer(
        event_id=event.id, asked="How?", answer="So.", published_by_id=contact.id, form_key=f"{event.id}"
    )
    db.session.add_all([question, answer])
    db.session.flush()
    return question, answer


def _live_session(world: World, event: Event, contact: Person, day: int) -> tuple[Availability, Booking]:
    start = (now() + timedelta(days=day)).replace(minute=0, second=0, microsecond=0)
    window = Availability(host_id=world.agent.id, starts_at=start, ends_at=start + timedelta(hours=4))
    session = Booking(
        event_id=event.id, audience="contacts", host_id=world.agent.id, starts_at=start + timedelta(hours=1),
        ends_at=start + timedelta(hours=2), one_per_event=False, uses_entitlement=False, booked_by_id=contact.id,
        busy=Range(start + timedelta(minutes=50), start + timedelta(hours=2, minutes=15)), policy_edition=1,
    )  # fmt: skip
    db.session.add_all([window, session])
    db.session.flush()
    return window, session
