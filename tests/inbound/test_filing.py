"""A mail becomes a turn of a ticket only where its sender may write at that moment (WHO-1, WHO-6)."""

from functools import partial

import pytest
from sqlalchemy import func, select

from portal.accounts.grants import end_grant
from portal.accounts.models import Grant
from portal.db import db, in_transaction
from portal.inbound import reasons
from portal.inbound.filing import file_mail
from portal.inbound.models import InboundMail
from portal.inbound.sandbox import read_mail
from portal.mail.addresses import reply_address
from portal.mail.models import OutboundMail
from portal.tickets.models import Attachment, Message, Ticket
from tests.inbound.letters import brought, filed, letter, stored
from tests.people import contact
from tests.tickets.scenes import asked, png, replied

pytestmark = pytest.mark.usefixtures("takes_mail")


def turns(ticket_id):
    db.session.rollback()
    found = select(Message).where(Message.ticket_id == ticket_id).order_by(Message.id)
    return list(db.session.scalars(found))


def mailed_to(person, outbox):
    return [mail for mail in outbox.all() if mail.person_id == person.id]


def test_a_contact_of_one_event_opens_a_ticket_by_mail(world, outbox):
    mail = filed(letter(world.contact.email, "How do I print them?", subject="Re: Badges"))
    assert (mail.state, mail.recognised_by) == ("filed", "sender")
    ticket = db.session.get_one(Ticket, mail.ticket_id)
    assert (ticket.subject, ticket.channel, ticket.event_id) == ("Badges", "mail", world.congress.id)
    assert ticket.opened_by_id == world.contact.id
    [turn] = turns(ticket.id)
    assert (turn.body, turn.channel) == ("How do I print them?", "mail")
    [receipt] = [one for one in outbox.all() if one.person_id == world.contact.id]
    assert receipt.subject == f"[#{ticket.id}] Badges"
    assert receipt.headers["In-Reply-To"] == mail.message_id
    assert "Expect a reply by" in receipt.body_text


def test_a_reply_to_the_signed_address_is_a_turn(world, outbox):
    ticket = asked(world)
    replied(world, ticket, "agent", "Which printer?")
    mail = filed(
        letter(world.contact.email, "The one at the entrance."), to=reply_address(ticket.id, world.contact.id)
    )
    assert (mail.state, mail.recognised_by, mail.ticket_id) == ("filed", "token", ticket.id)
    assert turns(ticket.id)[-1].body == "The one at the entrance."
    assert db.session.get_one(Ticket, ticket.id).state == "open"


def test_a_reply_is_known_by_the_mail_that_it_answers(world, outbox):
    ticket = asked(world)
    [receipt] = mailed_to(world.contact, outbox)
    mail = filed(letter(world.contact.email, "One more thing.", In_Reply_To=receipt.message_id))
    assert (mail.state, mail.recognised_by, mail.ticket_id) == ("filed", "thread", ticket.id)


def test_a_later_mail_is_known_by_the_customers_own_first_one(world, outbox):
    first = filed(letter(world.contact.email))
    second = filed(letter(world.contact.email, "And this.", In_Reply_To=first.message_id))
    assert (second.recognised_by, second.ticket_id) == ("thread", first.ticket_id)


def test_the_number_in_a_subject_is_enough_for_who_may_write_there(world, outbox):
    contact(world.workshop, world.contact)
    db.session.commit()
    ticket = asked(world)
    mail = filed(letter(world.contact.email, subject=f"Re: [#{ticket.id}] Badges in two columns"))
    assert (mail.state, mail.recognised_by, mail.ticket_id) == ("filed", "subject", ticket.id)


def test_a_number_tells_nothing_of_who_may_not_write_there(world, outbox):
    ticket = asked(world)
    mail = filed(letter(world.outside_contact.email, subject=f"[#{ticket.id}] Hello"))
    assert (mail.state, mail.recognised_by) == ("filed", "sender")
    assert mail.ticket_id != ticket.id


@pytest.mark.parametrize("way", ["token", "thread"])
def test_who_was_removed_is_held_from_that_moment(world, outbox, way):
    ticket = asked(world)
    [receipt] = mailed_to(world.contact, outbox)
    grant = db.session.scalar(select(Grant.id).where(Grant.person_id == world.contact.id))
    in_transaction(lambda: end_grant(grant))
    to = reply_address(ticket.id, world.contact.id) if way == "token" else "support@conf.example"
    headers = {"In_Reply_To": receipt.message_id} if way == "thread" else {}
    mail = filed(letter(world.contact.email, "Still me.", **headers), to=to)
    assert (mail.state, mail.reason) == ("quarantined", reasons.LEFT)
    assert len(turns(ticket.id)) == 1


@pytest.mark.parametrize("way", ["token", "thread"])
def test_another_customers_ticket_cannot_be_written_on(world, outbox, way):
    ticket = asked(world)
    [receipt] = mailed_to(world.contact, outbox)
    to = reply_address(ticket.id, world.contact.id) if way == "token" else "support@conf.example"
    headers = {"References": f"<x@y.example> {receipt.message_id}"} if way == "thread" else {}
    mail = filed(letter(world.outside_contact.email, "Let me in.", **headers), to=to)
    assert (mail.state, mail.reason) == ("quarantined", reasons.NOT_THEIRS)
    assert len(turns(ticket.id)) == 1


def test_a_colleague_of_the_same_event_may_answer_a_forwarded_mail(world, outbox):
    ticket = asked(world)
    mail = filed(letter(world.other_contact.email, "I know."), to=reply_address(ticket.id, world.contact.id))
    assert mail.state == "filed"
    assert turns(ticket.id)[-1].author_id == world.other_contact.id


def test_a_changed_address_is_not_ours(world, outbox):
    ticket = asked(world)
    address = reply_address(ticket.id, world.contact.id)
    changed = address.replace("+o", "+p", 1)
    mail = filed(letter(world.other_contact.email), to=changed)
    assert mail.recognised_by != "token"
    assert len(turns(ticket.id)) == 1


def test_an_address_is_read_however_its_letters_are_written(world, outbox):
    ticket = asked(world)
    mail = filed(letter(world.contact.email), to=reply_address(ticket.id, world.contact.id).upper())
    assert (mail.recognised_by, mail.ticket_id) == ("token", ticket.id)


def test_a_strangers_mail_waits_and_is_answered_once_a_day(world, outbox):
    first = filed(letter("Ann Stranger <ann@elsewhere.example>", "Let me in."))
    second = filed(letter("ann@elsewhere.example", "Hello?"))
    assert [(mail.state, mail.reason) for mail in (first, second)] == [("quarantined", reasons.STRANGER)] * 2
    [answer] = outbox.all()
    assert (answer.address, answer.answers_id) == ("ann@elsewhere.example", first.id)
    assert answer.headers["Auto-Submitted"] == "auto-replied"
    assert "Let me in" not in answer.body_text


@pytest.mark.parametrize("envelope", ["", "somebody@else.example"])
def test_nobody_is_answered_whom_the_envelope_does_not_name(world, outbox, envelope):
    mail = filed(letter("ann@elsewhere.example"), sender=envelope)
    assert mail.state in ("quarantined", "ignored")
    assert outbox.all() == []


def test_a_strangers_answer_goes_out_from_nobody(world, outbox, run_jobs, mail_server):
    filed(letter("ann@elsewhere.example"))
    [answer] = [mail for mail in run_jobs() if mail["To"] == "ann@elsewhere.example"]
    assert answer["Auto-Submitted"] == "auto-replied"
    assert "<>" in mail_server.envelopes


def test_a_contact_of_several_events_is_asked_which(world, outbox):
    contact(world.workshop, world.contact)
    db.session.commit()
    mail = filed(letter(world.contact.email))
    assert (mail.state, mail.reason) == ("quarantined", reasons.WHICH_EVENT)
    [question] = outbox.all()
    assert f"support+{world.workshop.slug}@conf.example" in question.body_text


def test_an_events_own_address_says_which(world, outbox):
    contact(world.workshop, world.contact)
    db.session.commit()
    mail = filed(letter(world.contact.email), to=f"support+{world.workshop.slug}@conf.example")
    assert (mail.state, mail.recognised_by) == ("filed", "address")
    assert db.session.get_one(Ticket, mail.ticket_id).event_id == world.workshop.id


def test_another_customers_event_address_opens_nothing(world, outbox):
    mail = filed(letter(world.contact.email), to=f"support+{world.fair.slug}@conf.example")
    assert (mail.state, mail.reason) == ("quarantined", reasons.NOT_THEIRS)


def test_an_organiser_who_is_no_contact_waits(world, outbox):
    mail = filed(letter(world.organiser.email))
    assert (mail.state, mail.reason) == ("quarantined", reasons.NO_EVENT)


def test_support_answers_by_mail(world, outbox, run_jobs):
    ticket = asked(world)
    run_jobs()
    mail = filed(
        letter(world.agent.email, "In the menu under Print."), to=reply_address(ticket.id, world.agent.id)
    )
    assert mail.state == "filed"
    turn = turns(ticket.id)[-1]
    assert (turn.from_staff, turn.body) == (True, "In the menu under Print.")
    assert db.session.get_one(Ticket, ticket.id).state == "waiting"


def test_a_colleagues_name_alone_does_not_speak_for_support(world, outbox):
    ticket = asked(world)
    question = mailed_to(world.agent, outbox)[0]
    by_thread = filed(letter(world.agent.email, "Pay here.", In_Reply_To=question.message_id))
    by_other = filed(letter(world.agent.email, "Or here."), to=reply_address(ticket.id, world.contact.id))
    assert {(mail.state, mail.reason) for mail in (by_thread, by_other)} == {("quarantined", reasons.STAFF)}
    assert len(turns(ticket.id)) == 1


def test_an_answer_that_was_overtaken_waits_with_its_words(world, outbox, run_jobs):
    ticket = asked(world)
    run_jobs()
    replied(world, ticket, "contact", "Never mind the badges.")
    mail = filed(
        letter(world.agent.email, "About the badges: ..."), to=reply_address(ticket.id, world.agent.id)
    )
    assert (mail.state, mail.reason, mail.body) == ("quarantined", reasons.OVERTAKEN, "About the badges: ...")
    assert any("was not sent" in one.subject for one in mailed_to(world.agent, outbox))


def test_a_late_reply_goes_where_its_ticket_was_merged(world, outbox):
    ticket, kept = asked(world), asked(world, subject="The same again")
    address = reply_address(ticket.id, world.contact.id)
    gone = db.session.get_one(Ticket, ticket.id)
    gone.state, gone.reply_due_at, gone.awaiting_since = "closed", None, None
    gone.closed_at, gone.merged_into_id = gone.opened_at, kept.id
    db.session.commit()
    mail = filed(letter(world.contact.email, "Late."), to=address)
    assert (mail.state, mail.ticket_id) == ("filed", kept.id)


def test_files_are_attached_and_what_is_not_taken_is_told(world, outbox):
    files = {"screen.png": png(), "setup.exe": b"MZ\x90\x00"}
    mail = filed(letter(world.contact.email, "See the picture.", files=files))
    [turn] = turns(mail.ticket_id)
    names = db.session.scalars(select(Attachment.name).where(Attachment.message_id == turn.id))
    assert list(names) == ["screen.png"]
    assert "setup.exe" in turn.remarks
    question = mailed_to(world.agent, outbox)[0]
    assert "setup.exe" in question.body_text


def test_the_same_bytes_again_are_the_same_mail(world, outbox):
    raw = letter(world.contact.email)
    assert brought(raw) == brought(raw)


def test_a_copy_that_came_another_way_is_a_duplicate(world, outbox):
    raw = letter(world.contact.email)
    first, second = filed(raw), filed(b"Received: from elsewhere.example\r\n" + raw)
    assert (first.state, second.state, second.reason) == ("filed", "ignored", reasons.DUPLICATE)
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_a_mail_program_that_repeats_its_message_ids_loses_nothing(world, outbox):
    mails = [
        filed(letter(world.contact.email, text, Message_ID="<always@home.example>"))
        for text in ("One.", "Two.")
    ]
    assert [mail.state for mail in mails] == ["filed", "filed"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, reasons.AUTO_REPLY),
        ({"Precedence": "auto_reply"}, reasons.AUTO_REPLY),
        ({"subject": "Out of office: Badges"}, reasons.AUTO_REPLY),
    ],
)
def test_what_a_machine_answers_is_recorded_and_no_more(world, outbox, headers, reason):
    ticket = asked(world)
    outbox.all()
    mail = filed(letter(world.contact.email, **headers), to=reply_address(ticket.id, world.contact.id))
    assert (mail.state, mail.reason) == ("ignored", reason)
    assert len(turns(ticket.id)) == 1
    assert outbox.all() == []


def test_our_own_mail_that_comes_back_is_recorded_and_no_more(world, outbox):
    asked(world)
    [receipt] = mailed_to(world.contact, outbox)
    back = filed(letter(world.contact.email, Message_ID=receipt.message_id))
    self_sent = filed(letter("support@conf.example"))
    assert [(mail.state, mail.reason) for mail in (back, self_sent)] == [("ignored", reasons.OWN)] * 2


def test_a_storm_is_held_after_what_people_write(world, outbox):
    ticket = asked(world)
    address = reply_address(ticket.id, world.contact.id)
    states = [filed(letter(world.contact.email, f"{number}"), to=address).state for number in range(12)]
    assert states == ["filed"] * 10 + ["quarantined"] * 2
    assert len(turns(ticket.id)) == 11


def test_a_mailing_list_opens_no_ticket(world, outbox):
    mail = filed(letter(world.contact.email, List_Id="<all.home.example>"))
    assert (mail.state, mail.reason) == ("quarantined", reasons.LIST)
    assert outbox.all() == []


def test_what_our_mail_server_calls_false_is_held(app, world, outbox):
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"inbound_judge": "mx.conf.example"})
    verdict = (
        b"Authentication-Results: mx.conf.example; spf=pass;\r\n dmarc=%s header.from=people.example\r\n"
    )
    sound, false, planted = (
        filed(head + letter(world.contact.email, text))
        for head, text in (
            (verdict % b"pass", "One."),
            (verdict % b"fail", "Two."),
            (verdict % b"pass" + verdict % b"fail", "Three."),
        )
    )
    assert [mail.state for mail in (sound, false, planted)] == ["filed", "quarantined", "filed"]
    assert false.reason == reasons.FORGED


def test_a_mail_that_cannot_be_read_waits(world, outbox, monkeypatch):
    monkeypatch.setattr("portal.inbound.filing.read_mail", partial(read_mail, seconds=0.01))
    mail = filed(letter(world.contact.email))
    assert (mail.state, mail.reason) == ("quarantined", reasons.UNREADABLE)
    assert mail.notes
    assert outbox.all() == []


@pytest.mark.parametrize(
    "step",
    [
        "portal.inbound.filing.read_mail", "portal.inbound.filing.judged", "portal.inbound.filing.take",
        "portal.inbound.filing.mark_filed", "portal.tickets.service.letters.tell_support",
        "portal.tickets.service.record", "portal.mail.post.enqueue",
    ],
)  # fmt: skip
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(world, outbox, monkeypatch, step):
    mail_id = brought(letter(world.contact.email, "Only once.", files={"a.png": png()}))

    class Killed(BaseException):
        pass

    def die(*_args, **_options):
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(step, die)
        with pytest.raises(Killed):
            file_mail(mail_id)
    assert stored(mail_id).state == "received"
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 0
    file_mail(mail_id)
    file_mail(mail_id)
    mail = stored(mail_id)
    assert (mail.state, len(turns(mail.ticket_id))) == ("filed", 1)
    assert (
        db.session.scalar(
            select(func.count()).select_from(OutboundMail).where(OutboundMail.person_id == world.contact.id)
        )
        == 1
    )


def test_what_fails_is_told_in_the_end(world, outbox, monkeypatch):
    mail_id = brought(letter(world.contact.email))

    def fail(*_args):
        raise RuntimeError("no")

    monkeypatch.setattr("portal.inbound.filing.judged", fail)
    for _ in range(14):
        with pytest.raises(RuntimeError):
            file_mail(mail_id)
    mail = stored(mail_id)
    assert (mail.state, mail.attempts) == ("failed", 14)


def test_two_workers_file_one_mail_once(app, world, outbox):
    from concurrent.futures import ThreadPoolExecutor

    mail_id = brought(letter(world.contact.email))

    def work(_number):
        with app.app_context():
            file_mail(mail_id)
            db.session.remove()

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(work, range(3)))
    mail = stored(mail_id)
    assert (mail.state, len(turns(mail.ticket_id))) == ("filed", 1)
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert db.session.scalar(select(func.count()).select_from(InboundMail)) == 1
