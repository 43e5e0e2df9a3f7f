"""An event's contacts answer its attendees, and pass on what they cannot answer (WHO-2, WHO-6)."""

import pytest

from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.mail.models import OutboundMail
from portal.questions import queries, service
from portal.questions.escalating import escalate_question
from portal.questions.help_pages import change_help_page
from portal.questions.models import Question
from portal.tickets.models import Message, Ticket
from portal.tickets.queries import last_message_id
from tests.outbox import Outbox
from tests.people import Role, World, contact, grant, person
from tests.questions.scenes import (
    BODY,
    MIA,
    answered,
    as_stored,
    confirmed,
    count,
    history,
    removed,
)
from tests.tickets.scenes import replied

pytestmark = pytest.mark.usefixtures("outbox")

STRANGERS = ("organiser", "outsider", "outside_contact", "agent", "moderator", "manager", "admin", "nobody")


def escalated(world: World, question: Question, **changes: object) -> Ticket:
    values = {"topic": "how_to", "note": "", "share_address": False, "form_key": "k"}
    return escalate_question(world.actor("contact"), question.id, **values | changes)  # type: ignore[arg-type]


def test_an_answer_is_mailed_under_the_teams_name_without_the_contacts_address(
    world: World, outbox: Outbox
) -> None:
    question, _ = confirmed(world)
    outbox.all()
    turn = answered(world, question)
    (mail,) = outbox.all()
    assert (mail.address, mail.subject, mail.sender_name) == (
        MIA,
        "Answer from Congress team",
        "Congress team",
    )
    assert "Open your profile" in mail.body_text
    sent = mail.body_text + mail.body_html
    assert world.contact.email not in sent
    assert world.contact.name not in sent
    assert (turn.author_id, turn.shown_as) == (world.contact.id, "Congress team")
    assert as_stored(question).state == "answered"
    assert history()[-1] == ("question.answered", "answered")


def test_a_contact_chooses_the_name_that_the_attendee_sees(world: World) -> None:
    question, _ = confirmed(world)
    change_help_page(world.actor("contact"), world.congress.id, is_open=True, team_name="The desk", intro="")
    assert answered(world, question).shown_as == "The desk"
    assert answered(world, question, shown_as="Ann at the desk").shown_as == "Ann at the desk"
    with pytest.raises(Invalid) as refused:
        answered(world, question, shown_as="<b>Ann</b>")
    assert list(refused.value.fields) == ["shown_as"]


def test_a_form_sent_twice_is_one_answer_and_one_mail(world: World, outbox: Outbox) -> None:
    question, _ = confirmed(world)
    outbox.all()
    first, second = (answered(world, question, form_key="k", seen=0) for _ in range(2))
    assert first.id == second.id
    assert len(outbox.all()) == 1


def test_who_was_overtaken_is_told_before_a_second_answer_goes_out(world: World, outbox: Outbox) -> None:
    question, _ = confirmed(world)
    answered(world, question, who="other_contact", seen=0)
    outbox.all()
    with pytest.raises(Invalid) as refused:
        answered(world, question, seen=0)
    assert list(refused.value.fields) == ["seen"]
    assert outbox.all() == []


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_but_a_contact_of_the_event_knows_of_a_question(world: World, who: str) -> None:
    question, _ = confirmed(world)
    actor = world.actor(who)
    assert queries.question_scope(actor, question.id) is None
    assert queries.event_questions(actor, world.congress.id, None, None).items == []
    assert queries.open_questions(actor, world.congress.id) is None
    for attempt in (
        lambda: answered(world, question, who=who),
        lambda: service.close_question(actor, question.id, seen=0),
        lambda: escalate_question(
            actor, question.id, topic="how_to", note="", share_address=True, form_key="k"
        ),
    ):
        with pytest.raises((NotFound, Forbidden)):
            attempt()
    assert as_stored(question).state == "open"


def test_an_unconfirmed_question_is_unknown_to_contacts_too(world: World) -> None:
    from tests.questions.scenes import asked

    question = asked(world)
    assert queries.question_scope(world.actor("contact"), question.id) is None


def test_a_removed_contact_loses_all_of_it_at_once(world: World) -> None:
    question, _ = confirmed(world)
    stale = world.actor("contact")
    removed(world, "contact")
    assert queries.question_scope(world.actor("contact"), question.id) is None
    with pytest.raises(NotFound):
        service.answer_question(stale, question.id, body="Late.", form_key="k", seen=0)
    assert count(OutboundMail, OutboundMail.cause.startswith("question-answer:")) == 0


def test_staff_who_is_a_contact_as_well_sees_only_the_events_they_are_one_of(world: World) -> None:
    question, _ = confirmed(world)
    both = person("Both Hats")
    grant(both, Role.AGENT)
    contact(world.fair, both)
    db.session.commit()
    world.nobody = both
    assert queries.question_scope(world.actor("nobody"), question.id) is None


def test_closing_tells_the_attendee_once_and_meets_a_conflict_twice(world: World, outbox: Outbox) -> None:
    question, _ = confirmed(world)
    turn = answered(world, question)
    outbox.all()
    service.close_question(world.actor("contact"), question.id, seen=turn.id)
    assert outbox.subjects() == [f"Your question is closed -> {MIA}"]
    assert as_stored(question).closed_by == "contact"
    with pytest.raises(Conflict):
        service.close_question(world.actor("other_contact"), question.id, seen=turn.id)


def test_a_question_is_not_closed_over_something_unread(world: World) -> None:
    question, _ = confirmed(world)
    answered(world, question)
    with pytest.raises(Conflict):
        service.close_question(world.actor("other_contact"), question.id, seen=0)


def test_passing_on_makes_a_ticket_with_the_whole_conversation_but_not_the_attendee(
    world: World, outbox: Outbox
) -> None:
    question, _ = confirmed(world, body=f"{BODY}\nWrite to {MIA.upper()}")
    answered(world, question, body="Which badge, mia@attendees.example?")
    outbox.all()
    ticket = escalated(world, question, note="Seen twice today.")
    (message,) = db.session.scalars(db.select(Message).where(Message.ticket_id == ticket.id))
    assert message.body.startswith("Seen twice today.")
    assert "> My badge shows the old name" in message.body
    assert "> Which badge, (address left out)?" in message.body
    told = ticket.subject + message.body + "".join(mail.body_text + mail.subject for mail in outbox.all())
    assert MIA not in told.lower()
    assert "Mia" not in told
    assert (ticket.opened_by_id, ticket.state) == (world.contact.id, "open")
    assert ticket.reply_due_at
    assert queries.shared_address(ticket) is None
    entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "question.escalated")).one()
    assert entry.after == {"ticket": ticket.id, "shares_address": False}


def test_the_address_goes_along_where_the_contact_says_so(world: World) -> None:
    question, _ = confirmed(world)
    ticket = escalated(world, question, share_address=True)
    assert queries.shared_address(ticket) == ("Mia Park", MIA)


def test_a_question_is_passed_on_once(world: World) -> None:
    question, _ = confirmed(world)
    ticket = escalated(world, question)
    assert escalated(world, question).id == ticket.id
    with pytest.raises(Conflict) as refused:
        escalated(world, question, form_key="another")
    assert [link.endpoint for link in refused.value.links] == ["tickets.show"]
    assert count(Ticket) == 1


def test_a_topic_that_is_none_is_refused_and_nothing_is_passed_on(world: World) -> None:
    question, _ = confirmed(world)
    with pytest.raises(Invalid):
        escalated(world, question, topic="gossip")
    assert as_stored(question).ticket_id is None
    assert count(Ticket) == 0


def test_supports_answer_goes_to_the_contact_who_passes_it_on(world: World, outbox: Outbox) -> None:
    question, _ = confirmed(world)
    ticket = escalated(world, question)
    outbox.all()
    reply = replied(world, ticket, "agent", "Use the badge designer.")
    assert MIA not in [mail.address for mail in outbox.all()]
    actor, question = world.actor("contact"), queries.question_for(world.actor("contact"), question.id)
    waiting = queries.answer_of_support(actor, question, queries.turns_of(question))
    assert waiting is not None
    assert waiting.id == reply.id
    turn = answered(world, question, body=waiting.body, passed_on_id=waiting.id)
    (mail,) = outbox.all()
    assert (mail.address, turn.shown_as) == (MIA, "Congress team")
    assert world.agent.name not in mail.body_text + mail.body_html
    question = queries.question_for(actor, question.id)
    assert queries.answer_of_support(actor, question, queries.turns_of(question)) is None


def test_a_note_among_support_is_never_offered_to_pass_on(world: World) -> None:
    question, _ = confirmed(world)
    ticket = escalated(world, question)
    db.session.add(
        Message(ticket_id=ticket.id, author_id=world.agent.id, from_staff=True, internal=True, body="Hm.")
    )
    db.session.commit()
    actor, question = world.actor("contact"), queries.question_for(world.actor("contact"), question.id)
    assert queries.answer_of_support(actor, question, []) is None
    with pytest.raises(NotFound):
        answered(world, question, passed_on_id=last_message_id(world.actor("agent"), ticket))


def test_a_message_of_another_ticket_cannot_be_passed_on(world: World) -> None:
    question, _ = confirmed(world)
    other, _ = confirmed(world, body="Where is the cloakroom?")
    escalated(world, question)
    reply = replied(world, escalated(world, other, form_key="o"), "agent", "Nearby.")
    with pytest.raises(NotFound):
        answered(world, question, passed_on_id=reply.id)
